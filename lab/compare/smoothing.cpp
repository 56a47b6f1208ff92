// Draws go through the network a tile at a time. As Cohen, Rosenfeld and Kolter (ICML 2019): n0 draws guess the
// verdict, n others bound its probability on the one side that matters.
#include "lab/compare/smoothing.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/lanes.hpp"
#include "lab/compare/smoothed_radius.hpp"

namespace standfast::lab {
namespace {

// draws for different uses must not be the same
enum Purpose : std::uint32_t { kGuess = 1, kProof = 2, kThreshold = 3 };

}  // namespace

std::size_t count_alarms(const infer::Plan& base, std::span<const float> x, const Noise& noise, DrawId at,
                         std::size_t samples, infer::TileWorkspace& workspace) {
  std::vector<float> noisy(kLanes * x.size());
  std::array<float, kLanes> logits{};
  std::size_t alarms = 0;
  for (std::size_t done = 0; done < samples; done += kLanes) {
    const std::size_t count = std::min(kLanes, samples - done);
    for (std::size_t lane = 0; lane < count; ++lane, ++at.sample)
      add_noise(x, noise, at, std::span(noisy).subspan(lane * x.size(), x.size()));
    const auto outputs = std::span(logits).first(count);
    base.forward_tile(std::span(noisy).first(count * x.size()), count, workspace, outputs);
    alarms += static_cast<std::size_t>(std::ranges::count_if(outputs, [](float logit) { return logit > 0; }));
  }
  return alarms;
}

SmoothedResult smoothed_verdict(const infer::Plan& base, std::span<const float> x, std::uint32_t row,
                                const SmoothingOptions& options, infer::TileWorkspace& workspace) {
  const auto guessed =
      count_alarms(base, x, options.noise, {options.seed, kGuess, row, 0}, options.guess_samples, workspace);
  const auto alarms = count_alarms(base, x, options.noise, {options.seed, kProof, row, 0}, options.samples, workspace);
  if (static_cast<double>(guessed) > options.threshold * static_cast<double>(options.guess_samples)) {
    const double lower = proportion_lower(alarms, options.samples, options.alpha);
    return {lower > options.threshold ? SmoothedVerdict::kAlarm : SmoothedVerdict::kAbstained, lower};
  }
  const double upper = proportion_upper(alarms, options.samples, options.alpha);
  return {upper <= options.threshold ? SmoothedVerdict::kOther : SmoothedVerdict::kAbstained, upper};
}

double estimated_probability(const infer::Plan& base, std::span<const float> x, std::uint32_t row,
                             const SmoothingOptions& options, infer::TileWorkspace& workspace) {
  const auto alarms =
      count_alarms(base, x, options.noise, {options.seed, kThreshold, row, 0}, options.samples, workspace);
  return static_cast<double>(alarms) / static_cast<double>(options.samples);
}

}  // namespace standfast::lab
