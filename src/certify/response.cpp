#include "certify/response.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace standfast {
namespace {

// exp(-12) of a neighbour's weight is no weight.
constexpr double kNoWeight = 12;

/// Somewhere to move to: the change, what |offset + d| gains by it, what it is worth, and whether it moves with the
/// slope.
struct Place {
  double change, fold_change, value;
  double side;    ///< d(fold_change)/d(change) there.
  bool interior;  ///< p = 2: the place is a stationary point, whose change falls with the slope.
};

struct Feature {
  double linear, fold, offset, lo, hi;

  [[nodiscard]] double fold_change(double d) const {
    const double side = offset >= 0 ? 1.0 : -1.0;
    const bool beyond = offset >= 0 ? d < -offset : d > -offset;
    return beyond ? -2 * std::fabs(offset) - side * d : side * d;
  }
};

class Places {
 public:
  void add(const Feature& f, double d, double price, double side = 0, bool interior = false) {
    const double g = f.fold_change(d);
    places_[count_++] = {d, g, price + f.linear * d + f.fold * g, side, interior};
  }
  [[nodiscard]] std::span<const Place> all() const { return {places_.data(), count_}; }

 private:
  std::array<Place, 4> places_;
  std::size_t count_ = 0;
};

/// p = 1 and inf: everything is linear in between, so only ends, kink and (p = 1) staying matter.
Places corners(const Feature& f, const ResponseRules& rules) {
  Places places;
  const double lo = std::max(f.lo, -rules.cap), hi = std::min(f.hi, rules.cap);
  const bool priced = rules.norm == Norm::l1();
  const auto add = [&](double d) { places.add(f, d, priced ? std::fabs(d) : 0.0); };
  add(lo);
  add(hi);
  if (-f.offset > lo && -f.offset < hi) add(-f.offset);
  if (priced) add(0);
  return places;
}

/// p = 2: one stationary point on either side of the kink, moved to the nearest place that is allowed.
Places stationary_points(const Feature& f) {
  Places places;
  const auto add = [&](double floor, double ceiling, double side) {
    const double slope = f.linear + side * f.fold;
    const double d = std::clamp(std::clamp(-slope, floor, ceiling), f.lo, f.hi);
    places.add(f, d, d * d / 2, side, d == -slope);
  };
  add(-f.offset, kInfinity, 1);
  add(-kInfinity, -f.offset, -1);
  return places;
}

/// Means and covariances of the places under weights exp(-value / temperature).
void soften(std::span<const Place> places, double temperature, std::size_t i, Response& out) {
  const Place* best = &places.front();
  for (const Place& p : places) best = p.value < best->value ? &p : best;
  const double limit = best->value + kNoWeight * temperature;
  bool alone = true;
  for (const Place& p : places) alone = alone && (&p == best || p.value > limit);
  if (alone) {  // most features
    out.value += best->value;
    out.change[i] = best->change;
    out.fold_change[i] = best->fold_change;
    out.curve_dd[i] = best->interior ? 1.0 : 0.0;
    out.curve_df[i] = best->interior ? best->side : 0.0;
    out.curve_ff[i] = best->interior ? best->side * best->side : 0.0;
    return;
  }
  double total = 1, d = best->change, g = best->fold_change;
  double dd = d * d, dg = d * g, gg = g * g;
  double in = best->interior ? 1.0 : 0.0, in_side = in * best->side, in_square = in * best->side * best->side;
  for (const Place& p : places) {
    if (&p == best || p.value > limit) continue;
    const double w = std::exp((best->value - p.value) / temperature);
    total += w;
    d += w * p.change;
    g += w * p.fold_change;
    dd += w * p.change * p.change;
    dg += w * p.change * p.fold_change;
    gg += w * p.fold_change * p.fold_change;
    in += p.interior ? w : 0.0;
    in_side += p.interior ? w * p.side : 0.0;
    in_square += p.interior ? w * p.side * p.side : 0.0;
  }
  d /= total;
  g /= total;
  out.change[i] = d;
  out.fold_change[i] = g;
  out.value += best->value - (total > 1 ? temperature * std::log(total) : 0.0);
  const bool several = total > 1;
  out.curve_dd[i] = (several ? std::max(0.0, dd / total - d * d) / temperature : 0.0) + in / total;
  out.curve_df[i] = (several ? (dg / total - d * g) / temperature : 0.0) + in_side / total;
  out.curve_ff[i] = (several ? std::max(0.0, gg / total - g * g) / temperature : 0.0) + in_square / total;
}

/// log(1 + w) for 0 <= w <= 1 to 2e-8, several times faster than std::log1p: it only compares steps of a search.
double log_one_plus(double w) {
  const double z = w / (2 + w), y = z * z;  // 2 artanh(z)
  return 2 * z * (1 + y * (1.0 / 3 + y * (1.0 / 5 + y * (1.0 / 7 + y * (1.0 / 9 + y * (1.0 / 11 + y / 13))))));
}

/// p = 2 without abs: one place.
void respond_by_slope(const CutSet& cuts, std::span<const double> linear, Response& out) {
  const double* lower = cuts.lo().data();
  const double* upper = cuts.hi().data();
  for (std::size_t i = 0; i < linear.size(); ++i) {
    const double s = -linear[i], d = std::min(std::max(s, lower[i]), upper[i]);
    out.change[i] = d;
    out.curve_dd[i] = d == s ? 1.0 : 0.0;
    out.value += d * (d / 2 - s);
  }
}

/// What no feature is too close to call in, for p = 1 and inf without abs: the end that pays, or its alternative, which
/// is to stay (p = 1) or the other end. Written for the compiler's vectoriser: no branch, no aliases.
void choose_ends(std::size_t n, const double* __restrict lower, const double* __restrict upper,
                 const double* __restrict slope, double cap, double price, double* __restrict change,
                 double* __restrict width, double* __restrict gap) {
  for (std::size_t i = 0; i < n; ++i) {
    const double s = slope[i];
    const double lo = lower[i] > -cap ? lower[i] : -cap, hi = upper[i] < cap ? upper[i] : cap;
    const double far = s > 0 ? lo : hi, other = s > 0 ? hi : lo;
    const double near = price > 0 ? 0.0 : other;
    const double gain = s * (near - far) - price * std::fabs(far);
    change[i] = gain > 0 ? far : near;
    width[i] = gain > 0 ? near - far : far - near;
    gap[i] = std::fabs(gain);
  }
}

void respond_by_ends(const CutSet& cuts, std::span<const double> linear, const ResponseRules& rules, Response& out) {
  const std::size_t n = linear.size();
  const double price = rules.norm == Norm::l1() ? 1.0 : 0.0;
  out.width.resize(n);
  out.gap.resize(n);
  choose_ends(n, cuts.lo().data(), cuts.hi().data(), linear.data(), rules.cap, price, out.change.data(),
              out.width.data(), out.gap.data());
  std::fill(out.curve_dd.begin(), out.curve_dd.end(), 0.0);
  const double limit = kNoWeight * rules.temperature;
  double value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    value += linear[i] * out.change[i] + price * std::fabs(out.change[i]);
    const double gap = out.gap[i], width = out.width[i];
    if (gap > limit || width == 0) continue;
    const double w = std::exp(-gap / rules.temperature), share = w / (1 + w);
    value -= rules.temperature * log_one_plus(w);
    out.change[i] += share * width;
    out.curve_dd[i] = share / (1 + w) * width * width / rules.temperature;
  }
  out.value = value;
}

}  // namespace

void respond(const CutSet& cuts, std::span<const double> linear, std::span<const double> fold,
             const ResponseRules& rules, Response& out) {
  const std::size_t n = cuts.dim();
  out.change.resize(n);
  out.curve_dd.resize(n);
  for (auto* values : {&out.fold_change, &out.curve_df, &out.curve_ff}) values->resize(cuts.folded() ? n : 0);
  out.value = 0;
  if (!cuts.folded()) {
    return rules.norm == Norm::l2() ? respond_by_slope(cuts, linear, out) : respond_by_ends(cuts, linear, rules, out);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Feature f{linear[i], fold[i], cuts.offset()[i], cuts.lo()[i], cuts.hi()[i]};
    const Places places = rules.norm == Norm::l2() ? stationary_points(f) : corners(f, rules);
    soften(places.all(), rules.temperature, i, out);
  }
}

}  // namespace standfast
