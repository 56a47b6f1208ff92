// p = inf: each feature may use the whole radius, so the worst case is a sum over features of the worst of three
// places.
#include <algorithm>
#include <cmath>

#include "certify/falling_root.hpp"
#include "certify/separable.hpp"
#include "certify/worst_change_by_norm.hpp"

namespace standfast {
namespace {

struct Worst {
  double change = 0;
  double decrease = 0;
  double slope = 0;  ///< Growth of the decrease with the radius.
};

Worst worst_within(const PricedFeature& f, double radius) {
  if (f.fold == 0) {  // only the end that the slope points away from can hurt
    const bool up = f.linear < 0;
    const double end = up ? std::min(f.hi, radius) : std::max(f.lo, -radius);
    const bool limited = up ? f.hi > radius : f.lo < -radius;
    return {end, -f.linear * end, limited ? std::fabs(f.linear) : 0.0};
  }
  Worst worst;
  const auto consider = [&](double e, double slope) {
    if (const double d = f.decrease(e); d > worst.decrease) worst = {e, d, slope};
  };
  const double lo = std::max(f.lo, -radius), hi = std::min(f.hi, radius);
  const double side = f.offset >= 0 ? 1.0 : -1.0;
  const auto slope_at = [&](double e) {
    const bool beyond = f.offset >= 0 ? e < f.kink() : e > f.kink();
    return f.linear + (beyond ? -side : side) * f.fold;
  };
  consider(hi, f.hi > radius ? -slope_at(hi) : 0.0);
  consider(lo, f.lo < -radius ? slope_at(lo) : 0.0);
  if (f.kink() > lo && f.kink() < hi) consider(f.kink(), 0.0);
  return worst;
}

bool grows_without_end(const PricedFeature& f) {
  return (f.hi == kInfinity && f.linear + f.fold < 0) || (f.lo == -kInfinity && f.fold - f.linear < 0);
}

/// Where the last bound is reached, so that nothing changes beyond; infinite where a decrease never ends.
double saturation(const PricedProblem& problem) {
  double radius = 0;
  for (const PricedFeature& f : problem.features) {
    if (grows_without_end(f)) return kInfinity;
    if (f.linear == 0 && f.fold == 0) continue;
    // an end at infinity that does not pay is no end: the kink is the last place that matters
    radius = std::max({radius, f.hi < kInfinity ? f.hi : std::max(0.0, f.kink()),
                       f.lo > -kInfinity ? -f.lo : std::max(0.0, -f.kink())});
  }
  return radius;
}

ValueAndSlope margin_left(const PricedProblem& problem, double radius) {
  ValueAndSlope at{problem.margin, 0};
  for (const PricedFeature& f : problem.features) {
    const Worst worst = worst_within(f, radius);
    at.value -= worst.decrease;
    at.slope -= worst.slope;
  }
  return at;
}

}  // namespace

bool withstands_everything(const PricedProblem& problem) {
  const double last = saturation(problem);
  return last < kInfinity && margin_left(problem, last).value > 0;
}

SeparableRadius separable_radius_linf(const PricedProblem& problem, const RadiusHint& hint) {
  if (hint.start == 0 && withstands_everything(problem)) return {.radius = kInfinity};

  double steepest = 0;
  for (const PricedFeature& f : problem.features) steepest += std::fabs(f.linear) + std::fabs(f.fold);
  const double last = hint.start == 0 ? saturation(problem) : kInfinity;
  return {.radius = falling_root(
              problem.margin / steepest, last, hint.tolerance,
              [&](double radius) { return margin_left(problem, radius); }, hint.start)};
}

std::vector<double> worst_change_linf(const PricedProblem& problem, double radius) {
  std::vector<double> change;
  change.reserve(problem.features.size());
  const double reach = radius == kInfinity ? saturation(problem) : radius;
  for (const PricedFeature& f : problem.features) change.push_back(worst_within(f, reach).change);
  return change;
}

}  // namespace standfast
