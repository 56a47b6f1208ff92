// The choices that pick one affine minorant of g: a slope per ReLU unit, a winner per maximum.
//
// Any slope in [0, 1] and any winner give a valid minorant (the lemma on slopes in docs/certificates.md), so these may
// come from arithmetic of any precision; the tangent takes 1 where the unit is active and the largest input of each
// maximum.
#pragma once

#include <cstdint>
#include <vector>

namespace standfast::minorant {

struct NodeSlopes {
  std::vector<float> relu;  ///< kRelu: one slope in [0, 1] per unit.
  /// kRelu: no more than this much of a unit's dual is kept, whatever its slope says; empty: no limit. It is how a
  /// proof in other arithmetic names the very minorant that it found.
  std::vector<double> most;
  std::vector<std::int32_t> winner;  ///< kMaxPool and kMax: per output, the flat index of the chosen input element.
                                     ///< kMin, in a pass: the smallest head. Proofs take heads one by one.
};

/// One entry per graph node; nodes of other kinds have an empty one.
using Slopes = std::vector<NodeSlopes>;

}  // namespace standfast::minorant
