// Thresholds balance the classes on validation rows, as `standfast train` does by default: first that of the base
// network on single noisy rows, then that of the smoothed probability.
#include "lab/compare/measure_baselines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "infer/plan.hpp"
#include "lab/compare/base_network.hpp"
#include "lab/compare/smoothed_radius.hpp"
#include "lab/compare/smoothing.hpp"
#include "training/threshold.hpp"

namespace standfast::lab {
namespace {

constexpr std::uint32_t kBalancing = 50;  // a purpose of draws that no other use has
constexpr std::uint32_t kBalancingDraws = 8;
constexpr std::uint64_t kThresholdSamples = 1000;
constexpr double kAlpha = 0.001;

/// One row as the base network sees it.
std::vector<float> seen_row(const BaselineTask& task, std::span<const float> x, std::uint32_t row, std::uint32_t draw,
                            const SplittingNoise& splitting) {
  std::vector<float> out(x.begin(), x.end());
  std::vector<std::int64_t> levels;
  if (task.kind == BaselineKind::kSmoothing) {
    add_noise(x, task.noise, {task.seed, kBalancing, row, draw}, out);
  } else if (task.kind == BaselineKind::kSplitting && on_the_grid(x, levels)) {
    split(levels, splitting, (static_cast<std::int64_t>(draw) * splitting.cuts) / kBalancingDraws, out);
  }
  return out;
}

std::vector<float> seen_logits(const BaselineTask& task, const ClassRows& rows, const SplittingNoise& splitting,
                               const infer::Plan& plan) {
  std::vector<float> logits;
  infer::TileWorkspace workspace;
  const std::uint32_t draws = task.kind == BaselineKind::kInterval ? 1 : kBalancingDraws;
  for (std::size_t i = 0; i < rows.count(); ++i)
    for (std::uint32_t draw = 0; draw < draws; ++draw) {
      std::array<float, 1> logit{};
      const auto seen = seen_row(task, rows.row(i), static_cast<std::uint32_t>(i), draw, splitting);
      plan.forward_tile(seen, 1, workspace, logit);
      logits.push_back(logit[0]);
    }
  return logits;
}

/// A share strictly between 0 and 1 that balances validation shares. Row numbers of the two classes do not meet.
double share_threshold(const std::vector<float>& sensitive, const std::vector<float>& other) {
  const double found = training::pick_threshold(sensitive, other, -1).threshold;
  constexpr double kEnd = 0.5 / static_cast<double>(kThresholdSamples);
  return std::clamp(found, kEnd, 1 - kEnd);
}

constexpr std::uint32_t kOtherRows = 1U << 31;  // of the other class: their draws are their own

struct SmoothedRows {
  std::vector<SmoothedResult> sensitive;
  std::vector<SmoothedResult> other;
  double milliseconds = 0;  // of one sensitive row
};

SmoothedRows judge_rows(const infer::Plan& plan, const TwoClasses& rows, const SmoothingOptions& options,
                        const BaselineHooks& hooks) {
  SmoothedRows result;
  infer::TileWorkspace workspace;
  const std::size_t total = rows.sensitive.count() + rows.other.count();
  std::size_t done = 0;
  const auto judge = [&](const ClassRows& of_class, std::uint32_t first, std::vector<SmoothedResult>& out) {
    for (std::size_t i = 0; i < of_class.count(); ++i) {
      out.push_back(smoothed_verdict(plan, of_class.row(i), first + static_cast<std::uint32_t>(i), options, workspace));
      hooks.progress(fmt::format("n = {}, rows", options.samples), ++done, total);
    }
  };
  const double start = hooks.processor_seconds();
  judge(rows.sensitive, 0, result.sensitive);
  result.milliseconds = 1000 * (hooks.processor_seconds() - start) / static_cast<double>(rows.sensitive.count());
  judge(rows.other, kOtherRows, result.other);
  return result;
}

double share(std::size_t part, std::size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

MethodResult smoothing_method(const BaselineTask& task, const SmoothedRows& judged, const SmoothingOptions& options,
                              Norm norm, std::size_t dim) {
  const auto count = [](const std::vector<SmoothedResult>& results, SmoothedVerdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(results, verdict, &SmoothedResult::verdict));
  };
  MethodResult method;
  const std::string_view noise = kNoiseWords[static_cast<std::size_t>(task.noise.kind)];
  method.norm = norm.name();
  method.method = fmt::format("{}, {}, n = {}", task.job, method.norm, options.samples);
  method.label = fmt::format("smoothing, {} noise {:.3g}, n = {}", noise, task.noise.deviation, options.samples);
  method.threshold = options.threshold;
  method.accuracy_sensitive = share(count(judged.sensitive, SmoothedVerdict::kAlarm), judged.sensitive.size());
  method.accuracy_other = share(count(judged.other, SmoothedVerdict::kOther), judged.other.size());
  method.abstained =
      share(count(judged.sensitive, SmoothedVerdict::kAbstained) + count(judged.other, SmoothedVerdict::kAbstained),
            judged.sensitive.size() + judged.other.size());
  auto& radii = method.radii[native_norm(method)];
  for (const auto& result : judged.sensitive)
    radii.push_back(result.verdict == SmoothedVerdict::kAlarm
                        ? smoothed_radius(result.probability, options.threshold, options.noise, norm, dim)
                        : 0);
  method.milliseconds = judged.milliseconds;
  method.samples = options.samples + options.guess_samples;
  method.deterministic = false;
  method.rounding = "ignored";
  method.recipe = fmt::format("{} noise of deviation {:.3g}, {} epochs", noise, task.noise.deviation, task.epochs);
  return method;
}

}  // namespace

Normalisation normalisation_of(std::span<const float> features) {
  double sum = 0, squares = 0;
  for (const float value : features) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double mean = sum / static_cast<double>(features.size());
  const double variance = squares / static_cast<double>(features.size()) - mean * mean;
  constexpr double kSmallest = 1e-6;  // of a data set of one colour
  return {static_cast<float>(mean), static_cast<float>(1 / std::sqrt(std::max(variance, kSmallest)))};
}

std::int64_t cuts_of(double deviation) {
  const double width = 2 * std::numbers::sqrt3 * deviation;  // 2 lambda of uniform noise of this deviation
  return std::max<std::int64_t>(1, std::llround(width * static_cast<double>(kSplittingLevels)));
}

Status check_on_the_grid(const TwoClasses& rows) {
  std::vector<std::int64_t> levels;
  for (const auto* of_class : {&rows.sensitive, &rows.other})
    for (std::size_t i = 0; i < of_class->count(); ++i)
      if (!on_the_grid(of_class->row(i), levels))
        return Error{ErrorCode::kBadValue,
                     fmt::format("splitting noise: row {} of a class holds other values than multiples of 1/255 from 0 "
                                 "to 1, expected pictures of bytes",
                                 i)};
  return {};
}

void balance_base(const BaselineTask& task, const TwoClasses& validation, const SplittingNoise& splitting,
                  model::Model& base) {
  const infer::Plan plan(base);
  base.threshold += training::pick_threshold(seen_logits(task, validation.sensitive, splitting, plan),
                                             seen_logits(task, validation.other, splitting, plan), -1)
                        .threshold;
}

std::vector<MethodResult> measure_smoothing(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                                            const BaselineHooks& hooks) {
  const infer::Plan plan(base);
  SmoothingOptions options{.noise = task.noise, .samples = kThresholdSamples, .alpha = kAlpha, .seed = task.seed};
  infer::TileWorkspace workspace;
  const auto shares = [&](const ClassRows& of_class, std::uint32_t first) {
    std::vector<float> out;
    for (std::size_t i = 0; i < of_class.count(); ++i)
      out.push_back(static_cast<float>(
          estimated_probability(plan, of_class.row(i), first + static_cast<std::uint32_t>(i), options, workspace)));
    return out;
  };
  options.threshold = share_threshold(shares(rows.validation.sensitive, 0), shares(rows.validation.other, kOtherRows));
  std::vector<MethodResult> methods;
  for (const std::uint64_t samples : task.samples) {
    options.samples = samples;
    const SmoothedRows judged = judge_rows(plan, rows.test, options, hooks);
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()})
      if (certifies(task.noise.kind, norm))
        methods.push_back(smoothing_method(task, judged, options, norm, rows.test.sensitive.dim));
  }
  for (auto& method : methods) method.parameters = parameter_count(base.graph);
  return methods;
}

MethodResult measure_splitting(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                               const SplittingNoise& splitting, const BaselineHooks& hooks) {
  const infer::Plan plan(base);
  infer::TileWorkspace workspace;
  std::vector<std::int64_t> levels;
  std::size_t done = 0;
  const std::size_t total = rows.test.sensitive.count() + rows.test.other.count() + rows.validation.sensitive.count() +
                            rows.validation.other.count();
  const auto counts = [&](const ClassRows& of_class) {
    std::vector<float> out;  // exact: below 2^24
    for (std::size_t i = 0; i < of_class.count(); ++i) {
      on_the_grid(of_class.row(i), levels);
      out.push_back(static_cast<float>(count_split_alarms(plan, levels, splitting, workspace)));
      hooks.progress("all positions, rows", ++done, total);
    }
    return out;
  };
  const double found =
      training::pick_threshold(counts(rows.validation.sensitive), counts(rows.validation.other), -1).threshold;
  // an alarm is a count above a whole number; one of at most 0 or at least N alarms never or always
  const double most = std::clamp(std::floor(found), 0.0, static_cast<double>(splitting.cuts - 1));
  const double start = hooks.processor_seconds();
  const auto sensitive = counts(rows.test.sensitive);
  const double seconds = hooks.processor_seconds() - start;
  const auto other = counts(rows.test.other);
  MethodResult method;
  method.norm = "l1";
  method.method = task.job;
  method.label = fmt::format("splitting noise {:.3g}, all {} positions", task.noise.deviation, splitting.cuts);
  method.threshold = most / static_cast<double>(splitting.cuts);
  const auto at = training::accuracies_at(sensitive, other, static_cast<float>(most));
  method.accuracy_sensitive = at.accuracy_sensitive;
  method.accuracy_other = at.accuracy_other;
  // k steps take away k alarms at most: fewer than count - most of them leave one more than `most`
  for (const float count : sensitive)
    method.radii[0].push_back(count > most ? (count - most) / static_cast<double>(kSplittingLevels) : 0);
  method.milliseconds = 1000 * seconds / static_cast<double>(sensitive.size());
  method.samples = static_cast<std::uint64_t>(splitting.cuts);
  method.parameters = parameter_count(base.graph);
  method.continuous = false;
  method.rounding = "exact";
  method.recipe = fmt::format("split inputs, {} epochs", task.epochs);
  return method;
}

}  // namespace standfast::lab
