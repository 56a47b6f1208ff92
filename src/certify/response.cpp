#include "certify/response.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/sweeps.hpp"

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
  // a place that is there twice weighs no more
  add(lo);
  if (hi != lo) add(hi);
  if (-f.offset > lo && -f.offset < hi) add(-f.offset);
  if (priced && lo < 0 && hi > 0 && f.offset != 0) add(0);
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
struct Softened {
  double best, value;  ///< Of the best place, and softened.
  double change, fold_change;
  double dd, df, ff;  ///< As Response's curves.
};
Softened mean_of(std::span<const Place> places, double temperature) {
  const Place* best = &places.front();
  for (const Place& p : places) best = p.value < best->value ? &p : best;
  double total = 0, d = 0, g = 0, dd = 0, dg = 0, gg = 0, in = 0, in_side = 0;
  for (const Place& p : places) {
    const double w = std::exp((best->value - p.value) / temperature);
    total += w;
    d += w * p.change;
    g += w * p.fold_change;
    dd += w * p.change * p.change;
    dg += w * p.change * p.fold_change;
    gg += w * p.fold_change * p.fold_change;
    in += p.interior ? w : 0.0;
    in_side += p.interior ? w * p.side : 0.0;
  }
  d /= total;
  g /= total;
  return {.best = best->value,
          .value = best->value - temperature * std::log(total),
          .change = d,
          .fold_change = g,
          .dd = std::max(0.0, dd / total - d * d) / temperature + in / total,
          .df = (dg / total - d * g) / temperature + in_side / total,
          .ff = std::max(0.0, gg / total - g * g) / temperature + in / total};
}

/// The feature's minimum is soft: corrects the answer that only saw the best place.
void soften(const kernels::Folds& folds, std::size_t i, const ResponseRules& rules, Response& out) {
  const Feature f{folds.linear[i], folds.fold[i], folds.offset[i], folds.lo[i], folds.hi[i]};
  const Places places = rules.norm == Norm::l2() ? stationary_points(f) : corners(f, rules);
  const Softened soft = mean_of(places.all(), rules.temperature);
  out.value += soft.value - soft.best;
  out.change[i] = soft.change;
  out.curve_dd[i] = soft.dd;
  out.fold_change[i] = soft.fold_change;
  out.curve_df[i] = soft.df;
  out.curve_ff[i] = soft.ff;
}

}  // namespace

void respond(const CutSet& cuts, std::span<const double> linear, std::span<const double> fold,
             const ResponseRules& rules, Response& out) {
  const std::size_t n = cuts.dim();
  const bool folded = cuts.folded(), l2 = rules.norm == Norm::l2();
  for (auto* values : {&out.change, &out.curve_dd}) values->resize(n);
  for (auto* values : {&out.fold_change, &out.curve_df, &out.curve_ff, &out.gap}) values->resize(folded ? n : 0);
  const kernels::Folds folds{
      n, linear.data(), folded ? fold.data() : nullptr, cuts.offset().data(), cuts.lo().data(), cuts.hi().data()};
  const kernels::Answers answers{out.change.data(),   out.fold_change.data(), out.curve_dd.data(),
                                 out.curve_df.data(), out.curve_ff.data(),    out.gap.data()};
  const kernels::Sweeps& sweeps = kernels::sweeps();
  const double price = rules.norm == Norm::l1() ? 1.0 : 0.0;
  if (!folded) {  // two places at most, and for p = 2 one
    out.value = l2 ? sweeps.answer_l2(folds, answers)
                   : sweeps.answer_ends(folds, rules.cap, price, rules.temperature, answers.change, answers.curve_dd);
    return;
  }
  out.value = l2 ? sweeps.answer_l2(folds, answers) : sweeps.answer_corners(folds, rules.cap, price, answers);
  const double limit = kNoWeight * rules.temperature;
  for (std::size_t i = 0; i < n; ++i) {
    if (out.gap[i] <= limit) soften(folds, i, rules, out);
  }
}

}  // namespace standfast
