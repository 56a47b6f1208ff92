// Steps along the ray that grow, until the verdict has changed; then the secant and bisection between the last two
// places. Every place found is a true upper bound, whether or not f crosses 0 there only once. Taken for granted: the
// model's value at x itself is positive.
#include "search/ray.hpp"

#include <algorithm>
#include <cmath>

#include "search/minorant_search.hpp"

namespace standfast::search {
namespace {

class Ray {
 public:
  Ray(std::span<const double> direction, const RayBounds& bounds, Norm norm, ValueSource& source,
      std::vector<double>& change)
      : direction_(direction), bounds_(bounds), norm_(norm), source_(source), change_(change) {
    change_.resize(direction.size());
    priced_.resize(direction.size());
  }

  /// Moves to s and returns the price there.
  double move_to(double s) {
    for (std::size_t i = 0; i < direction_.size(); ++i) {
      priced_[i] = std::clamp(s * direction_[i], bounds_.lo[i], bounds_.hi[i]);
      change_[i] = priced_[i] / bounds_.cost[i];
    }
    return norm_.of_vector(priced_);
  }
  /// s, or a shorter way that costs less than `limit`; 0 if none is found.
  double shorten_below(double limit, double s) {
    for (int k = 0; k < 8; ++k) {
      const double price = move_to(s);
      if (price < limit) return s;
      // bounds keep the price from falling as fast as s, so that one correction may not do
      s *= (k == 0 ? 0.999 : 0.9) * limit / price;
    }
    return 0;
  }
  double value() { return source_.value(change_); }

 private:
  std::span<const double> direction_;
  RayBounds bounds_;
  Norm norm_;
  ValueSource& source_;
  std::vector<double>& change_;
  std::vector<double> priced_;
};

// Times the direction's own length: a ray that has crossed nothing by then is given up.
constexpr double kFarthest = 1e6;
constexpr double kRayTolerance = 2e-4;  // relative: a closer crossing costs more passes of the model

}  // namespace

double first_crossing(std::span<const double> direction, const RayBounds& bounds, Norm norm, double limit,
                      ValueSource& source, std::vector<double>& change) {
  Ray ray(direction, bounds, norm, source, change);
  double inside = 0, inside_value = 0, outside = ray.shorten_below(limit, 1), outside_value = 0;
  // the direction ends near the border: small steps beyond it first, then larger ones
  for (double growth = 1.01;; growth *= growth) {
    if (!(outside > inside * (1 + kRayTolerance)) || outside > kFarthest) return kInfinity;
    ray.move_to(outside);
    outside_value = ray.value();
    if (outside_value <= 0) break;
    inside = outside;
    inside_value = outside_value;
    outside = ray.shorten_below(limit, outside * growth);
  }
  for (int k = 0; k < 30 && outside - inside > kRayTolerance * outside; ++k) {
    // the secant if both ends are known, pulled towards the inside end so that this end moves too
    const bool secant = inside > 0 && k % 3 != 2 && inside_value > 0;
    const double share = secant ? inside_value / (inside_value - outside_value) : 0.5;
    const double s = inside + std::clamp(share * (1 + 0.01), 0.02, 0.98) * (outside - inside);
    ray.move_to(s);
    const double value = ray.value();
    (value <= 0 ? outside : inside) = s;
    (value <= 0 ? outside_value : inside_value) = value;
  }
  return ray.move_to(outside);
}

}  // namespace standfast::search
