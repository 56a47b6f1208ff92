// Shapes, starting weights, folding and export of the network with a learnt map.
#include "trainer/learnt/learnt_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/fold.hpp"
#include "model/shape.hpp"
#include "trainer/mlp/network.hpp"
#include "trainer/nodes.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kPatches = 20'000;  // many beside the entries of a patch: their covariance is then of full rank
constexpr double kRidge = 0.1;            // of the mean variance of a pixel
constexpr double kDensity = 0.3;          // of the non-negative weights

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

std::vector<float> normal_weights(const model::Shape& shape, double deviation, Random& random) {
  std::vector<float> values(model::element_count(shape));
  for (float& value : values) value = static_cast<float>(deviation * random.normal());
  return values;
}

std::vector<float> sparse_weights(const model::Shape& shape, std::int64_t inputs, Random& random) {
  std::vector<float> values(model::element_count(shape));
  const double mean = 1 / (kDensity * static_cast<double>(inputs));
  for (float& value : values) {
    const double draw = random.uniform(), exponential = -std::log1p(-random.uniform());
    value = static_cast<float>(draw < kDensity ? mean * exponential : 0);
  }
  return values;
}

ChannelNorm starting_norm(std::int64_t channels, bool is_affine) {
  const std::vector<float> ones(size(channels), 1), zeros(size(channels));
  return {is_affine ? ones : std::vector<float>{}, is_affine ? zeros : std::vector<float>{}, zeros, ones};
}

/// Windows of the images, anywhere inside. Shape: (count, c, kernel, kernel).
std::vector<double> random_patches(std::span<const float> rows, const model::Shape& image, std::int64_t kernel,
                                   std::size_t count, Random& random) {
  const std::size_t dim = model::element_count(image);
  std::vector<double> patches;
  for (std::size_t k = 0; k < count; ++k) {
    const float* row = rows.data() + random.below(rows.size() / dim) * dim;
    const auto top = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(image[1] - kernel + 1)));
    const auto left = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(image[2] - kernel + 1)));
    for (std::int64_t c = 0; c < image[0]; ++c) {
      for (std::int64_t y = 0; y < kernel; ++y) {
        for (std::int64_t x = 0; x < kernel; ++x) {
          patches.push_back(row[(c * image[1] + top + y) * image[2] + left + x]);
        }
      }
    }
  }
  return patches;
}

/// The second moments of the patches plus the ridge. Shape: (n, n), row-major.
std::vector<double> ridged_moments(const std::vector<double>& patches, std::size_t n) {
  std::vector<double> moments(n * n, 0.0);
  const double share = static_cast<double>(n) / static_cast<double>(patches.size());
  for (std::size_t first = 0; first < patches.size(); first += n) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) moments[i * n + j] += patches[first + i] * patches[first + j] * share;
    }
  }
  double trace = 0;
  for (std::size_t i = 0; i < n; ++i) trace += moments[i * n + i];
  // the last term keeps a black image invertible
  for (std::size_t i = 0; i < n; ++i) moments[i * n + i] += kRidge * trace / static_cast<double>(n) + 1e-9;
  return moments;
}

/// M^-1 b for a positive definite M, by elimination without pivots.
std::vector<double> solve(std::vector<double> m, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = m[i * n + k] / m[k * n + k];
      for (std::size_t j = k; j < n; ++j) m[i * n + j] -= factor * m[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= m[k * n + j] * b[j];
    b[k] /= m[k * n + k];
  }
  return b;
}

std::vector<float> starting_filters(const LearntNet& network, std::span<const float> rows, Random& random) {
  const auto n = size(fan_in(network.filter_shape()));
  const std::int64_t kernel = network.layout.filter_kernel;
  const std::vector<double> moments =
      ridged_moments(random_patches(rows, network.input_shape, kernel, kPatches, random), n);
  std::vector<float> filters;
  for (std::int64_t f = 0; f < network.layout.filters; ++f) {
    const std::vector<double> filter = solve(moments, random_patches(rows, network.input_shape, kernel, 1, random));
    double squares = 1e-12;
    for (const double w : filter) squares += w * w;
    for (const double w : filter) filters.push_back(static_cast<float>(w / std::sqrt(squares)));
  }
  return filters;
}

Status check_image(const LearntLayout& layout, const model::Shape& image) {
  const std::int64_t step = 8 * layout.filter_stride;
  if (image.size() == 3 && image[1] % step == 0 && image[2] % step == 0 && image[1] >= layout.filter_kernel &&
      image[2] >= layout.filter_kernel) {
    return {};
  }
  return Error{
      ErrorCode::kBadOption,
      fmt::format("--network: learnt needs images whose sides are multiples of {}, the features are of shape {}", step,
                  model::shape_text(image))};
}

Result<model::ElementwiseAffine> affine(const ChannelNorm& norm) {
  return model::inference_affine({as_doubles(norm.gain), as_doubles(norm.shift), as_doubles(norm.mean),
                                  as_doubles(norm.variance), kBatchNormEpsilon});
}

model::Node conv_node(std::string name, std::int32_t input, model::Shape shape, const std::vector<float>& weight) {
  return model::conv2d_node(std::move(name), input, {std::move(shape), weight}, {}, {.padding = 1});
}

/// One block after `previous`; both inputs of the second one are pooled first.
Result<std::int32_t> append_block(const LearntNet& network, std::size_t index, std::int32_t previous,
                                  model::GraphBuilder& graph) {
  const LearntBlock& block = network.blocks[index];
  const std::string place = fmt::format("block{}", index + 1);
  model::Node conv = conv_node(place + ".conv", previous, network.block_weight_shape(), block.weight);
  model::Node input = conv_node(place + ".input", model::kGraphInput, network.input_weight_shape(), block.input_weight);
  input.stride = 2;
  if (index > 0) {
    read_before_pool(2, conv);
    read_before_pool(2, input);
  }
  STANDFAST_TRY(const auto sum, affine(block.sum));
  STANDFAST_TRY(const auto identity, affine(block.identity));
  model::WideLayer convex = model::widen(conv), free = model::widen(input);
  STANDFAST_CHECK(model::fold_after(convex, sum, model::LayerReads::kConvex));
  add_identity(identity, convex);
  // the shift is in the first summand
  STANDFAST_CHECK(
      model::fold_after(free, {sum.scale, std::vector<double>(sum.scale.size())}, model::LayerReads::kAffine));
  STANDFAST_CHECK(model::round_into(convex, conv));
  STANDFAST_CHECK(model::round_into(free, input));
  const std::int32_t first = graph.append(std::move(conv));
  const std::int32_t second = graph.append(std::move(input));
  const std::int32_t both = graph.add(place + ".sum", {first, second});
  return graph.relu(place + ".relu", both);
}

/// weight . pool(z) as a sum over z of this shape.
std::vector<float> before_pool(const std::vector<float>& weight, const model::Shape& shape) {
  std::vector<float> result;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    for (std::int64_t y = 0; y < shape[1]; ++y) {
      for (std::int64_t x = 0; x < shape[2]; ++x) {
        result.push_back(weight[size((c * (shape[1] / 2) + y / 2) * (shape[2] / 2) + x / 2)] / 4);
      }
    }
  }
  return result;
}

Result<std::int32_t> append_score(const LearntNet& network, std::int32_t previous, model::GraphBuilder& graph) {
  const model::Shape last = network.halved(network.layout.channels, 2);
  model::Node head = model::node_of(model::NodeKind::kLinear, "score.hidden", {previous});
  head.weight = {{1, static_cast<std::int64_t>(model::element_count(last))}, before_pool(network.head_weight, last)};
  head.bias = {{1}, {network.bias}};
  model::WideLayer layer = model::widen(head);
  STANDFAST_TRY(const auto norm, affine(network.head));
  const std::size_t repeat = model::element_count(last) / norm.scale.size();
  for (std::size_t i = 0; i < layer.weight.size(); ++i) {
    layer.bias[0] += layer.weight[i] * norm.shift[i / repeat];
    layer.weight[i] *= norm.scale[i / repeat];
  }
  STANDFAST_CHECK(model::round_into(layer, head));
  const model::Shape u = network.halved(network.features(), 0);
  model::Node input = model::node_of(model::NodeKind::kLinear, "score.input", {model::kGraphInput});
  input.weight = {{1, static_cast<std::int64_t>(model::element_count(u))}, before_pool(network.input_weight, u)};
  const std::int32_t first = graph.append(std::move(head));
  const std::int32_t second = graph.append(std::move(input));
  return graph.add("score", {first, second});
}

}  // namespace

model::Shape LearntNet::filter_shape() const {
  return {layout.filters, input_shape[0], layout.filter_kernel, layout.filter_kernel};
}

model::Shape LearntNet::halved(std::int64_t channels, int times) const {
  return {channels, input_shape[1] / layout.filter_stride >> times, input_shape[2] / layout.filter_stride >> times};
}

Result<LearntNet> starting_learnt_network(const TrainOptions& options, const model::Shape& input_shape,
                                          std::span<const float> rows, Random& random) {
  LearntNet network;
  network.layout = options.learnt;
  network.input_shape = input_shape;
  STANDFAST_CHECK(check_image(network.layout, input_shape));
  const std::int64_t channels = network.layout.channels;
  network.filter = starting_filters(network, rows, random);
  network.offset.assign(size(network.layout.filters), 0);
  network.filter_norm = starting_norm(network.layout.filters, false);
  const model::Shape input = network.input_weight_shape(), block = network.block_weight_shape();
  const double deviation = std::sqrt(2 / static_cast<double>(fan_in(input)));
  network.stem_weight = normal_weights(input, deviation, random);
  network.stem = starting_norm(channels, true);
  for (LearntBlock& b : network.blocks) {
    b = {sparse_weights(block, fan_in(block), random), normal_weights(input, deviation, random),
         starting_norm(channels, true), starting_norm(channels, true)};
  }
  network.head = starting_norm(channels, false);
  const model::Shape pooled = network.halved(channels, 3);
  network.head_weight = sparse_weights(pooled, static_cast<std::int64_t>(model::element_count(pooled)), random);
  network.input_weight.assign(model::element_count(network.halved(network.features(), 1)), 0);
  return network;
}

Result<model::FeatureMap> to_map(const LearntNet& network) {
  model::Node conv = conv_node("filters", model::kGraphInput, network.filter_shape(), network.filter);
  conv.bias = {{network.layout.filters}, std::vector<float>(network.offset.size())};
  model::WideLayer layer = model::widen(conv);
  STANDFAST_TRY(const auto norm, affine(network.filter_norm));
  STANDFAST_CHECK(model::fold_after(layer, norm, model::LayerReads::kAffine));
  for (std::size_t f = 0; f < network.offset.size(); ++f) layer.bias[f] -= network.offset[f];
  STANDFAST_CHECK(model::round_into(layer, conv));
  model::MapStep step;
  step.kind = model::MapKind::kConv2d;
  step.values = std::move(conv.weight);
  step.bias = std::move(conv.bias);
  step.stride = network.layout.filter_stride;
  step.padding = network.filter_padding();
  return model::with_abs({std::move(step)});
}

Result<model::Graph> to_graph(const LearntNet& network) {
  model::GraphBuilder graph(network.halved(network.features(), 0));
  model::Node stem = conv_node("stem.conv", model::kGraphInput, network.input_weight_shape(), network.stem_weight);
  stem.stride = 2;
  model::WideLayer layer = model::widen(stem);
  STANDFAST_TRY(const auto norm, affine(network.stem));
  STANDFAST_CHECK(model::fold_after(layer, norm, model::LayerReads::kAffine));
  STANDFAST_CHECK(model::round_into(layer, stem));
  std::int32_t previous = graph.append(std::move(stem));
  previous = graph.relu("stem.relu", previous);
  for (std::size_t k = 0; k < network.blocks.size(); ++k) {
    STANDFAST_TRY(previous, append_block(network, k, previous, graph));
  }
  STANDFAST_TRY([[maybe_unused]] const std::int32_t score, append_score(network, previous, graph));
  return std::move(graph).take();
}

}  // namespace standfast::trainer
