// The other bound: accuracy under the attacks found, and how near the certified radii come to them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "standfast/evaluation.hpp"
#include "standfast/threat.hpp"

namespace standfast::evaluation {

/// One input of the sensitive class with both of its bounds.
struct AttackedInput {
  std::size_t row = 0;   ///< Its position in the data set.
  bool right = false;    ///< Whether the verdict is the sensitive class.
  double certified = 0;  ///< The certified radius.
  double attacked = 0;   ///< The distance of the adversarial input; infinite if none was found.
};

/// Requires: grid is ascending. Cost: O(n log n).
Evaluation::AttackedCurve attacked_curve(Norm norm, std::span<const AttackedInput> inputs,
                                         std::span<const double> grid);

}  // namespace standfast::evaluation
