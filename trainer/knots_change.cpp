// Norm inf goes to each way's end; norm 1 buys stretches of the ways' upper hulls, the steepest first; norm 2 takes
// each way as far as a unit of squared price pays at one multiplier, found by bisection.
#include "trainer/knots_change.hpp"

#include <algorithm>
#include <cmath>

#include "model/knots.hpp"

namespace standfast::trainer {
namespace {

constexpr int kMostSteps = 40;             // of the search for norm 2's multiplier
constexpr float kEnoughOfBudget = 0.998F;  // what is left unspent makes the change a little too small
constexpr float kWidestStart = 0x1p40F;    // multipliers around the first guess

float entry(const std::vector<double>& values, std::size_t feature, double otherwise) {
  return static_cast<float>(values.empty() ? otherwise : values[feature]);
}

}  // namespace

KnotsChange::KnotsChange(const model::FeatureMap& map, const ThreatModel& threat, Norm norm) : p_(norm.p()) {
  const auto dim = static_cast<std::size_t>(map.front().values.shape[0]);
  for (std::size_t i = 0; i < dim; ++i) {
    Column column{};
    column.scale = 1;
    const auto knots = model::knots_of(map.front(), i), slopes = model::slopes_of(map.front(), i);
    column.knot.assign(knots.begin(), knots.end());
    column.slope.assign(slopes.begin(), slopes.end());
    column.value.push_back(0);
    for (std::size_t j = 1; j < knots.size(); ++j)
      column.value.push_back(column.value.back() + slopes[j] * (knots[j] - knots[j - 1]));
    for (const model::MapStep& step : map) {
      if (step.kind == model::MapKind::kCenter) column.centre += model::broadcast(step.values, i);
      if (step.kind != model::MapKind::kScale) continue;
      column.scale *= model::broadcast(step.values, i);
      column.centre *= model::broadcast(step.values, i);
    }
    column.lower = entry(threat.lower, i, -kInfinity);
    column.upper = entry(threat.upper, i, kInfinity);
    column.max_decrease = entry(threat.max_decrease, i, kInfinity);
    column.max_increase = entry(threat.max_increase, i, kInfinity);
    column.cost = static_cast<float>(threat.cost_of(i));
    columns_.push_back(std::move(column));
  }
  ways_.resize(dim);
}

float KnotsChange::Column::input_at(float u) const {
  const float psi = (u + centre) / scale;
  if (!(psi > 0)) return knot.front() + psi / slope.front();
  const auto above = static_cast<std::size_t>(std::ranges::upper_bound(value, psi) - value.begin());
  return knot[above - 1] + (psi - value[above - 1]) / slope[above];
}

void KnotsChange::find(std::span<const float> u, std::span<const float> slope, float radius, std::span<float> change) {
  set_up(u, slope, radius);
  if (p_ == 1) spend_sum(radius);
  if (p_ == 2) spend_squares(radius);
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    Way& way = ways_[i];
    if (p_ > 2) way.gain = way.corners.back().gain;
    change[i] = way.steep > 0 ? way.sign * way.gain / way.steep * columns_[i].scale : 0;
  }
}

void KnotsChange::set_up(std::span<const float> u, std::span<const float> slope, float radius) {
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    const Column& column = columns_[i];
    Way& way = ways_[i];
    way.sign = slope[i] > 0 ? -1.0F : 1.0F;
    way.steep = std::abs(slope[i]) * column.scale;
    way.gain = 0;
    way.corners.assign(1, {0, 0, 0});
    if (way.steep == 0) continue;
    const float x = column.input_at(u[i]), reach = radius / column.cost;
    // an input outside its bounds may still be left alone
    const float room = way.sign < 0 ? std::min({x - column.lower, column.max_decrease, reach})
                                    : std::min({column.upper - x, column.max_increase, reach});
    const auto add = [&](float distance, float rate) {
      const Corner& last = way.corners.back();
      const float to = std::min(distance, room);
      if (!(to * column.cost > last.price)) return;
      way.corners.push_back({to, to * column.cost, last.gain + way.steep * rate * (to - last.distance)});
    };
    const std::size_t knots = column.knot.size();
    auto piece = static_cast<std::size_t>(std::ranges::upper_bound(column.knot, x) - column.knot.begin());
    for (; way.sign > 0 && piece < knots; ++piece) add(column.knot[piece] - x, column.slope[piece]);
    for (; way.sign < 0 && piece > 0; --piece) add(x - column.knot[piece - 1], column.slope[piece]);
    add(room, column.slope[piece]);
  }
}

void KnotsChange::spend_sum(float radius) {
  /// A stretch of a way's hull.
  struct Offer {
    float rate, price, gain;
    std::size_t feature;
  };
  std::vector<Offer> offers;
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    const std::vector<Corner>& corners = ways_[i].corners;
    for (std::size_t from = 0; from + 1 < corners.size();) {
      std::size_t best = from + 1;
      float steepest = 0;
      for (std::size_t to = from + 1; to < corners.size(); ++to) {
        const float rate = (corners[to].gain - corners[from].gain) / (corners[to].price - corners[from].price);
        if (!(rate > steepest)) continue;
        steepest = rate;
        best = to;
      }
      offers.push_back(
          {steepest, corners[best].price - corners[from].price, corners[best].gain - corners[from].gain, i});
      from = best;
    }
  }
  std::ranges::stable_sort(offers, std::ranges::greater(), &Offer::rate);
  for (const Offer& offer : offers) {
    if (!(radius > 0)) return;
    // where the way grows steeper, a share of the stretch wins less than this: the certificate grants as much
    ways_[offer.feature].gain += offer.gain * std::min(radius / offer.price, 1.0F);
    radius -= offer.price;
  }
}

/// The gain of each way at which price^2 / 2 - step * gain is least; returns the squared prices.
float KnotsChange::squares_at(float step) {
  float squares = 0;
  for (Way& way : ways_) {
    float least = 0, price = 0;
    way.gain = 0;
    for (std::size_t k = 1; k < way.corners.size(); ++k) {
      const Corner &from = way.corners[k - 1], &to = way.corners[k];
      const float rate = (to.gain - from.gain) / (to.price - from.price);
      const float at = std::clamp(step * rate, from.price, to.price), gain = from.gain + rate * (at - from.price);
      const float value = at * at / 2 - step * gain;
      if (!(value < least)) continue;
      least = value;
      price = at;
      way.gain = gain;
    }
    squares += price * price;
  }
  return squares;
}

void KnotsChange::spend_squares(float radius) {
  const float budget = radius * radius;
  float steepness = 0;
  for (const Way& way : ways_) {
    if (way.corners.size() < 2) continue;
    const float rate = way.corners[1].gain / way.corners[1].price;
    steepness += rate * rate;
  }
  if (!(steepness > 0)) return;
  // multipliers by their logarithms: jumps may part what is too little from what is too much
  float low = 0, high = radius / std::sqrt(steepness), first = high;
  while (squares_at(high) <= budget && high < kWidestStart * first) {
    low = high;
    high *= 2;
  }
  for (int k = 0; k < kMostSteps; ++k) {
    const float middle = low > 0 ? std::sqrt(low) * std::sqrt(high) : high / 4;
    const float squares = squares_at(middle);
    (squares > budget ? high : low) = middle;
    if (squares <= budget && squares >= kEnoughOfBudget * budget) return;
  }
  squares_at(low);
}

}  // namespace standfast::trainer
