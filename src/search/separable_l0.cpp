// p = 0: changing k features takes at most the k largest decreases (C4). So the decreases are sorted and taken from the
// margin, the largest first. A feature whose decrease has no limit counts as infinite. Section "Algorithm S" of
// docs/certificates.md.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "search/separable.hpp"
#include "search/worst_change_by_norm.hpp"

namespace standfast::search {
namespace {

struct Worst {
  double change = 0;
  double decrease = 0;
};

Worst worst_of_feature(const PricedFeature& f) {
  const bool endless = (f.hi == kInfinity && f.last_slope() < 0) || (f.lo == -kInfinity && f.first_slope() > 0);
  if (endless) return {0, kInfinity};
  const double worst = worst_within(f, kInfinity);
  return {worst, f.decrease(worst)};
}

}  // namespace

SeparableRadius separable_radius_l0(const PricedProblem& problem) {
  std::vector<double> decreases;
  decreases.reserve(problem.dim());
  for (std::size_t i = 0; i < problem.dim(); ++i) decreases.push_back(worst_of_feature(problem.feature(i)).decrease);
  std::sort(decreases.begin(), decreases.end(), std::greater<>());
  double left = problem.margin;
  for (std::size_t k = 0; k < decreases.size(); ++k) {
    left -= decreases[k];
    if (!(left > 0)) return {.radius = static_cast<double>(k)};
  }
  return {.radius = kInfinity};
}

std::vector<double> worst_change_l0(const PricedProblem& problem, double count) {
  std::vector<Worst> worst;
  for (std::size_t i = 0; i < problem.dim(); ++i) worst.push_back(worst_of_feature(problem.feature(i)));
  std::vector<std::size_t> order(worst.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return worst[a].decrease > worst[b].decrease; });
  std::vector<double> change(worst.size(), 0.0);
  // one more than is certified: the first number of changes for which the minorant gives way
  for (std::size_t k = 0; k < order.size() && static_cast<double>(k) <= count; ++k) {
    change[order[k]] = worst[order[k]].change;
  }
  return change;
}

}  // namespace standfast::search
