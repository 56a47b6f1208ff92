// Gaussian: the quantile Phi^-1(p(x)) is 1/sigma-Lipschitz in l2 (Neyman and Pearson: half-spaces are worst), so that
// p stays above t within sigma (Phi^-1(p) - Phi^-1(t)).
//
// Laplace, scale b: a shift by r along one axis multiplies the density by a factor between exp(-r/b) and exp(r/b).
// Taking away the points with the smallest factor last leaves q(r) = p exp(-r/b) for p <= 1/2, and for p > 1/2 first
// 1 - (1-p) exp(r/b), down to 1/2, then exp(-r/b) / (4 (1-p)). All of it says that F^-1(p(x)) is 1/b-Lipschitz along
// each axis, for Laplace's distribution function F; a function with |d/dx_i| <= 1/b is 1/b-Lipschitz in l1. So p stays
// above t within b (F^-1(p) - F^-1(t)).
//
// Uniform on a cube of half width w: what a shift d moves out of the cube is 1 - prod_i (1 - |d_i|/(2w)), and p falls
// by no more. That is at most ||d||_1 / (2w), which gives 2w (p - t) in l1; for |d_i| <= r it is at most 1 - (1 -
// r/(2w))^dim, which gives r = 2w (1 - (1 - (p - t))^(1/dim)) in linf.
#include "lab/compare/smoothed_radius.hpp"

#include <cassert>
#include <cmath>
#include <limits>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>

namespace standfast::lab {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }

/// The inverse of Laplace's distribution function, for scale 1.
double laplace_quantile(double p) { return p < 0.5 ? std::log(2 * p) : -std::log(2 * (1 - p)); }

}  // namespace

double proportion_lower(std::uint64_t successes, std::uint64_t trials, double alpha) {
  assert(trials > 0 && successes <= trials && "a count among trials");
  if (successes == 0) return 0;
  const auto k = static_cast<double>(successes), n = static_cast<double>(trials);
  return boost::math::quantile(boost::math::beta_distribution<>(k, n - k + 1), alpha);
}

double proportion_upper(std::uint64_t successes, std::uint64_t trials, double alpha) {
  return 1 - proportion_lower(trials - successes, trials, alpha);
}

bool certifies(NoiseKind kind, Norm norm) {
  switch (kind) {
    case NoiseKind::kGaussian:
      return norm == Norm::l2();
    case NoiseKind::kLaplace:
      return norm == Norm::l1();
    case NoiseKind::kUniform:
      return norm == Norm::l1() || norm == Norm::linf();
  }
  return false;
}

double smoothed_radius(double probability, double threshold, const Noise& noise, Norm norm, std::size_t dim) {
  assert(certifies(noise.kind, norm) && threshold > 0 && threshold < 1 && "a norm of this noise, a share");
  if (!(probability > threshold)) return 0;
  const double gap = probability - threshold;
  if (noise.kind == NoiseKind::kUniform && norm == Norm::l1()) return 2 * noise.scale() * gap;
  if (noise.kind == NoiseKind::kUniform)
    return 2 * noise.scale() * -std::expm1(std::log1p(-gap) / static_cast<double>(dim));
  if (probability >= 1) return kInfinity;
  if (noise.kind == NoiseKind::kLaplace)
    return noise.scale() * (laplace_quantile(probability) - laplace_quantile(threshold));
  return noise.scale() * (normal_quantile(probability) - normal_quantile(threshold));
}

}  // namespace standfast::lab
