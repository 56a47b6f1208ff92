// The inner minima of (C22) with several kinks per feature: every piece's best place is tried, feature after feature.
// The best one and its rival are averaged as in kernels/answer_loops.inc.
#include <algorithm>
#include <array>
#include <cmath>

#include "search/priced_feature.hpp"
#include "search/response.hpp"

namespace standfast::search {
namespace {

// Beyond so many temperatures a rival has no weight: exp(-12) is about 6e-6.
constexpr double kFarthestRival = 12;
constexpr std::size_t kMostPlaces = minorant::kMostKinks + 3;

/// A place of one feature, what it costs the attacker, and whether it moves with the slopes.
struct Place {
  double change = 0, value = kInfinity;
  bool is_stationary = false;
};

struct BestTwo {
  Place best, rival;
  void add(const Place& place) {
    if (place.change == best.change && best.value < kInfinity) return;
    if (place.value < best.value) {
      rival = best;
      best = place;
    } else if (place.value < rival.value) {
      rival = place;
    }
  }
};

/// |offset + e| - |offset| without cancellation.
double bend_change(double offset, double e) {
  return e >= -offset ? e + 2 * std::min(offset, 0.0) : -e - 2 * std::max(offset, 0.0);
}

BestTwo best_corners(const PricedFeature& f, const ResponseRules& rules) {
  const double price = rules.norm == Norm::l1() ? 1 : 0;
  const double lo = std::max(f.lo, -rules.price_limit), hi = std::min(f.hi, rules.price_limit);
  BestTwo found;
  const auto add = [&](double e) { found.add({e, price * std::fabs(e) - f.decrease(e)}); };
  add(lo);
  add(hi);
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    if (f.bend[j] != 0 && -f.offset[j] > lo && -f.offset[j] < hi) add(-f.offset[j]);
  }
  if (price > 0) add(0);
  return found;
}

BestTwo best_stationary(const PricedFeature& f) {
  std::array<double, kMostPlaces> ends;
  std::size_t count = 0;
  ends[count++] = -kInfinity;
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    if (f.bend[j] != 0) ends[count++] = -f.offset[j];
  }
  std::sort(ends.begin() + 1, ends.begin() + static_cast<std::ptrdiff_t>(count));
  ends[count++] = kInfinity;
  BestTwo found;
  for (std::size_t k = 0; k + 1 < count; ++k) {
    const double from = ends[k], to = ends[k + 1];
    if (from < to) {
      // the slope of the piece, from a place within it
      const double inside = from == -kInfinity ? to - 1 : to == kInfinity ? from + 1 : from / 2 + to / 2;
      const double slope = count == 2 ? f.coefficient : f.slope_at(inside);
      const double e = std::clamp(std::clamp(-slope, from, to), f.lo, f.hi);
      found.add({e, e * e / 2 - f.decrease(e), e == -slope});
    }
  }
  return found;
}

/// Adds terms to the response's curvature, each weight * (direction . slopes)^2.
class Curvature {
 public:
  Curvature(Response& out, std::size_t feature, const PricedFeature& f) : out_(out), feature_(feature), f_(f) {}

  void add_pair(double weight, double from, double to) {
    start(weight, to - from);
    for (const double offset : f_.offset) {
      out_.direction.push_back(bend_change(offset, to) - bend_change(offset, from));
    }
  }
  /// A stationary place moves by minus the change of its piece's slope.
  void add_place(double weight, const Place& place) {
    if (!place.is_stationary || weight == 0) return;
    start(weight, 1);
    for (const double offset : f_.offset) out_.direction.push_back(place.change >= -offset ? 1.0 : -1.0);
  }

 private:
  void start(double weight, double change) {
    out_.moving.push_back(feature_);
    out_.curve_dd.push_back(weight);
    out_.direction.push_back(change);
  }
  Response& out_;
  std::size_t feature_;
  const PricedFeature& f_;
};

}  // namespace

void find_several_kinks_response(const MinorantSet& minorants, std::span<const double> coefficient,
                                 std::span<const double> bend, const ResponseRules& rules, Response& out) {
  const std::size_t n = minorants.dim(), kinks = minorants.kinks();
  out.change.resize(n);
  out.bend_change.resize(n * kinks);
  for (auto* values : {&out.curve_dd, &out.direction}) values->clear();
  out.moving.clear();
  out.value = out.best = 0;
  const double t = rules.temperature;
  for (std::size_t i = 0; i < n; ++i) {
    const PricedFeature f{coefficient[i], bend.subspan(i * kinks, kinks), minorants.offset().subspan(i * kinks, kinks),
                          minorants.lo()[i], minorants.hi()[i]};
    const auto [best, rival] = rules.norm == Norm::l2() ? best_stationary(f) : best_corners(f, rules);
    const double gap = rival.value - best.value;
    const bool is_near = gap <= kFarthestRival * t;
    const double weight = is_near ? std::exp(-gap / t) : 0, share = weight / (1 + weight);
    out.best += best.value;
    out.value += best.value - t * std::log1p(weight);
    out.change[i] = best.change + (is_near ? share * (rival.change - best.change) : 0);
    for (std::size_t j = 0; j < kinks; ++j) {
      const double own = bend_change(f.offset[j], best.change);
      const double other = is_near ? bend_change(f.offset[j], rival.change) : own;
      out.bend_change[i * kinks + j] = own + share * (other - own);
    }
    Curvature curvature(out, i, f);
    curvature.add_place(1 - share, best);
    if (!is_near) continue;
    curvature.add_place(share, rival);
    curvature.add_pair(share / (1 + weight) / t, best.change, rival.change);
  }
  out.moves = out.moving.size();
}

}  // namespace standfast::search
