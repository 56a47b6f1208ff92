// Folds the centres and scales of the map into the layers that read the input, in float64, the last step first, and
// then rounds each weight to a grid that exact sums can hold. The rounding changes the score a little; what is proven
// later is proven of the rounded model. Takes for granted that load_model has accepted the model.
#include "lab/fits/start_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "lab/fits/fitted_model.hpp"
#include "model/fold.hpp"
#include "model/shape.hpp"

namespace standfast::lab {
namespace {

// an input takes up to 31 places, and a network three or four layers: their product has to fit 126 bits;
// fewer places leave more room and change the score more
constexpr int kFirstPlaces = 20;
constexpr int kDeepPlaces = 12;
constexpr int kShiftPlaces = 24;

std::vector<double> as_doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

Result<std::vector<model::ElementwiseAffine>> affine_steps(const model::FeatureMap& map, const std::string& name) {
  std::vector<model::ElementwiseAffine> steps;
  steps.reserve(map.size());
  for (const model::MapStep& step : map) {
    std::vector<double> values = as_doubles(step.values.values);
    if (step.kind == model::MapKind::kCenter) {
      for (double& value : values) value = -value;
      steps.push_back({{1.0}, std::move(values)});
    } else if (step.kind == model::MapKind::kScale) {
      steps.push_back({std::move(values), {0.0}});
    } else {
      return Error{ErrorCode::kUnsupported,
                   fmt::format("{}: found the feature map `{}`, expected a score that is convex in the input: only "
                               "centres and scales before the network (--feature-map identity)",
                               name, model::map_kind_name(step.kind))};
    }
  }
  return steps;
}

Status check_fits(const model::Model& model, const std::string& name, const Dataset& data, const std::string& above,
                  const std::string& below) {
  if (model.input_shape != data.input_shape)
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: takes inputs of shape {}, {} has {}", name, model::shape_text(model.input_shape),
                             data.source, model::shape_text(data.input_shape))};
  if (model.sensitive_class != above || model.other_class != below)
    return Error{ErrorCode::kBadOption, fmt::format("{}: has {} above {}, expected {} above {}", name,
                                                    model.sensitive_class, model.other_class, above, below)};
  return {};
}

/// The steps disappear into a layer that reads the input: the last one first, for it is nearest.
Status fold_steps(const std::vector<model::ElementwiseAffine>& steps, const model::Graph& graph, model::Node& node) {
  model::WideLayer layer = model::widen(node);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    STANDFAST_CHECK(model::fold_before(layer, *step, graph.input_shape, model::LayerReads::kAffine));
  return model::round_into(layer, node);
}

std::ptrdiff_t readers_of(const model::Graph& graph, std::int32_t index) {
  std::ptrdiff_t readers = 0;
  for (const model::Node& node : graph.nodes) readers += std::ranges::count(node.inputs, index);
  return readers;
}

}  // namespace

Result<model::Model> start_from(const model::Model& model, const std::string& name, const Dataset& data,
                                const std::string& above, const std::string& below) {
  STANDFAST_CHECK(check_fits(model, name, data, above, below));
  STANDFAST_TRY(const auto steps, affine_steps(model.feature_map, name));
  model::Model start = blank_model(data, above, below);
  start.threshold = model.threshold;
  start.graph.nodes = model.graph.nodes;
  for (std::size_t index = 0; index < start.graph.nodes.size(); ++index) {
    model::Node& node = start.graph.nodes[index];
    const bool weighted = node.kind == model::NodeKind::kLinear || node.kind == model::NodeKind::kConv2d;
    const bool first = std::ranges::find(node.inputs, model::kGraphInput) != node.inputs.end();
    if (first && !weighted)
      return Error{ErrorCode::kUnsupported, fmt::format("{}: {} reads the input, expected linear or conv2d", name,
                                                        model::node_place(start.graph, index))};
    if (!weighted) continue;
    if (first) STANDFAST_CHECK(fold_steps(steps, start.graph, node));
    node.weight.values = to_grid(as_doubles(node.weight.values), first ? kFirstPlaces : kDeepPlaces);
    node.bias.values = to_grid(as_doubles(node.bias.values), kShiftPlaces);
  }
  STANDFAST_CHECK(model::validate(start));
  return start;
}

std::optional<Head> find_head(const model::Graph& graph) {
  const auto last = static_cast<std::int32_t>(graph.nodes.size()) - 1;
  std::vector<std::int32_t> terms = {last};
  if (graph.nodes.back().kind == model::NodeKind::kAdd) terms = graph.nodes.back().inputs;
  for (const std::int32_t term : terms) {
    if (term == model::kGraphInput || graph.nodes[static_cast<std::size_t>(term)].kind != model::NodeKind::kLinear)
      continue;
    const std::int32_t relu = graph.nodes[static_cast<std::size_t>(term)].inputs[0];
    if (relu == model::kGraphInput || graph.nodes[static_cast<std::size_t>(relu)].kind != model::NodeKind::kRelu)
      continue;
    const std::int32_t sums = graph.nodes[static_cast<std::size_t>(relu)].inputs[0];
    if (readers_of(graph, relu) == 1 && readers_of(graph, term) == (term == last ? 0 : 1) && sums != model::kGraphInput)
      return Head{sums, relu, term};
  }
  return {};
}

}  // namespace standfast::lab
