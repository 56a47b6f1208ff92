// One plane with every given positive above and every given negative below: dual coordinate descent on the hard-margin
// problem min |w - start|^2 / 2 subject to y_i w.z_i >= 1.
// Source: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate descent method for large-scale linear SVM",
// ICML 2008; a hard margin leaves the multipliers without an upper bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "lab/fits/whitening.hpp"

namespace standfast::lab {

struct HardMarginOptions {
  std::size_t passes = 200;  ///< Steps per member before giving up.
  float tolerance = 0.02F;   ///< Largest violation at the end, as a share of the margin.
  std::vector<float> start;  ///< The plane that the one found is nearest to; empty: 0.
};

struct FoundPlane {
  std::vector<float> w;    ///< (rows.stride)
  bool separates = false;  ///< False does not mean that there is no such plane.
};

/// Shape: `members` are rows, `positive` is one flag per row.
/// Cost: two vector operations of rows.stride elements per step.
FoundPlane find_plane(const Rows& rows, std::span<const std::uint32_t> members, std::span<const std::uint8_t> positive,
                      Random random, const HardMarginOptions& options = {});

}  // namespace standfast::lab
