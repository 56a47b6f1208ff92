// Networks, inputs and threat models built to break a certificate: f(x) = head . relu(W phi(x) + b) + skip . phi(x) +
// last - threshold with numbers where float32, float64 and their error bounds are at their weakest.
#pragma once

#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "standfast/threat.hpp"
#include "support/random_model.hpp"

namespace standfast::support {

enum class Hardness {
  kZeroCrossing,  ///< Pre-activations within an ulp of zero at the input.
  kHugeAndTiny,   ///< Weights from 1e-30 to 1e30 side by side.
  kCancellation,  ///< Large equal and opposite weights, a small rest.
  kDead,          ///< No unit is active at the input, some are never.
  kDenormal,      ///< Weights, inputs and margins below the smallest normal float32.
  kFlat,          ///< A gradient of exactly zero at the input.
  kAtKink,        ///< Every feature at the kink of |.|, pre-activations of exactly zero.
  kOneUlp,        ///< A margin of one ulp of the logit, or of the terms that it is summed from.
  kScaleChain,    ///< A feature map of many scales whose products leave float32 and come back.
};
inline constexpr Hardness kEveryHardness[] = {Hardness::kZeroCrossing, Hardness::kHugeAndTiny, Hardness::kCancellation,
                                              Hardness::kDead,         Hardness::kDenormal,    Hardness::kFlat,
                                              Hardness::kAtKink,       Hardness::kOneUlp,      Hardness::kScaleChain};
std::string_view hardness_name(Hardness hardness);

struct HardCase {
  RandomModel generated;
  std::vector<float> x;
};

/// Passes validate(); most are sensitive at x.
HardCase hard_case(Random& random, Hardness hardness);

/// Bounds at the input itself, costs from 1e-300 to 1e300, or a random threat.
ThreatModel hard_threat(Random& random, const HardCase& hard);

/// A sum of n + 1 terms whose float32 roundings, in the order of the features, all lower the logit: at x = (1, ..., 1)
/// the logit is about -n 2^-24 although f(x) > 0. Requires: n even, 4 <= n <= 2^13.
model::Model one_way_sum(std::size_t n);

}  // namespace standfast::support
