// Networks of the shapes of published models with random weights, drawn from one seed: the closed form costs the same
// for all weights. Weights on convex values are drawn from [0, 2 / fan-in], so that sums keep their size and no layer
// overflows or dies.
#include "lab/bench/sizes.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "model/graph_builder.hpp"

namespace standfast::lab {
namespace {

/// Layers of random weights, each of the right size.
class RandomLayers {
 public:
  explicit RandomLayers(model::Shape input_shape) : graph_(std::move(input_shape)) {}

  /// Whatever reads the network's input may have any weight; all else must not be negative.
  std::int32_t linear(std::int32_t from, std::int64_t columns, std::int64_t rows) {
    model::Tensor weight = weights({rows, columns}, columns, from == model::kGraphInput);
    return graph_.linear(next_name(), from, std::move(weight), weights({rows}, 100, true));
  }
  /// Keeps the height and width of its input.
  std::int32_t conv(std::int32_t from, std::int64_t channels_in, std::int64_t channels_out, std::int64_t kernel) {
    const std::int64_t fan_in = channels_in * kernel * kernel;
    model::Tensor weight = weights({channels_out, channels_in, kernel, kernel}, fan_in, from == model::kGraphInput);
    return graph_.conv2d(next_name(), from, std::move(weight), weights({channels_out}, 100, true),
                         {.padding = kernel / 2});
  }
  std::int32_t relu(std::int32_t from) { return graph_.relu(next_name(), from); }
  std::int32_t add(std::int32_t a, std::int32_t b) { return graph_.add(next_name(), {a, b}); }
  std::int32_t max_pool(std::int32_t from, std::int64_t side) { return graph_.max_pool(next_name(), from, side, side); }
  model::Graph take() { return std::move(graph_).take(); }

 private:
  std::string next_name() const { return "node" + std::to_string(graph_.size()); }
  /// Sums keep their size from layer to layer.
  model::Tensor weights(model::Shape shape, std::int64_t fan_in, bool any_sign) {
    const auto terms = static_cast<double>(fan_in);
    const double high = any_sign ? std::sqrt(3 / terms) : 2 / terms;
    model::Tensor tensor{std::move(shape), {}};
    tensor.values.resize(model::element_count(tensor.shape));
    for (auto& value : tensor.values) value = static_cast<float>(random_.uniform(any_sign ? -high : 0, high));
    return tensor;
  }

  Random random_{1};
  model::GraphBuilder graph_;
};

struct Mlp {
  std::int64_t inputs;
  std::vector<std::int64_t> hidden;
};

model::Graph mlp(const Mlp& size, std::int64_t features) {
  RandomLayers b({features});
  std::int32_t z = model::kGraphInput;
  std::int64_t width = features;
  std::vector<std::int64_t> widths = size.hidden;
  widths.push_back(1);
  for (const auto rows : widths) {
    auto h = b.linear(z, width, rows);
    if (z != model::kGraphInput) h = b.add(h, b.linear(model::kGraphInput, features, rows));
    z = rows == 1 ? h : b.relu(h);
    width = rows;
  }
  return b.take();
}

model::Model mlp_model(const Mlp& size, bool abs) {
  model::Model model;
  model.input_shape = {size.inputs};
  model.feature_map = model::identity_map(std::vector<float>(static_cast<std::size_t>(size.inputs), 0.25F));
  if (abs) model.feature_map = model::with_abs(model.feature_map);
  model.graph = mlp(size, abs ? 2 * size.inputs : size.inputs);
  return model;
}

constexpr std::int64_t kSide = 32;
constexpr std::int64_t kChannels = 16;
constexpr int kDepth = 4;

model::Model conv_model() {
  model::Model model;
  model.input_shape = {3, kSide, kSide};
  model.feature_map =
      model::with_abs(model::identity_map(std::vector<float>(model::element_count(model.input_shape), 0.5F)));
  RandomLayers b({6, kSide, kSide});
  std::int32_t z = b.relu(b.conv(model::kGraphInput, 6, kChannels, 11));
  for (int layer = 1; layer < kDepth; ++layer)
    z = b.relu(b.add(b.conv(z, kChannels, kChannels, 3), b.conv(model::kGraphInput, 6, kChannels, 3)));
  b.linear(b.max_pool(z, kSide), kChannels, 1);
  model.graph = b.take();
  return model;
}

struct Size {
  BenchSize name;
  model::Model (*make)();
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

model::Model random_model(std::string_view name) {
  for (const auto& size : sizes()) {
    if (size.name.name != name) continue;
    model::Model model = size.make();
    model.sensitive_class = "alarm";
    model.other_class = "quiet";
    return model;
  }
  assert(false && "the caller checks the name");
  return {};
}

}  // namespace standfast::lab
