#include "support/random_graph.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "model/graph_builder.hpp"

namespace standfast::support {
namespace {

/// Adds nodes one by one and keeps track of what the convexity check will ask.
class RandomBuilder {
 public:
  RandomBuilder(Random& random, model::Shape input_shape, Weights kind)
      : random_(random), kind_(kind), graph_(std::move(input_shape)) {}

  std::int32_t linear(std::int32_t from, std::int64_t rows) {
    model::Node node = model::node_of(model::NodeKind::kLinear, "", {from});
    const auto columns = static_cast<std::int64_t>(model::element_count(shape(from)));
    node.weight = weights({rows, columns}, static_cast<std::size_t>(columns), !affine(from));
    if (chance(0.8)) node.bias = biases({rows});
    return push(std::move(node), {rows}, affine(from));
  }

  std::int32_t conv(std::int32_t from, std::int64_t channels, std::int64_t kernel,
                    const model::ConvGeometry& geometry) {
    const auto in = shape(from);
    const model::Shape weight_shape{channels, in[0], kernel, kernel};
    model::Node node = model::conv2d_node(
        "", from, weights(weight_shape, static_cast<std::size_t>(in[0] * kernel * kernel), !affine(from)), {},
        geometry);
    const auto extent = [&](std::int64_t size) {
      return (size + 2 * node.padding - node.dilation * (kernel - 1) - 1) / node.stride + 1;
    };
    const model::Shape out{channels, extent(in[1]), extent(in[2])};
    if (chance(0.8)) node.bias = biases(chance(0.5) ? out : model::Shape{channels});
    return push(std::move(node), out, affine(from));
  }

  std::int32_t add(std::int32_t a, std::int32_t b) {
    return push(model::node_of(model::NodeKind::kAdd, "", {a, b}), shape(a), affine(a) && affine(b));
  }
  std::int32_t relu(std::int32_t from) {
    return push(model::node_of(model::NodeKind::kRelu, "", {from}), shape(from), false);
  }
  std::int32_t flatten(std::int32_t from) {
    const model::Shape out{static_cast<std::int64_t>(model::element_count(shape(from)))};
    return push(model::node_of(model::NodeKind::kFlatten, "", {from}), out, affine(from));
  }
  std::int32_t max(std::int32_t from) { return push(model::node_of(model::NodeKind::kMax, "", {from}), {1}, false); }
  std::int32_t min(std::vector<std::int32_t> heads) {
    return push(model::node_of(model::NodeKind::kMin, "", std::move(heads)), {1}, false);
  }
  std::int32_t max_pool(std::int32_t from, std::int64_t kernel, std::int64_t stride) {
    auto node = model::node_of(model::NodeKind::kMaxPool, "", {from});
    node.stride = stride;
    node.kernel = kernel;
    const auto in = shape(from);
    return push(std::move(node), {in[0], (in[1] - kernel) / stride + 1, (in[2] - kernel) / stride + 1}, false);
  }

  [[nodiscard]] const model::Shape& shape(std::int32_t node) const {
    return node == model::kGraphInput ? graph_.graph().input_shape : shapes_[static_cast<std::size_t>(node)];
  }
  [[nodiscard]] bool affine(std::int32_t node) const {
    return node == model::kGraphInput || affine_[static_cast<std::size_t>(node)];
  }
  bool chance(double share) { return random_.uniform() < share; }
  std::int64_t between(std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(hi - lo + 1)));
  }
  model::Graph take() { return std::move(graph_).take(); }

 private:
  std::int32_t push(model::Node node, model::Shape out, bool is_affine) {
    node.name = std::string(model::node_kind_name(node.kind)) + std::to_string(graph_.size());
    const std::int32_t index = graph_.append(std::move(node));
    shapes_.push_back(std::move(out));
    affine_.push_back(is_affine);
    return index;
  }

  model::Tensor weights(model::Shape shape, std::size_t fan_in, bool non_negative) {
    model::Tensor tensor{std::move(shape), {}};
    const auto count = model::element_count(tensor.shape);
    for (std::size_t i = 0; i < count; ++i) {
      const float weight = random_weight(random_, kind_, fan_in);
      tensor.values.push_back(non_negative ? std::fabs(weight) : weight);
    }
    return tensor;
  }

  model::Tensor biases(model::Shape shape) {
    model::Tensor tensor{std::move(shape), {}};
    const auto count = model::element_count(tensor.shape);
    for (std::size_t i = 0; i < count; ++i) {
      const bool dead = chance(0.1);
      tensor.values.push_back(dead ? -1000.0F : random_weight(random_, kind_, 1));
    }
    return tensor;
  }

  Random& random_;
  Weights kind_;
  model::GraphBuilder graph_;
  std::vector<model::Shape> shapes_;
  std::vector<bool> affine_;
};

/// Ends in one number: a non-negative sum with a skip from the input, or a maximum.
std::int32_t add_head(RandomBuilder& b, std::int32_t z) {
  if (b.chance(0.2)) return b.max(b.linear(z, b.between(1, 4)));
  const auto score = b.linear(z, 1);
  return b.chance(0.5) ? b.add(score, b.linear(model::kGraphInput, 1)) : score;
}

/// Hidden layers, without an end.
std::int32_t build_trunk(RandomBuilder& b) {
  std::int32_t z = model::kGraphInput;
  const auto depth = b.between(1, 4);
  for (std::int64_t k = 0; k < depth; ++k) {
    const auto width = b.between(1, 12);
    auto h = b.linear(z, width);
    if (k > 0 && b.chance(0.7)) h = b.add(h, b.linear(model::kGraphInput, width));
    if (k > 0 && b.shape(z) == b.shape(h) && b.chance(0.5)) h = b.add(h, z);
    z = b.chance(0.9) ? b.relu(h) : h;
  }
  return z;
}

std::int32_t build_dense(RandomBuilder& b) { return add_head(b, build_trunk(b)); }

std::int32_t build_max_affine(RandomBuilder& b) {
  auto pieces = b.linear(model::kGraphInput, b.between(1, 8));
  if (b.chance(0.3)) pieces = b.relu(pieces);
  return b.max(pieces);
}

void build_heads(RandomBuilder& b) {
  const std::int32_t trunk = b.chance(0.4) ? build_trunk(b) : model::kGraphInput;
  std::vector<std::int32_t> heads;
  const auto count = b.between(2, 4);
  for (std::int64_t k = 0; k < count; ++k) {
    if (trunk != model::kGraphInput) {
      heads.push_back(add_head(b, trunk));
    } else if (b.chance(0.2)) {
      heads.push_back(b.linear(model::kGraphInput, 1));
    } else {
      heads.push_back(b.chance(0.6) ? build_dense(b) : build_max_affine(b));
    }
  }
  if (b.chance(0.1)) heads.push_back(heads.front());
  b.min(heads);
}

void build_conv(RandomBuilder& b) {
  const auto channels = b.between(1, 3);
  const bool dilated = b.chance(0.3);
  const std::int64_t padding = dilated ? 2 : b.between(0, 1), stride = b.between(1, 2);
  const model::ConvGeometry first{stride, padding, dilated ? 2 : 1};
  auto z = b.relu(b.conv(model::kGraphInput, channels, b.between(2, 3), first));
  const model::ConvGeometry same{1, 1, 1};
  if (b.chance(0.7)) z = b.relu(b.add(b.conv(z, channels, 3, same), z));
  if (b.chance(0.4)) {  // a skip of the input with the block's own shape
    auto h = b.conv(z, channels, 3, same);
    const auto count = static_cast<std::int64_t>(model::element_count(b.shape(h)));
    z = b.relu(b.add(b.linear(h, count), b.linear(model::kGraphInput, count)));
    add_head(b, z);
    return;
  }
  const auto& shape = b.shape(z);
  if (shape[1] >= 2 && shape[2] >= 2 && b.chance(0.6)) z = b.max_pool(z, 2, b.between(1, 2));
  if (b.chance(0.5)) z = b.flatten(z);
  add_head(b, z);
}

}  // namespace

Weights random_weights_kind(Random& random) {
  const double draw = random.uniform();
  if (draw < 0.45) return Weights::kGaussian;
  if (draw < 0.6) return Weights::kSparse;
  if (draw < 0.75) return Weights::kDecades;
  return draw < 0.95 ? Weights::kDyadic : Weights::kDenormal;
}

float random_weight(Random& random, Weights kind, std::size_t fan_in) {
  const double plain = random.normal() / std::sqrt(static_cast<double>(fan_in));
  switch (kind) {
    case Weights::kGaussian:
      return static_cast<float>(plain);
    case Weights::kSparse:
      return random.uniform() < 0.7 ? 0.0F : static_cast<float>(2 * plain);
    case Weights::kDecades:
      return static_cast<float>(plain * std::pow(10.0, random.uniform(-4, 3)));
    case Weights::kDyadic:
      return static_cast<float>(static_cast<double>(random.below(9)) - 4) / 4;
    case Weights::kDenormal:
      return static_cast<float>(random.uniform() < 0.5 ? plain * 1e-40 : plain);
  }
  return 0;
}

model::Graph random_graph(Random& random, Family family, const model::Shape& input_shape, Weights kind) {
  RandomBuilder builder(random, input_shape, kind);
  switch (family) {
    case Family::kAffine:
      builder.linear(model::kGraphInput, 1);
      break;
    case Family::kDense:
      build_dense(builder);
      break;
    case Family::kMaxAffine:
      build_max_affine(builder);
      break;
    case Family::kConv:
      build_conv(builder);
      break;
    case Family::kHeads:
      build_heads(builder);
      break;
  }
  return builder.take();
}

}  // namespace standfast::support
