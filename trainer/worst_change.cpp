// Writes one row as a problem of the search, in units of price, and its answer as a change of u: the separable minorant
// (C5) over the intervals (C26) of docs/certificates.md. Takes for granted a separable map and a norm of 1, 2 or
// inf. Nothing is proven: an inexact change costs accuracy, never soundness.
#include "trainer/worst_change.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "search/worst_change_within.hpp"

namespace standfast::trainer {
namespace {

// of the radius in norm 2: what is left unspent makes the change a little too small; less costs more steps per row
constexpr double kUnspent = 1e-3;

double entry(const std::vector<double>& values, std::size_t feature, double otherwise) {
  return values.empty() ? otherwise : values[feature];
}

}  // namespace

WorstChange::WorstChange(const model::FeatureMap& map, std::size_t dim, const ThreatModel& threat, Norm norm)
    : norm_(norm) {
  assert(model::is_separable(map) && "training for a certificate needs centres, scales and a final abs");
  for (std::size_t i = 0; i < dim; ++i) {
    double centre = 0;
    double scale = 1;
    for (const auto& step : map) {
      if (step.kind == model::MapKind::kAbs) abs_ = true;
      if (step.kind == model::MapKind::kAbs) continue;
      const auto& values = step.values.values;
      const double value = values.size() == 1 ? values[0] : values[i];
      if (step.kind == model::MapKind::kCenter) centre += value / scale;
      if (step.kind == model::MapKind::kScale) scale *= value;
    }
    bounds_.push_back({scale, entry(threat.lower, i, -kInfinity) - centre, entry(threat.upper, i, kInfinity) - centre,
                       entry(threat.max_decrease, i, kInfinity), entry(threat.max_increase, i, kInfinity),
                       threat.cost_of(i)});
  }
  problem_.resize(dim, abs_ ? 1 : 0);
}

void WorstChange::set_up(std::span<const float> u, std::span<const float> slope) {
  const std::size_t dim = bounds_.size();
  for (std::size_t i = 0; i < dim; ++i) {
    const Bounds& bounds = bounds_[i];
    const double t = u[i] / bounds.scale;
    const double per_price = bounds.scale / bounds.cost;
    problem_.linear[i] = slope[i] * per_price;
    // an input outside its bounds may still be left alone
    problem_.lo[i] = std::min(std::max(bounds.lower - t, -bounds.max_decrease), 0.0) * bounds.cost;
    problem_.hi[i] = std::max(std::min(bounds.upper - t, bounds.max_increase), 0.0) * bounds.cost;
    if (!abs_) continue;
    problem_.fold[i] = slope[dim + i] * per_price;
    problem_.offset[i] = t * bounds.cost;
  }
}

void WorstChange::find(std::span<const float> u, std::span<const float> slope, std::span<float> change) {
  set_up(u, slope);
  const std::vector<double> prices = search::worst_change_within(problem_, norm_, radius_, kUnspent);
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const Bounds& bounds = bounds_[i];
    const double t = u[i] / bounds.scale, moved = prices[i] / bounds.cost;
    change[i] = static_cast<float>(bounds.scale * moved);
    if (abs_) change[prices.size() + i] = static_cast<float>(bounds.scale * (std::abs(t + moved) - std::abs(t)));
  }
}

}  // namespace standfast::trainer
