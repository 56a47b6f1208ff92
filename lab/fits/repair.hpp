// What has to be added to a convex score to judge every training input right, and as little as possible besides.
//
//     s = t + sum_k r_k relu(p_k)   becomes   f = t + w.z + b + sum_k r_k relu(p_k + d_k.z + c_k) + sum_j relu(a_j.z +
//     e_j)
//
// w and d bring every input of the class below under 0. An input is lowered through the units that are active at it,
// by planes along itself: whitened inputs are nearly orthogonal, and few share its units, so that others hardly notice;
// r_k >= 0 keeps f convex. Each a_j has above it a group of those inputs of the class above that are then under 0, and
// nothing of the class below: in many dimensions it reaches hardly any other input. Source: Crammer et al., "Online
// passive-aggressive algorithms", JMLR 2006.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lab/fits/whitening.hpp"

namespace standfast::lab {

/// A score of every input, and the last hidden layer that it sums over; no unit for a score without one.
struct StartScores {
  std::vector<double> scores;   ///< s less its threshold: (count).
  std::vector<float> sums;      ///< p: (count, units) row-major.
  std::vector<double> weights;  ///< r >= 0: (units).
};

struct RepairOptions {
  double drop = 0.25;         ///< b is at least as low as this, in deviations of s: the rest takes shorter w and d.
  double margin = 0.02;       ///< Under which the class below is brought, in deviations.
  std::size_t per_lift = 40;  ///< Inputs of the class above to each a_j.
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  std::function<void(std::size_t under, std::size_t count)>
      progress;  ///< Called after each pass with counts of the class below.
};

struct Repair {
  Planes lowering;  ///< w and b: one plane of z.
  Planes units;     ///< The planes d_k and c_k of z.
  Planes lifts;     ///< The planes a_j and e_j of z.
};

/// Requires: no input equals one of the other class. Shape: positive is one flag per row.
/// Cost: a product of the class below with each of its inputs that has to be lowered. Memory: (count, units) twice, and
/// half a gigabyte of such products.
Repair find_repair(const Rows& rows, std::size_t dim, const StartScores& start, std::span<const std::uint8_t> positive,
                   const RepairOptions& options);

}  // namespace standfast::lab
