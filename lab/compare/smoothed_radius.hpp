// From counted alarms to a radius: the one-sided certificates of randomised smoothing.
//
// The smoothed score p(x) is the probability that the base network raises the alarm on x + noise. The smoothed
// classifier raises it if p(x) > t. What is certified is that an alarm at x stays one.
#pragma once

#include <cstdint>

#include "lab/compare/noise.hpp"
#include "standfast/threat.hpp"

namespace standfast::lab {

/// Clopper and Pearson (1934): p is at least (at most) this with confidence 1 - alpha, if `successes` of `trials` draws
/// succeeded. Requires: successes <= trials, trials > 0, 0 < alpha < 1.
double proportion_lower(std::uint64_t successes, std::uint64_t trials, double alpha);
double proportion_upper(std::uint64_t successes, std::uint64_t trials, double alpha);

/// Whether the noise certifies radii of this norm: Gaussian l2, Laplace l1, uniform l1 and linf.
bool certifies(NoiseKind kind, Norm norm);

/// A radius inside which p stays above `threshold`, for p = `probability` at x; 0 unless p > threshold; infinite if
/// p = 1 and the noise reaches everywhere.
///
/// Shape: `dim` is the number of features. Requires: certifies(noise.kind, norm); 0 < threshold < 1.
/// Source: Cohen, Rosenfeld, Kolter, ICML 2019 (Gaussian); Teng, Lee, Yuan 2020 (Laplace); Yang et al., ICML 2020
/// (uniform). Each is stated there for t = 1/2 of two classes; the derivations for any t are in the source file.
double smoothed_radius(double probability, double threshold, const Noise& noise, Norm norm, std::size_t dim);

}  // namespace standfast::lab
