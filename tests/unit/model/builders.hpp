// Small nodes and models to start a test from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "model/graph_builder.hpp"
#include "model/model.hpp"

namespace standfast::test {

inline model::Tensor constant(model::Shape shape, float value) {
  const std::size_t count = model::element_count(shape);
  return {std::move(shape), std::vector<float>(count, value)};
}

inline model::Tensor uniform(model::Shape shape, double lo, double hi, Random& random) {
  model::Tensor tensor = constant(std::move(shape), 0);
  for (float& value : tensor.values) value = static_cast<float>(random.uniform(lo, hi));
  return tensor;
}

inline model::MapStep step_of(model::MapKind kind, model::Tensor values, model::Tensor bias = {}) {
  model::MapStep step;
  step.kind = kind;
  step.values = std::move(values);
  step.bias = std::move(bias);
  return step;
}

using standfast::model::linear_node;
using standfast::model::node_of;

inline model::Node conv_node(std::string name, std::int32_t input, model::Tensor weight, std::int64_t padding,
                             model::Tensor bias = {}) {
  return model::conv2d_node(std::move(name), input, std::move(weight), std::move(bias), {.padding = padding});
}

/// (4) -> linear 3 -> relu -> linear 1, plus a skip from the input: every kind of path in one model.
inline model::Model small_model() {
  model::Model model;
  model.input_shape = {4};
  model.feature_map = model::identity_map({0.5F, 0.25F, 0, 1});
  model.graph.input_shape = {4};
  model.graph.nodes = {model::linear_node("first", model::kGraphInput, constant({3, 4}, -0.5F), constant({3}, 0.1F)),
                       model::node_of(model::NodeKind::kRelu, "z1", {0}),
                       model::linear_node("top", 1, constant({1, 3}, 0.75F)),
                       model::linear_node("skip", model::kGraphInput, constant({1, 4}, -1.0F)),
                       model::node_of(model::NodeKind::kAdd, "score", {2, 3})};
  model.threshold = 0.1F;
  model.sensitive_class = "spam";
  model.other_class = "mail";
  return model;
}

}  // namespace standfast::test
