// All in half steps of 1/(2q), so that lines (odd multiples) and inputs (even ones) are integers and never meet.
#include "lab/compare/splitting.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "base/lanes.hpp"
#include "base/random.hpp"

namespace standfast::lab {

SplittingNoise splitting_noise(std::size_t dim, std::int64_t cuts, std::uint64_t seed) {
  assert(cuts > 0 && "a line at least");
  SplittingNoise noise{cuts, {}};
  Random random(seed);
  for (std::size_t i = 0; i < dim; ++i)
    noise.offsets.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(cuts))));
  return noise;
}

bool on_the_grid(std::span<const float> x, std::vector<std::int64_t>& levels) {
  levels.clear();
  for (const float value : x) {
    const float level = std::round(value * static_cast<float>(kSplittingLevels));
    // a byte over 255 in float32 is the only float that a picture holds for this level
    if (!(level >= 0 && level <= static_cast<float>(kSplittingLevels)) ||
        std::fabs(level / static_cast<float>(kSplittingLevels) - value) > 0x1p-23F)
      return false;
    levels.push_back(static_cast<std::int64_t>(level));
  }
  return true;
}

void split(std::span<const std::int64_t> levels, const SplittingNoise& noise, std::int64_t position,
           std::span<float> out) {
  const std::int64_t period = 2 * noise.cuts;
  const std::int64_t highest = 2 * kSplittingLevels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::int64_t line = 2 * ((position + noise.offsets[i]) % noise.cuts) + 1;
    const std::int64_t above = ((2 * levels[i] - line) % period + period) % period;  // half steps above a line
    const std::int64_t lower = 2 * levels[i] - above;
    const std::int64_t sum = std::max<std::int64_t>(lower, 0) + std::min(lower + period, highest);
    out[i] = static_cast<float>(sum) / static_cast<float>(2 * highest);
  }
}

std::int64_t count_split_alarms(const infer::Plan& base, std::span<const std::int64_t> levels,
                                const SplittingNoise& noise, infer::TileWorkspace& workspace) {
  const std::size_t dim = levels.size();
  std::vector<float> seen(kLanes * dim);
  std::array<float, kLanes> logits{};
  std::int64_t alarms = 0;
  for (std::int64_t first = 0; first < noise.cuts; first += static_cast<std::int64_t>(kLanes)) {
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(kLanes, noise.cuts - first));
    for (std::size_t lane = 0; lane < count; ++lane)
      split(levels, noise, first + static_cast<std::int64_t>(lane), std::span(seen).subspan(lane * dim, dim));
    const auto outputs = std::span(logits).first(count);
    base.forward_tile(std::span(seen).first(count * dim), count, workspace, outputs);
    alarms += std::ranges::count_if(outputs, [](float logit) { return logit > 0; });
  }
  return alarms;
}

}  // namespace standfast::lab
