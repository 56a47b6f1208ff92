// Interval bounds and CROWN on a network that was trained on its intervals; the radius in linf by bisection, pixels in
// [0, 1].
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infer/plan.hpp"
#include "lab/compare/base_network.hpp"
#include "lab/compare/bounds.hpp"
#include "lab/compare/measure_baselines.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kMostRows = 64;  // layers of more units keep interval bounds inside CROWN

std::vector<float> logits_of(const infer::Plan& plan, const ClassRows& rows) {
  std::vector<float> logits(rows.count());
  infer::TileWorkspace workspace;
  for (std::size_t i = 0; i < rows.count(); ++i)
    plan.forward_tile(rows.row(i), 1, workspace, std::span(logits).subspan(i, 1));
  return logits;
}

/// The pixels within `radius` of x, as the graph reads them.
InputSet pixels_around(std::span<const float> x, double radius, const model::Model& base) {
  const double mean = base.feature_map[0].values.values[0], scale = base.feature_map[1].values.values[0];
  std::vector<double> low, high;
  for (const float value : x) {
    low.push_back((std::max(value - radius, 0.0) - mean) * scale);
    high.push_back((std::min(value + radius, 1.0) - mean) * scale);
  }
  return box(std::move(low), std::move(high));
}

}  // namespace

std::vector<MethodResult> measure_interval(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                                           const BaselineHooks& hooks) {
  const infer::Plan plan(base);
  const auto sensitive = logits_of(plan, rows.test.sensitive);
  const auto other = logits_of(plan, rows.test.other);
  const auto above = [](float logit) { return logit > 0; };
  MethodResult method;
  method.norm = "linf";
  method.threshold = static_cast<double>(base.threshold);
  method.accuracy_sensitive =
      static_cast<double>(std::ranges::count_if(sensitive, above)) / static_cast<double>(sensitive.size());
  method.accuracy_other =
      1 - static_cast<double>(std::ranges::count_if(other, above)) / static_cast<double>(other.size());
  method.parameters = parameter_count(base.graph);
  method.rounding = "ignored";
  method.recipe = fmt::format("interval training to linf {:.3g}, {} epochs", task.interval_radius, task.epochs);
  std::vector<MethodResult> methods;
  for (const bool crown : {false, true}) {
    MethodResult mine = method;
    mine.method = fmt::format("{}, {}", task.job, crown ? "CROWN" : "intervals");
    mine.label = crown ? "interval training, CROWN" : "interval training, intervals";
    auto& radii = mine.radii[native_norm(mine)];
    const double start = hooks.processor_seconds();
    for (std::size_t i = 0; i < sensitive.size(); ++i) {
      const auto lower = [&](double radius) {
        const InputSet set = pixels_around(rows.test.sensitive.row(i), radius, base);
        return crown ? crown_lower(base.graph, set, LowerSlope::kAdaptive, kMostRows) : interval_lower(base.graph, set);
      };
      radii.push_back(largest_radius(lower, static_cast<double>(base.threshold), 1));
      hooks.progress(crown ? "CROWN, rows" : "intervals, rows", i + 1, sensitive.size());
    }
    mine.milliseconds =
        1000 * (hooks.processor_seconds() - start) / static_cast<double>(std::max<std::size_t>(1, sensitive.size()));
    methods.push_back(std::move(mine));
  }
  return methods;
}

}  // namespace standfast::lab
