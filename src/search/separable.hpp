// Algorithm S: the exact worst case of one minorant under costs and bounds, searched in float64 and trusted by nobody.
// Source: docs/certificates.md, "Algorithm S".
#pragma once

#include <span>
#include <vector>

#include "kernels/sweeps.hpp"
#include "minorant/minorant.hpp"
#include "search/priced_feature.hpp"
#include "standfast/threat.hpp"

namespace standfast::search {

/// A minorant and a threat model at one input, in units of price.
/// Shape: (dim) each; bend and offset are (dim, kinks), or empty if the map has no abs.
struct PricedProblem {
  double margin = 0;
  std::vector<double> coefficient, bend, offset;
  std::vector<double> lo, hi;

  /// Shape: cost and interval are (dim). Reuses memory.
  void assign(const minorant::SeparableMinorant& minorant, std::span<const double> cost,
              std::span<const Interval> interval);
  void resize(std::size_t dim, std::size_t kinks);

  [[nodiscard]] std::size_t dim() const { return coefficient.size(); }
  [[nodiscard]] bool has_bends() const { return !bend.empty(); }
  [[nodiscard]] std::size_t kinks() const { return coefficient.empty() ? 0 : bend.size() / coefficient.size(); }
  [[nodiscard]] PricedFeature feature(std::size_t i) const {
    const std::size_t k = kinks();
    return {coefficient[i], std::span(bend).subspan(i * k, k), std::span(offset).subspan(i * k, k), lo[i], hi[i]};
  }
  /// Requires: at most one kink per feature.
  [[nodiscard]] kernels::PricedFeatures for_sweeps() const {
    return {dim(), coefficient.data(), has_bends() ? bend.data() : nullptr, offset.data(), lo.data(), hi.data()};
  }
};

/// What was found: the radius, and what the verifier needs to see it.
struct SeparableRadius {
  double radius = 0;       ///< 0 for a margin that is not positive, inf if no allowed change reaches it.
  double multiplier = 0;   ///< p = 1 and 2: the dual variable lambda.
  double price_limit = 0;  ///< p = 1: no single change above this price was considered.
};

/// What saves steps if many similar problems are solved, p = 1, 2 and inf.
struct RadiusHint {
  double radius = 0;     ///< Close to the one looked for; 0: none is known.
  double tau = 0;        ///< p = 1 and 2: the inverse of the multiplier that comes with it.
  double tolerance = 0;  ///< Relative; the result is then below the exact one by about as much.
};

/// Does the margin stand even if every feature takes its worst allowed value? Then every radius is infinite.
bool withstands_everything(const PricedProblem& problem);

SeparableRadius separable_radius_linf(const PricedProblem& problem, const RadiusHint& hint = {});
SeparableRadius separable_radius_l2(const PricedProblem& problem, const RadiusHint& hint = {});
SeparableRadius separable_radius_l1(const PricedProblem& problem, const RadiusHint& hint = {});
/// radius: the number of features that can change, all at once, without changing the verdict.
SeparableRadius separable_radius_l0(const PricedProblem& problem);

/// Dispatches on the norm. A hint hides an infinite radius only if nearby problems have finite ones.
/// Requires: p is 0, 1, 2 or inf.
SeparableRadius separable_radius(const PricedProblem& problem, Norm norm, const RadiusHint& hint = {});

/// The change, in units of price, that costs the minorant most among those priced at most `radius`.
/// Shape: (dim). Requires: p is 0, 1, 2 or inf; an infinite radius means: anything allowed, unbounded features
/// untouched.
std::vector<double> worst_change(const PricedProblem& problem, Norm norm, const SeparableRadius& radius);

}  // namespace standfast::search
