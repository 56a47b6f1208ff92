// One pass over the features of a separable minorant with at most one kink per feature, in float64: what Algorithm S
// and the search over several minorants repeat.
//
// The same plain loops for every instruction set; sums are reordered to fit the vectors, so that results differ in
// their last bits between instruction sets. Trusted by nobody.
#pragma once

#include <cstddef>

namespace standfast::kernels {

/// The features of a separable minorant (C4) in prices, e = cost d:
/// q_i(e) = coefficient_i e + bend_i (|offset_i + e| - |offset_i|) for lo_i <= e <= hi_i, with lo_i <= 0 <= hi_i (C5).
/// Shape: (count) each; bend and offset are null if there are no kinks.
struct PricedFeatures {
  std::size_t count = 0;
  const double* coefficient = nullptr;
  const double* bend = nullptr;
  const double* offset = nullptr;
  const double* lo = nullptr;
  const double* hi = nullptr;
};

/// Sums over the worst place e_i of each feature.
struct WorstSums {
  double decrease = 0;  ///< The sum of -q_i(e_i).
  /// The derivative of the decrease, by the radius for linf and by tau for l2. For l1 the derivative of
  /// tau decrease - price by the price limit.
  double growth = 0;
  double price = 0;  ///< The sum of e_i^2 / 2 for l2, of |e_i| for l1.
};

/// The mean over the best place of each feature and, if that is close, the second best one, under weights
/// exp(-value / temperature). Shape: (count) each, or less if no more is used; bend_change, curve_df and curve_ff are
/// null if there are no kinks.
struct Answers {
  double* change;       ///< The mean of e.
  double* bend_change;  ///< The mean of |offset + e| - |offset|.
  std::size_t* moving;  ///< l1, linf: the features whose means move with their slopes; l2: unused, any may.
  // of the moving features, side by side: the means' derivatives by -coefficient and -bend, a symmetric 2 x 2 matrix
  double* curve_dd;
  double* curve_df;
  double* curve_ff;
};

/// Sums over the features of the places' values.
struct AnswerSums {
  double value = 0;        ///< The sum of the softened minima: lower by at most log 2 temperatures a feature.
  double best = 0;         ///< The sum of the minima.
  std::size_t moving = 0;  ///< The number of features that move.
};

/// Weights of a form in two slopes per feature. Shape: (count) each; df and ff are null if there are no kinks.
struct Curves {
  std::size_t count;
  const double *dd, *df, *ff;
};

/// The loops for one instruction set.
struct Sweeps {
  /// e_i minimises e^2 / 2 + tau q_i(e): the terms of (C8), tau = 1 / lambda.
  WorstSums (*worst_l2)(const PricedFeatures& features, double tau);
  /// e_i minimises q_i within |e| <= radius, at an end or at the kink: the terms of (C6). Requires: no infinite e pays.
  WorstSums (*worst_linf)(const PricedFeatures& features, double radius);
  /// e_i minimises |e| + tau q_i(e) within |e| <= price_limit, at 0, at an end or at the kink: the terms of (C9).
  /// Requires: price_limit is finite.
  WorstSums (*worst_l1)(const PricedFeatures& features, double price_limit, double tau);
  /// The answers to the values e^2 / 2 + q_i(e): the minima of (C22) for l2.
  AnswerSums (*answer_l2)(const PricedFeatures& features, double temperature, const Answers& out);
  /// The answers to the values price |e| + q_i(e) at the ends within |e| <= price_limit, at the kink and, if price > 0,
  /// at 0: the minima of (C22) for l1 and linf.
  AnswerSums (*answer_corners)(const PricedFeatures& features, double price_limit, double price, double temperature,
                               const Answers& out);
  /// The price at which the last end or kink that matters is reached; infinite if an infinite change pays.
  double (*last_place)(const PricedFeatures& features);
  double (*sum_of_sizes)(std::size_t count, const double* x);
  /// out <- w x + v y.
  void (*weigh_pair)(std::size_t count, double w, const double* x, double v, const double* y, double* out);
  /// y <- y + scale x.
  void (*add_scaled)(std::size_t count, double scale, const double* x, double* y);
  double (*dot)(std::size_t count, const double* x, const double* y);
  /// sum_i of (x_i, u_i) W_i (y_i, v_i). Shape: (count) each; u and v are null if there are no kinks.
  double (*curvature_dot)(const Curves& curves, const double* x, const double* u, const double* y, const double* v);
};

enum class InstructionSet;  // no header of the library reaches the files that are compiled for one set alone
/// The loops for an instruction set. Requires: is_available(set).
const Sweeps& sweeps_of(InstructionSet set);
/// The loops for the chosen instruction set.
const Sweeps& sweeps();

}  // namespace standfast::kernels
