#include "support/small_models.hpp"

#include <string>
#include <utility>

namespace standfast::support {

Model affine_model(std::vector<float> weight, float bias, float threshold) {
  const auto dim = static_cast<std::int64_t>(weight.size());
  Node node;
  node.name = "score";
  node.inputs = {kGraphInput};
  node.weight = {{1, dim}, std::move(weight)};
  node.bias = {{1}, {bias}};
  Model model;
  model.input_shape = {dim};
  model.graph.input_shape = {dim};
  model.graph.nodes = {node};
  model.threshold = threshold;
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

Model max_affine_model(std::vector<float> rows, std::vector<float> bias, float threshold) {
  const auto pieces = static_cast<std::int64_t>(bias.size());
  Model model = affine_model(std::vector<float>(rows.size() / bias.size()), 0, threshold);
  model.graph.nodes[0].weight = {{pieces, model.input_shape[0]}, std::move(rows)};
  model.graph.nodes[0].bias = {{pieces}, std::move(bias)};
  Node maximum;
  maximum.kind = NodeKind::kMax;
  maximum.name = "max";
  maximum.inputs = {0};
  model.graph.nodes.push_back(maximum);
  return model;
}

Model corner_model() { return max_affine_model({-1, 0, 0, -1}, {1.5F, 2}); }

void append_unit(Model& model, float head, float last) {
  const auto score = static_cast<std::int32_t>(model.graph.nodes.size()) - 1;
  Node relu, sum;
  relu.kind = NodeKind::kRelu;
  relu.name = "relu" + std::to_string(score);
  relu.inputs = {score};
  sum.name = "head" + std::to_string(score);
  sum.inputs = {score + 1};
  sum.weight = {{1, 1}, {head}};
  sum.bias = {{1}, {last}};
  model.graph.nodes.push_back(relu);
  model.graph.nodes.push_back(sum);
}

Model one_unit_model(std::vector<float> weight, float bias, float head, float last) {
  auto model = affine_model(std::move(weight), bias);
  append_unit(model, head, last);
  return model;
}

Model chain_model(std::vector<float> slopes, std::vector<float> heads) {
  auto model = affine_model({0}, 0);
  Node first = model.graph.nodes[0], second = first;
  const auto units = static_cast<std::int64_t>(slopes.size());
  first.weight = {{units, 1}, std::move(slopes)};
  first.bias = {};
  second.name = "sum";
  second.inputs = {0};
  second.weight = {{1, units}, std::move(heads)};
  second.bias = {{1}, {1}};
  model.graph.nodes = {first, second};
  return model;
}

}  // namespace standfast::support
