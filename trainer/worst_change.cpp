// Greedy for norm 1, feature by feature for norm inf, one multiplier for norm 2.
#include "trainer/worst_change.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace standfast::trainer {
namespace {

constexpr int kMostSteps = 30;             // of the search for norm 2's multiplier
constexpr float kEnoughOfBudget = 0.998F;  // what is left unspent makes the change a little too small

float entry(const std::vector<double>& values, std::size_t feature, double otherwise) {
  return static_cast<float>(values.empty() ? otherwise : values[feature]);
}

/// Of the ends and the kink, where q(d) is least.
float least(const FeatureMove& move, float lo, float hi) {
  float best = 0;
  float lowest = 0;
  for (const float d : {lo, hi, std::clamp(-move.t, lo, hi)})
    if (const float effect = move.effect(d); effect < lowest) {
      lowest = effect;
      best = d;
    }
  return best;
}

/// A stretch of one feature's way down: what it gains per price, and how much can be spent on it.
struct Offer {
  float rate;
  float price;
  float end;  ///< The change at its end.
  std::size_t feature;
};

/// The steepest stretch from `from` outward; rate 0 where there is no way down.
Offer best_offer(const FeatureMove& move, std::size_t feature, float from) {
  Offer best = {0, 0, from, feature};
  const float start = move.effect(from);
  for (const float end : {move.lo, move.hi, std::clamp(-move.t, move.lo, move.hi)}) {
    const bool outward = from == 0 ? end != 0 : end / from > 1;
    if (!outward) continue;
    const float price = move.cost * std::abs(end - from);
    const float rate = (start - move.effect(end)) / price;
    if (rate > best.rate) best = {rate, price, end, feature};
  }
  return best;
}

}  // namespace

float FeatureMove::effect(float d) const { return a * d + b * (std::abs(t + d) - std::abs(t)); }

WorstChange::WorstChange(const model::FeatureMap& map, std::size_t dim, const ThreatModel& threat, Norm norm)
    : p_(norm.p()), moves_(dim), change_(dim) {
  assert(model::is_separable(map) && "training for a certificate needs a map of single features");
  if (model::has_knots(map)) {
    knots_.emplace(map, threat, norm);
    return;
  }
  for (std::size_t i = 0; i < dim; ++i) {
    float centre = 0;
    float scale = 1;
    for (const auto& step : map) {
      if (step.kind == model::MapKind::kAbs) abs_ = true;
      if (step.kind == model::MapKind::kAbs) continue;
      const auto& values = step.values.values;
      const float value = values.size() == 1 ? values[0] : values[i];
      if (step.kind == model::MapKind::kCenter) centre += value / scale;
      if (step.kind == model::MapKind::kScale) scale *= value;
    }
    bounds_.push_back({scale, entry(threat.lower, i, -kInfinity) - centre, entry(threat.upper, i, kInfinity) - centre,
                       entry(threat.max_decrease, i, kInfinity), entry(threat.max_increase, i, kInfinity),
                       static_cast<float>(threat.cost_of(i))});
  }
}

void WorstChange::find(std::span<const float> u, std::span<const float> slope, std::span<float> change) {
  if (knots_) return knots_->find(u, slope, radius_, change);
  set_up(u, slope);
  if (p_ == 1) spend_sum();
  if (p_ == 2) spend_squares();
  if (p_ > 2) spend_largest();
  for (std::size_t i = 0; i < change_.size(); ++i) {
    const float scale = bounds_[i].scale;
    change[i] = scale * change_[i];
    if (abs_) change[change_.size() + i] = scale * (std::abs(moves_[i].t + change_[i]) - std::abs(moves_[i].t));
  }
}

void WorstChange::set_up(std::span<const float> u, std::span<const float> slope) {
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    const Bounds& bounds = bounds_[i];
    const float t = u[i] / bounds.scale;
    const float reach = radius_ / bounds.cost;
    // an input outside its bounds may still be left alone
    const float lo = std::min(std::max({bounds.lower - t, -bounds.max_decrease, -reach}), 0.0F);
    const float hi = std::max(std::min({bounds.upper - t, bounds.max_increase, reach}), 0.0F);
    moves_[i] = {slope[i] * bounds.scale, 0, t, lo, hi, bounds.cost};
    if (abs_) moves_[i].b = slope[moves_.size() + i] * bounds.scale;
  }
}

void WorstChange::spend_largest() {
  for (std::size_t i = 0; i < moves_.size(); ++i) change_[i] = least(moves_[i], moves_[i].lo, moves_[i].hi);
}

void WorstChange::spend_sum() {
  std::vector<Offer> offers;
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    change_[i] = 0;
    const Offer offer = best_offer(moves_[i], i, 0);
    if (offer.rate > 0) offers.push_back(offer);
  }
  std::ranges::make_heap(offers, {}, &Offer::rate);
  for (float left = radius_; left > 0 && !offers.empty();) {
    std::ranges::pop_heap(offers, {}, &Offer::rate);
    const Offer offer = offers.back();
    offers.pop_back();
    float& d = change_[offer.feature];
    d += (offer.end - d) * std::min(left / offer.price, 1.0F);
    left -= offer.price;
    const Offer next = best_offer(moves_[offer.feature], offer.feature, offer.end);
    if (next.rate <= 0) continue;
    offers.push_back(next);
    std::ranges::push_heap(offers, {}, &Offer::rate);
  }
}

/// d minimising (cost d)^2 / 2 + step q(d), for every feature; sets change_.
WorstChange::Spent WorstChange::squares_at(float step) {
  Spent spent;
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    const FeatureMove& move = moves_[i];
    const float square = move.cost * move.cost;
    const auto price = [&](float d) { return square * d * d / 2 + step * move.effect(d); };
    float d = -step * move.a / square;
    if (abs_) {
      // right of the kink the slope is a + b, left of it a - b
      const float right = std::clamp(std::max(-move.t, d - step * move.b / square), move.lo, move.hi);
      const float left = std::clamp(std::min(-move.t, d + step * move.b / square), move.lo, move.hi);
      d = price(right) <= price(left) ? right : left;
    }
    change_[i] = std::clamp(d, move.lo, move.hi);
    const float squared = square * change_[i] * change_[i];
    spent.all += squared;
    if (change_[i] > move.lo && change_[i] < move.hi) spent.growing += squared;
  }
  return spent;
}

/// Newton's method as long as it stays inside what is known, otherwise bisection: without |.| it only ever goes up.
void WorstChange::spend_squares() {
  const float budget = radius_ * radius_;
  float steepness = 0;
  for (const auto& move : moves_) {
    const float rate = (std::abs(move.a) + std::abs(move.b)) / move.cost;
    steepness += rate * rate;
  }
  float low = 0;
  float high = std::numeric_limits<float>::infinity();
  float step = steepness > 0 ? radius_ / std::sqrt(steepness) : 0;
  for (int k = 0; k < kMostSteps && step > 0; ++k) {
    const Spent spent = squares_at(step);
    (spent.all > budget ? high : low) = step;
    const bool enough = spent.all >= kEnoughOfBudget * budget || (!abs_ && spent.growing == 0);
    if (spent.all <= budget && enough) return;
    step *= std::sqrt((budget - spent.all + spent.growing) / spent.growing);
    if (!(step > low && step < high)) step = std::isfinite(high) ? (low + high) / 2 : 4 * low;
  }
  squares_at(low);
}

}  // namespace standfast::trainer
