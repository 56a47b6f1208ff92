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
  double growth = 0;    ///< linf, l2: its derivative by the radius, by tau. l1: that of tau decrease - price by reach.
  double price = 0;     ///< l2: sum of e_i^2 / 2. l1: sum of |e_i|.
};

/// The mean over the best place of each feature and, where that is close, the second best one, under weights
/// exp(-value / temperature). Shape: (count) each, or less where nothing else is used; the fold's are null where
/// nothing is folded.
struct Answers {
  double* change;
  double* fold_change;  ///< The mean of |offset + e| - |offset|.
  std::size_t* moving;  ///< l1, linf: the features whose means move with their slopes; l2: unused, any may.
  // of the moving features, side by side: the means' derivatives by -linear and -fold, a symmetric 2 x 2 matrix
  double* curve_dd;
  double* curve_df;
  double* curve_ff;
};

/// Sums over the features of the places' values.
struct AnswerSums {
  double value = 0;        ///< Of the softened minima: lower by at most log 2 temperatures a feature.
  double best = 0;         ///< Of the minima.
  std::size_t moving = 0;  ///< So many features move.
};

/// Weights of a form in two slopes per feature. Shape: (count) each; df and ff are null where nothing is folded.
struct Curves {
  std::size_t count;
  const double *dd, *df, *ff;
};

/// The loops for one instruction set.
struct Sweeps {
  /// e_i minimises e^2 / 2 + tau q_i(e).
  WorstSums (*worst_l2)(const Folds& folds, double tau);
  /// e_i minimises q_i within |e| <= radius, at an end or at the kink. Requires: no infinite e pays.
  WorstSums (*worst_linf)(const Folds& folds, double radius);
  /// e_i minimises |e| + tau q_i(e) within |e| <= reach, at 0, at an end or at the kink. Requires: reach is finite.
  WorstSums (*worst_l1)(const Folds& folds, double reach, double tau);
  /// Of the values e^2 / 2 + q_i(e).
  AnswerSums (*answer_l2)(const Folds& folds, double temperature, const Answers& out);
  /// Of the values price |e| + q_i(e) at the ends within |e| <= cap, the kink and, where price > 0, 0.
  AnswerSums (*answer_corners)(const Folds& folds, double cap, double price, double temperature, const Answers& out);
  /// The price at which the last end or kink that matters is reached; infinite where an infinite change pays.
  double (*last_place)(const Folds& folds);
  double (*sum_of_sizes)(std::size_t count, const double* x);
  /// out <- w x + v y.
  void (*weigh_pair)(std::size_t count, double w, const double* x, double v, const double* y, double* out);
  /// y <- y + scale x.
  void (*add_scaled)(std::size_t count, double scale, const double* x, double* y);
  double (*dot)(std::size_t count, const double* x, const double* y);
  /// sum_i of (x_i, u_i) W_i (y_i, v_i). Shape: (count) each; u and v are null where nothing is folded.
  double (*curvature_dot)(const Curves& curves, const double* x, const double* u, const double* y, const double* v);
};

enum class InstructionSet;  // no header of the library reaches the files that are compiled for one set alone
/// The loops for an instruction set. Requires: is_available(set).
const Sweeps& sweeps_of(InstructionSet set);
/// The loops for the chosen instruction set.
const Sweeps& sweeps();

}  // namespace standfast::kernels
