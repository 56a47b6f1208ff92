// One pass over the features of an affine minorant that is folded at a kink per feature, in float64: what Algorithm S
// and the search over several minorants repeat.
//
// The same plain loops for every instruction set; sums are reordered to fit the vectors, so that results differ in
// their last bits between instruction sets. Trusted by nobody.
#pragma once

#include <cstddef>

namespace standfast::kernels {

/// q_i(e) = linear_i e + fold_i (|offset_i + e| - |offset_i|) for lo_i <= e <= hi_i, where lo_i <= 0 <= hi_i.
/// Shape: (count) each; fold and offset are null where nothing is folded.
struct Folds {
  std::size_t count = 0;
  const double* linear = nullptr;
  const double* fold = nullptr;
  const double* offset = nullptr;
  const double* lo = nullptr;
  const double* hi = nullptr;
};

/// Of the worst places, feature by feature.
struct WorstSums {
  double decrease = 0;  ///< sum of -q_i(e_i).
  double growth = 0;    ///< Its derivative by the radius (linf) or by tau (l2).
  double price = 0;     ///< l2: sum of e_i^2 / 2.
};

/// Where no place is too close to call: the best place of each feature and what its rival would cost.
/// Shape: (count) each; only change and curve_dd where nothing is folded.
struct Answers {
  double* change;
  double* fold_change;
  double* curve_dd;
  double* curve_df;
  double* curve_ff;
  double* gap;  ///< The rival's value less the best one's; infinite where there is no other place.
};

/// The loops for one instruction set.
struct Sweeps {
  /// e_i minimises e^2 / 2 + tau q_i(e).
  WorstSums (*worst_l2)(const Folds& folds, double tau);
  /// e_i minimises q_i within |e| <= radius, at an end or at the kink. Requires: no infinite e pays.
  WorstSums (*worst_linf)(const Folds& folds, double radius);
  /// e_i minimises |e| + tau q_i(e) within |e| <= reach, at 0, at an end or at the kink. Requires: reach is finite.
  WorstSums (*worst_l1)(const Folds& folds, double reach, double tau);
  /// sum_i of the least |e| + q_i(e) within |e| <= reach, which is <= 0.
  double (*least_l1)(const Folds& folds, double reach);
  /// The best of e^2 / 2 + q_i(e); returns the sum of their values. No gap where nothing is folded.
  double (*answer_l2)(const Folds& folds, const Answers& out);
  /// Where nothing is folded: the mean over the two places that matter, ends within |e| <= cap or, where price > 0, 0,
  /// under weights exp(-value / temperature) of the values price |e| + q_i(e); returns the sum of the softened minima.
  /// curve: the variance over the temperature.
  double (*answer_ends)(const Folds& folds, double cap, double price, double temperature, double* change,
                        double* curve);
  /// Where features are folded: the best of price |e| + q_i(e) among the ends within |e| <= cap, the kink and, where
  /// price > 0, 0; returns the sum of their values. Sets the curves to 0.
  double (*answer_corners)(const Folds& folds, double cap, double price, const Answers& out);
  /// The price at which the last end or kink that matters is reached; infinite where an infinite change pays.
  double (*last_place)(const Folds& folds);
  double (*sum_of_sizes)(std::size_t count, const double* x);
  /// y <- y + scale x.
  void (*add_scaled)(std::size_t count, double scale, const double* x, double* y);
  double (*dot)(std::size_t count, const double* x, const double* y);
  double (*weighted_dot)(std::size_t count, const double* weight, const double* x, const double* y);
};

struct Kernels;
/// The loops for one of the instruction sets of available().
const Sweeps& sweeps_of(const Kernels& set);
/// Those for the one in use.
const Sweeps& sweeps();

}  // namespace standfast::kernels
