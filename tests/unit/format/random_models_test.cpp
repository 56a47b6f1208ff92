#include "random_models.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <gtest/gtest.h>

#include "unit/model/builders.hpp"

namespace standfast::test {
namespace {

bool coin(Random& random) { return random.below(2) == 0; }

std::string random_name(Random& random) {
  static const std::vector<std::string> parts = {"a",     "\u00fc",     "\"", "\\", "\n", "__metadata__",
                                                 "map.0", "\U0001F4A1", " "};
  std::string name;
  for (std::uint64_t i = 0; i < 3; ++i) name += parts[random.below(parts.size())];
  return name;
}

// Any finite bit pattern: denormals, -0.0 and the largest numbers must survive too.
float any_float(Random& random) {
  const float value = static_cast<float>(std::ldexp(random.uniform(-1, 1), static_cast<int>(random.below(270)) - 150));
  return std::isfinite(value) ? value : -0.0F;
}

model::Tensor any_tensor(model::Shape shape, bool non_negative, Random& random) {
  model::Tensor tensor = constant(std::move(shape), 0);
  for (float& value : tensor.values) value = non_negative ? std::abs(any_float(random)) : any_float(random);
  return tensor;
}

model::MapStep any_knots(std::int64_t dim, Random& random) {
  const auto knots = static_cast<std::int64_t>(1 + random.below(model::kMostKinks));
  model::MapStep step;
  step.kind = model::MapKind::kKnots;
  step.values = any_tensor({dim, knots}, false, random);
  for (std::int64_t i = 0; i < dim; ++i) {
    std::ranges::sort(
        std::span(step.values.values).subspan(static_cast<std::size_t>(i * knots), static_cast<std::size_t>(knots)));
  }
  step.slopes = any_tensor({dim, knots + 1}, true, random);
  for (float& slope : step.slopes.values) slope = std::max(slope, std::numeric_limits<float>::denorm_min());
  return step;
}

void add_map(model::Model& model, Random& random) {
  const auto dim = static_cast<std::int64_t>(model.dim());
  if (random.below(5) == 0) {
    model.feature_map = {any_knots(dim, random)};
    if (coin(random))
      model.feature_map.push_back({model::MapKind::kCenter, any_tensor({coin(random) ? 1 : dim}, false, random), {}});
    return;
  }
  if (coin(random))
    model.feature_map = {{model::MapKind::kCenter, any_tensor({coin(random) ? 1 : dim}, false, random), {}}};
  if (coin(random)) {
    model::Tensor scale = any_tensor({dim}, true, random);
    for (float& value : scale.values) value += 1e-3F;
    model.feature_map.push_back({model::MapKind::kScale, scale, {}});
  }
  if (model.input_shape.size() == 3 && coin(random)) {
    model.feature_map.push_back({model::MapKind::kConv2d, any_tensor({2, model.input_shape[0], 1, 2}, false, random),
                                 coin(random) ? any_tensor({2}, false, random) : model::Tensor{}, 1, 1, 2});
  } else if (model.input_shape.size() == 1 && coin(random)) {
    model.feature_map.push_back({model::MapKind::kLinear, any_tensor({3, dim}, false, random), {}});
  }
  if (coin(random)) model.feature_map = model::with_abs(std::move(model.feature_map));
}

void add_convolutions(model::Model& model, const model::Shape& input, Random& random) {
  std::vector<model::Node>& nodes = model.graph.nodes;
  model::Node conv =
      conv_node("conv " + random_name(random), model::kGraphInput, any_tensor({2, input[0], 2, 2}, false, random), 1);
  if (coin(random))
    conv.bias = any_tensor(coin(random) ? model::Shape{2} : model::Shape{2, input[1] + 1, input[2] + 1}, false, random);
  nodes.push_back(conv);
  nodes.push_back(model::node_of(model::NodeKind::kRelu, "relu", {0}));
  model::Node pool = model::node_of(model::NodeKind::kMaxPool, "pool", {1});
  pool.kernel = 2;
  pool.stride = 1 + static_cast<std::int64_t>(random.below(2));
  nodes.push_back(pool);
  nodes.push_back(model::node_of(model::NodeKind::kFlatten, "flat", {2}));
}

void add_head(model::Model& model, Random& random) {
  std::vector<model::Node>& nodes = model.graph.nodes;
  const model::Shape shape = nodes.empty() ? model.graph.input_shape : model::Shape{};
  if (nodes.empty()) {
    nodes.push_back(
        model::linear_node("first", model::kGraphInput,
                           any_tensor({3, static_cast<std::int64_t>(model::element_count(shape))}, false, random)));
    nodes.push_back(model::node_of(model::NodeKind::kRelu, "z", {0}));
  }
  const auto last = static_cast<std::int32_t>(nodes.size()) - 1;
  nodes.push_back(model::node_of(model::NodeKind::kAdd, "sum", {last, last, last}));
  nodes.push_back(model::node_of(model::NodeKind::kMax, "top", {last + 1}));
  nodes.push_back(
      model::linear_node("score", last + 2, any_tensor({1, 1}, true, random), any_tensor({1}, false, random)));
}

void add_labels(model::Model& model, Random& random) {
  for (std::size_t i = 0; i < model.dim(); ++i) {
    model.feature_names.push_back(random_name(random));
    model.feature_units.push_back(coin(random) ? "" : random_name(random));
  }
}

void add_domain(model::Model& model, Random& random) {
  model::Domain domain{{-kInfinity}, {}};
  for (std::size_t i = 0; i < model.dim(); ++i) {
    domain.upper.push_back(coin(random) ? kInfinity : random.normal() * std::pow(10, random.uniform(-300, 300)));
  }
  model.domain = domain;
}

}  // namespace

model::Model random_model(Random& random) {
  model::Model model;
  model.input_shape =
      coin(random) ? model::Shape{1 + static_cast<std::int64_t>(random.below(6))} : model::Shape{2, 3, 4};
  add_map(model, random);
  const auto shapes = model::infer_map_shapes(model.feature_map, model.input_shape);
  model.graph.input_shape = shapes->empty() ? model.input_shape : shapes->back();
  if (model.graph.input_shape.size() == 3) add_convolutions(model, model.graph.input_shape, random);
  add_head(model, random);
  if (coin(random)) add_labels(model, random);
  if (coin(random)) add_domain(model, random);
  model.threshold = any_float(random);
  model.sensitive_class = "s" + random_name(random);
  model.other_class = "o" + random_name(random);
  if (coin(random)) model.provenance = {{random_name(random), random_name(random)}, {"seed", "7"}};
  return model;
}

TEST(RandomModels, EachIsValid) {
  Random random(11);
  for (int i = 0; i < 300; ++i) {
    const Status status = model::validate(random_model(random));
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
}

}  // namespace standfast::test
