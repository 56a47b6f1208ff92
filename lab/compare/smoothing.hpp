// Randomised smoothing by counting: how often a base network raises the alarm under noise, and what that certifies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infer/plan.hpp"
#include "lab/compare/noise.hpp"

namespace standfast::lab {

struct SmoothingOptions {
  Noise noise;
  double threshold = 0.5;           ///< t: the alarm is raised if it is as likely as that under noise.
  std::size_t guess_samples = 100;  ///< n0: draws that say which way the verdict will be.
  std::size_t samples = 10'000;     ///< n: further draws that prove it.
  double alpha = 0.001;             ///< The chance of a wrong certificate.
  std::uint64_t seed = 1;
};

enum class SmoothedVerdict {
  kAlarm,     ///< p > t with confidence 1 - alpha.
  kOther,     ///< p <= t with confidence 1 - alpha.
  kAbstained  ///< Neither.
};

struct SmoothedResult {
  SmoothedVerdict verdict = SmoothedVerdict::kAbstained;
  double probability = 0;  ///< The bound on p that decided: a lower one if the guess was an alarm, else an upper one.
};

/// How many of the draws `first_sample`, first_sample + 1, ... raise the alarm. All are really drawn and judged.
///
/// Shape: x is (dim of plan). `at.sample` is the number of the first draw.
std::size_t count_alarms(const infer::Plan& base, std::span<const float> x, const Noise& noise, DrawId at,
                         std::size_t samples, infer::TileWorkspace& workspace);

/// The verdict of the smoothed classifier on row number `row`, which only names the draws.
SmoothedResult smoothed_verdict(const infer::Plan& base, std::span<const float> x, std::uint32_t row,
                                const SmoothingOptions& options, infer::TileWorkspace& workspace);

/// p(x) as counted, without a bound; for choosing thresholds. Its draws are none of smoothed_verdict's.
double estimated_probability(const infer::Plan& base, std::span<const float> x, std::uint32_t row,
                             const SmoothingOptions& options, infer::TileWorkspace& workspace);

}  // namespace standfast::lab
