// Splitting noise, derandomised: a certificate for l1 that counts instead of sampling. Source: Levine and Feizi,
// "Improved, deterministic smoothing for l1 certified robustness", ICML 2021.
//
// Inputs are multiples of 1/255 in [0, 1]. Each feature has a cut line that is drawn once; one number moves all lines
// together, and it has `cuts` positions. For each position, the noised feature says only between which of its lines x
// lies: their middle, cut to [0, 1]. A step of 1/255 in one feature crosses the line of exactly one position. So k
// steps change what the base network sees in at most k of all positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infer/plan.hpp"

namespace standfast::lab {

inline constexpr std::int64_t kSplittingLevels = 255;  ///< q: inputs are multiples of 1/q.

struct SplittingNoise {
  std::int64_t cuts = kSplittingLevels;  ///< N = 2 lambda q: how many steps apart a feature's lines lie.
  std::vector<std::int64_t> offsets;     ///< (dim): where a feature's line stands at position 0; in [0, N).
};

/// Offsets of a seed. Requires: cuts > 0.
SplittingNoise splitting_noise(std::size_t dim, std::int64_t cuts, std::uint64_t seed);

/// x as multiples of 1/255, or nothing if a value is none or lies outside of [0, 1] (beyond the rounding of float32).
bool on_the_grid(std::span<const float> x, std::vector<std::int64_t>& levels);

/// What the base network sees at one position. Shape: levels and out are (dim). Requires: 0 <= position < cuts.
void split(std::span<const std::int64_t> levels, const SplittingNoise& noise, std::int64_t position,
           std::span<float> out);

/// For how many of the positions the network raises the alarm. Shape: levels is (dim).
std::int64_t count_split_alarms(const infer::Plan& base, std::span<const std::int64_t> levels,
                                const SplittingNoise& noise, infer::TileWorkspace& workspace);

}  // namespace standfast::lab
