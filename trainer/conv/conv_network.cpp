// Shapes, starting weights, folding and export of the ConvNet being trained.
#include "trainer/conv/conv_network.hpp"

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

std::vector<float> uniform_values(const model::Shape& shape, double lo, double hi, Random& random) {
  std::vector<float> values(model::element_count(shape));
  for (float& value : values) value = static_cast<float>(random.uniform(lo, hi));
  return values;
}

/// Weights of any sign, as libtorch draws them.
std::vector<float> free_weights(const model::Shape& shape, std::int64_t fan_in, Random& random) {
  const double half_width = 1 / std::sqrt(static_cast<double>(fan_in));
  return uniform_values(shape, -half_width, half_width, random);
}

std::vector<float> convex_weights(const model::Shape& shape, std::int64_t fan_in, StartingWeights init,
                                  Random& random) {
  return uniform_values(shape, 0, init == StartingWeights::kPaper ? 0.003 : 2 / static_cast<double>(fan_in), random);
}

ConvBlock starting_block(const ConvexConvNet& network, StartingWeights init, Random& random) {
  const auto channels = static_cast<std::size_t>(network.channels());
  const std::vector<float> ones(channels, 1);
  const std::vector<float> zeros(channels);
  const model::Shape shape = network.block_weight_shape();
  ConvBlock block = {convex_weights(shape, fan_in(shape), init, random), {}, ones, zeros, ones, zeros, zeros, ones};
  const model::Shape skip = network.first_weight_shape();
  if (network.layout.input_skips) block.skip_weight = free_weights(skip, fan_in(skip), random);
  return block;
}

Result<model::ElementwiseAffine> affine(const std::vector<float>& gain, const std::vector<float>& shift,
                                        const ConvBlock& block) {
  return model::inference_affine(
      {as_doubles(gain), as_doubles(shift), as_doubles(block.mean), as_doubles(block.variance), kBatchNormEpsilon});
}

/// A convolution of u: the first layer, or an input skip.
model::Node input_conv(const ConvexConvNet& network, std::string name, const std::vector<float>& weight) {
  model::Node node = model::node_of(model::NodeKind::kConv2d, std::move(name), {model::kGraphInput});
  node.weight = {network.first_weight_shape(), weight};
  node.stride = network.layout.first_stride;
  node.padding = network.first_padding();
  read_before_pool(network.layout.input_pool, node);
  return node;
}

Result<model::Node> block_conv(const ConvexConvNet& network, const ConvBlock& block, std::string name,
                               std::int32_t input) {
  model::Node node = model::node_of(model::NodeKind::kConv2d, std::move(name), {input});
  node.weight = {network.block_weight_shape(), block.weight};
  node.padding = network.block_padding();
  model::WideLayer layer = model::widen(node);
  STANDFAST_TRY(const auto conv, affine(block.conv_gain, block.conv_shift, block));
  STANDFAST_CHECK(model::fold_before(layer, conv, network.hidden_shape(), model::LayerReads::kConvex));
  STANDFAST_TRY(const auto identity, affine(block.identity_gain, block.identity_shift, block));
  add_identity(identity, layer);
  STANDFAST_CHECK(model::round_into(layer, node));
  return node;
}

std::int32_t append_sum(std::string name, std::int32_t first, model::Node second, model::GraphBuilder& graph) {
  const std::int32_t other = graph.append(std::move(second));
  return graph.add(std::move(name), {first, other});
}

std::int32_t append_readout(const ConvexConvNet& network, std::int32_t previous, model::GraphBuilder& graph) {
  if (network.layout.pool > 1) {
    previous = graph.max_pool("pool", previous, network.layout.pool, network.layout.pool);
  }
  const auto elements = static_cast<std::int64_t>(network.readout_weight.size());
  previous = graph.linear("score", previous, {{1, elements}, network.readout_weight}, {{1}, {network.readout_bias}});
  if (network.readout_skip.empty()) return previous;
  const auto inputs = static_cast<std::int64_t>(network.readout_skip.size());
  return append_sum("score.sum", previous,
                    model::linear_node("score.input", model::kGraphInput, {{1, inputs}, network.readout_skip}), graph);
}

}  // namespace

model::Shape ConvexConvNet::first_weight_shape() const {
  return {layout.channels, input_shape[0], layout.first_kernel, layout.first_kernel};
}

model::Shape ConvexConvNet::block_weight_shape() const {
  return {layout.channels, layout.channels, layout.kernel, layout.kernel};
}

std::int64_t ConvexConvNet::first_padding() const { return (layout.first_kernel - 1) / 2; }

model::Shape ConvexConvNet::seen_shape() const {
  return {input_shape[0], input_shape[1] / layout.input_pool, input_shape[2] / layout.input_pool};
}

model::Shape ConvexConvNet::hidden_shape() const {
  const model::Shape seen = seen_shape();
  return {layout.channels, (seen[1] - 1) / layout.first_stride + 1, (seen[2] - 1) / layout.first_stride + 1};
}

model::Shape ConvexConvNet::pooled_shape() const {
  const model::Shape hidden = hidden_shape();
  return {hidden[0], hidden[1] / layout.pool, hidden[2] / layout.pool};
}

Result<ConvexConvNet> starting_conv_network(const TrainOptions& options, const model::Shape& input_shape,
                                            Random& random) {
  if (input_shape.size() != 3)
    return Error{ErrorCode::kBadOption, fmt::format("--network: conv needs images, the features are of shape {}",
                                                    model::shape_text(input_shape))};
  ConvexConvNet network;
  network.layout = options.conv;
  network.input_shape = input_shape;
  const std::int64_t window = network.layout.input_pool;
  if (input_shape[1] % window != 0 || input_shape[2] % window != 0)
    return Error{ErrorCode::kBadOption, fmt::format("--input-pool: windows of {} do not part features of shape {}",
                                                    window, model::shape_text(input_shape))};
  const model::Shape pooled = network.pooled_shape();
  if (pooled[1] < 1 || pooled[2] < 1)
    return Error{ErrorCode::kBadOption, fmt::format("--pool: windows of {} do not fit layers of shape {}",
                                                    options.conv.pool, model::shape_text(network.hidden_shape()))};
  const model::Shape first = network.first_weight_shape();
  network.first_weight = free_weights(first, fan_in(first), random);
  network.first_bias = free_weights({network.channels()}, fan_in(first), random);
  for (std::int64_t k = 0; k < options.conv.depth; ++k)
    network.blocks.push_back(starting_block(network, options.init, random));
  const auto elements = static_cast<std::int64_t>(model::element_count(pooled));
  network.readout_weight = convex_weights({elements}, elements, options.init, random);
  return network;
}

Result<model::Graph> to_graph(const ConvexConvNet& network) {
  model::GraphBuilder graph(network.input_shape);
  model::Node first = input_conv(network, "layer1.conv", network.first_weight);
  first.bias = {{network.channels()}, network.first_bias};
  std::int32_t previous = graph.append(std::move(first));
  previous = graph.relu("layer1.relu", previous);
  for (std::size_t k = 0; k < network.blocks.size(); ++k) {
    const ConvBlock& block = network.blocks[k];
    const std::string place = fmt::format("layer{}", k + 2);
    STANDFAST_TRY(model::Node conv, block_conv(network, block, place + ".conv", previous));
    std::int32_t sum = graph.append(std::move(conv));
    if (!block.skip_weight.empty())
      sum = append_sum(place + ".sum", sum, input_conv(network, place + ".input", block.skip_weight), graph);
    previous = graph.relu(place + ".relu", sum);
  }
  append_readout(network, previous, graph);
  return std::move(graph).take();
}

}  // namespace standfast::trainer
