#include "lab/bench/sizes.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/random.hpp"

namespace standfast {
namespace {

class Builder {
 public:
  /// Whatever reads the network's input may have any weight; all else must not be negative.
  std::int32_t linear(std::int32_t from, std::int64_t columns, std::int64_t rows) {
    Node node = make(NodeKind::kLinear, {from});
    node.weight = weights({rows, columns}, columns, from == kGraphInput);
    node.bias = weights({rows}, 100, true);
    return push(std::move(node));
  }
  /// Keeps the height and width of its input.
  std::int32_t conv(std::int32_t from, std::int64_t channels_in, std::int64_t channels_out, std::int64_t kernel) {
    Node node = make(NodeKind::kConv2d, {from});
    const std::int64_t fan_in = channels_in * kernel * kernel;
    node.weight = weights({channels_out, channels_in, kernel, kernel}, fan_in, from == kGraphInput);
    node.bias = weights({channels_out}, 100, true);
    node.padding = kernel / 2;
    return push(std::move(node));
  }
  std::int32_t relu(std::int32_t from) { return push(make(NodeKind::kRelu, {from})); }
  std::int32_t add(std::int32_t a, std::int32_t b) { return push(make(NodeKind::kAdd, {a, b})); }
  std::int32_t max_pool(std::int32_t from, std::int64_t side) {
    Node node = make(NodeKind::kMaxPool, {from});
    node.kernel = side;
    node.stride = side;
    return push(std::move(node));
  }
  std::vector<Node> take() { return std::move(nodes_); }

 private:
  static Node make(NodeKind kind, std::vector<std::int32_t> inputs) {
    Node node;
    node.kind = kind;
    node.inputs = std::move(inputs);
    return node;
  }
  std::int32_t push(Node node) {
    node.name = "node" + std::to_string(nodes_.size());
    nodes_.push_back(std::move(node));
    return static_cast<std::int32_t>(nodes_.size()) - 1;
  }
  /// Sums keep their size from layer to layer.
  Tensor weights(Shape shape, std::int64_t fan_in, bool any_sign) {
    const auto terms = static_cast<double>(fan_in);
    const double high = any_sign ? std::sqrt(3 / terms) : 2 / terms;
    Tensor tensor{std::move(shape), {}};
    tensor.values.resize(element_count(tensor.shape));
    for (auto& value : tensor.values) value = static_cast<float>(random_.uniform(any_sign ? -high : 0, high));
    return tensor;
  }

  Random random_{1};
  std::vector<Node> nodes_;
};

struct Mlp {
  std::int64_t inputs;
  std::vector<std::int64_t> hidden;
};

Graph mlp(const Mlp& size, std::int64_t features) {
  Builder b;
  std::int32_t z = kGraphInput;
  std::int64_t width = features;
  std::vector<std::int64_t> widths = size.hidden;
  widths.push_back(1);
  for (const auto rows : widths) {
    auto h = b.linear(z, width, rows);
    if (z != kGraphInput) h = b.add(h, b.linear(kGraphInput, features, rows));
    z = rows == 1 ? h : b.relu(h);
    width = rows;
  }
  return {{features}, b.take()};
}

Model mlp_model(const Mlp& size, bool abs) {
  Model model;
  model.input_shape = {size.inputs};
  model.feature_map = identity_map(std::vector<float>(static_cast<std::size_t>(size.inputs), 0.25F));
  if (abs) model.feature_map = with_abs(model.feature_map);
  model.graph = mlp(size, abs ? 2 * size.inputs : size.inputs);
  return model;
}

constexpr std::int64_t kSide = 32;
constexpr std::int64_t kChannels = 16;
constexpr int kDepth = 4;

Model conv_model() {
  Model model;
  model.input_shape = {3, kSide, kSide};
  model.feature_map = with_abs(identity_map(std::vector<float>(element_count(model.input_shape), 0.5F)));
  Builder b;
  std::int32_t z = b.relu(b.conv(kGraphInput, 6, kChannels, 11));
  for (int layer = 1; layer < kDepth; ++layer)
    z = b.relu(b.add(b.conv(z, kChannels, kChannels, 3), b.conv(kGraphInput, 6, kChannels, 3)));
  b.linear(b.max_pool(z, kSide), kChannels, 1);
  model.graph = {{6, kSide, kSide}, b.take()};
  return model;
}

struct Size {
  BenchSize name;
  Model (*make)();
};

const std::array<Size, 4>& sizes() {
  static const std::array<Size, 4> all = {
      Size{{"spam", "57 features, (x, |x|), 114-64-32-1 with skips"},
           [] {
             return mlp_model({57, {64, 32}}, true);
           }},
      Size{{"mnist", "784-200-50-1 with skips"},
           [] {
             return mlp_model({784, {200, 50}}, false);
           }},
      Size{{"cifar", "3x32x32, (x, |x|), 4 convolutions of 16 channels: 11x11, then 3x3, with skips"}, conv_model},
      Size{{"image", "512x512, 262144-200-50-1 with skips"}, [] {
             return mlp_model({512L * 512, {200, 50}}, false);
           }}};
  return all;
}

}  // namespace

std::vector<BenchSize> bench_sizes() {
  std::vector<BenchSize> names;
  for (const auto& size : sizes()) names.push_back(size.name);
  return names;
}

Model random_model(std::string_view name) {
  for (const auto& size : sizes()) {
    if (size.name.name != name) continue;
    Model model = size.make();
    model.sensitive_class = "alarm";
    model.other_class = "quiet";
    return model;
  }
  assert(false && "the caller checks the name");
  return {};
}

}  // namespace standfast
