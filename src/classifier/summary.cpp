// Collects what the model's rooms know about one model; nothing is computed but Lipschitz constants (C3) and the
// float32 error over the domain. Taken for granted: shapes can be inferred, because the model is valid.
#include "classifier/summary.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/knots.hpp"
#include "model/lipschitz.hpp"
#include "model/max_affine.hpp"
#include "model/slope_signs.hpp"

namespace standfast::classifier {
namespace {

std::string shape_text(const model::Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + ")";
}

/// "2 features (a, b)", "5 features (a, b, c and 2 more)".
std::string features_text(const model::Model& model, const std::vector<std::size_t>& features) {
  constexpr std::size_t kMostNamed = 3;
  std::string text = std::to_string(features.size()) + (features.size() == 1 ? " feature" : " features");
  if (features.empty()) return text;
  for (std::size_t k = 0; k < features.size() && k < kMostNamed; ++k) {
    const std::size_t i = features[k];
    text += (k == 0 ? " (" : ", ") + (model.feature_names.empty() ? std::to_string(i) : model.feature_names[i]);
  }
  if (features.size() > kMostNamed) text += " and " + std::to_string(features.size() - kMostNamed) + " more";
  return text + ")";
}

/// Which features bend. What they follow, a logarithm or a rank, is in the provenance.
std::string knots_text(const model::Model& model) {
  std::vector<std::size_t> bent, straight;
  for (std::size_t i = 0; i < model.dim(); ++i) {
    const auto slopes = model::slopes_of(model.feature_map.front(), i);
    const bool bends = std::ranges::adjacent_find(slopes, std::not_equal_to<>()) != slopes.end();
    (bends ? bent : straight).push_back(i);
  }
  std::string text = "bends " + features_text(model, bent);
  if (!straight.empty()) text += ", not " + features_text(model, straight);
  return text;
}

std::string step_text(const model::Model& model, const model::MapStep& step, const model::Shape& output) {
  std::string name(model::map_kind_name(step.kind));
  switch (step.kind) {
    case model::MapKind::kCenter:
    case model::MapKind::kScale:
      return name + (step.values.values.size() == 1 ? " by one value" : " by one value per feature");
    case model::MapKind::kLinear:
    case model::MapKind::kConv2d:
      return name + " " + shape_text(step.values.shape) + " -> " + shape_text(output);
    case model::MapKind::kAbs:
      return name + ": (u, |u|) -> " + shape_text(output);
    case model::MapKind::kKnots:
      return name + ": " + knots_text(model);
    case model::MapKind::kConvexPotential:
      return name + " " + shape_text(step.values.shape) + ": u - W' relu(W u + b) -> " + shape_text(output);
    case model::MapKind::kMaxMin:
      return name + ": neighbouring channels in order -> " + shape_text(output);
    case model::MapKind::kPixelUnshuffle:
      return name + " by " + std::to_string(step.stride) + " -> " + shape_text(output);
  }
  return name;
}

ModelSummary::Layer summarise_node(const model::Graph& graph, std::size_t k, const model::Shape& output) {
  const model::Node& node = graph.nodes[k];
  ModelSummary::Layer layer;
  layer.name = node.name;
  layer.kind = model::node_kind_name(node.kind);
  for (const std::int32_t input : node.inputs) {
    layer.inputs.push_back(input == model::kGraphInput ? "features"
                                                       : graph.nodes[static_cast<std::size_t>(input)].name);
  }
  layer.output_shape = output;
  layer.parameters = node.weight.values.size() + node.bias.values.size();
  return layer;
}

Trend trend_of(model::SlopeSigns signs) {
  if (signs.positive && signs.negative) return Trend::kAny;
  if (signs.positive) return Trend::kNeverFalls;
  return signs.negative ? Trend::kNeverRises : Trend::kConstant;
}

}  // namespace

ModelSummary summarise(const model::Model& model, const verify::Verifier& core, const deployed::DeployedError& error) {
  ModelSummary summary;
  summary.input_shape = model.input_shape;
  summary.feature_names = model.feature_names;
  summary.feature_units = model.feature_units;
  summary.tokenizer = model.tokenizer;
  summary.columns = model.columns;
  const auto map_shapes = model::infer_map_shapes(model.feature_map, model.input_shape);
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    summary.feature_map.push_back(step_text(model, model.feature_map[k], (*map_shapes)[k]));
  }
  const auto shapes = model::infer_shapes(model.graph);
  for (std::size_t k = 0; k < model.graph.nodes.size(); ++k) {
    summary.layers.push_back(summarise_node(model.graph, k, (*shapes)[k]));
    summary.parameters += summary.layers.back().parameters;
  }
  summary.threshold = model.threshold;
  summary.sensitive_class = model.sensitive_class;
  summary.other_class = model.other_class;
  if (model.domain) {
    summary.domain_lower = model.domain->lower;
    summary.domain_upper = model.domain->upper;
  }
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    // the core leaves the scales of a separable map to the slopes; a reader wants the map's own constant
    const bool separable = model::is_separable(model.feature_map);
    summary.lipschitz[norm.name()] =
        separable ? model::lipschitz_upper(model.feature_map, model.input_shape, norm) : core.map().lipschitz(norm);
  }
  summary.logit_error = model.domain ? error.over(model.domain->lower, model.domain->upper) : kInfinity;
  summary.logit_error_at_0 = error.at(std::vector<float>(model.dim(), 0.0F));
  for (const model::SlopeSigns signs : model::slope_signs(model)) summary.trends.push_back(trend_of(signs));
  summary.certifies_both = model::is_max_affine(model);
  summary.provenance = model.provenance;
  return summary;
}

}  // namespace standfast::classifier
