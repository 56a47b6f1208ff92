#include "support/small_models.hpp"

#include <string>
#include <utility>

#include "model/graph_builder.hpp"

namespace standfast::support {

model::Model affine_model(std::vector<float> weight, float bias, float threshold) {
  const auto dim = static_cast<std::int64_t>(weight.size());
  model::Model model;
  model.input_shape = {dim};
  model.graph.input_shape = {dim};
  model.graph.nodes = {model::linear_node("score", model::kGraphInput, {{1, dim}, std::move(weight)}, {{1}, {bias}})};
  model.threshold = threshold;
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

model::Model max_affine_model(std::vector<float> rows, std::vector<float> bias, float threshold) {
  const auto pieces = static_cast<std::int64_t>(bias.size());
  model::Model model = affine_model(std::vector<float>(rows.size() / bias.size()), 0, threshold);
  model.graph.nodes[0].weight = {{pieces, model.input_shape[0]}, std::move(rows)};
  model.graph.nodes[0].bias = {{pieces}, std::move(bias)};
  model.graph.nodes.push_back(model::node_of(model::NodeKind::kMax, "max", {0}));
  return model;
}

model::Model corner_model() { return max_affine_model({-1, 0, 0, -1}, {1.5F, 2}); }

void append_unit(model::Model& model, float head, float last) {
  model::GraphBuilder graph(std::move(model.graph));
  const std::int32_t score = graph.size() - 1;
  const std::int32_t unit = graph.relu("relu" + std::to_string(score), score);
  graph.linear("head" + std::to_string(score), unit, {{1, 1}, {head}}, {{1}, {last}});
  model.graph = std::move(graph).take();
}

model::Model one_unit_model(std::vector<float> weight, float bias, float head, float last) {
  auto model = affine_model(std::move(weight), bias);
  append_unit(model, head, last);
  return model;
}

model::Model chain_model(std::vector<float> slopes, std::vector<float> heads) {
  auto model = affine_model({0}, 0);
  const auto units = static_cast<std::int64_t>(slopes.size());
  model.graph.nodes = {model::linear_node("score", model::kGraphInput, {{units, 1}, std::move(slopes)}),
                       model::linear_node("sum", 0, {{1, units}, std::move(heads)}, {{1}, {1}})};
  return model;
}

}  // namespace standfast::support
