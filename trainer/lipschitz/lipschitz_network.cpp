// Shapes, starting weights and export of the deep Lipschitz map and the score behind it.
#include "trainer/lipschitz/lipschitz_network.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/graph_builder.hpp"
#include "model/shape.hpp"
#include "model/spectral_norm.hpp"
#include "trainer/lipschitz/orthonormal.hpp"

namespace standfast::trainer {
namespace {

std::size_t index_of(std::int64_t extent) { return static_cast<std::size_t>(extent); }

std::vector<float> normal_values(std::size_t count, double deviation, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(deviation * random.normal());
  return values;
}

std::vector<float> orthonormal_start(std::int64_t rows, std::int64_t columns, Random& random) {
  const std::vector<double> wide = orthonormal(normal_values(index_of(rows * columns), 1, random), rows, columns);
  return {wide.begin(), wide.end()};
}

LipschitzBlock starting_block(const model::Shape& shape, Random& random) {
  const double fan_in = static_cast<double>(shape[1] * shape[2] * shape[3]);
  return {normal_values(model::element_count(shape), 1 / std::sqrt(fan_in), random),
          std::vector<float>(index_of(shape[0]))};
}

Status check_image(const LipschitzLayout& layout, const model::Shape& image) {
  const std::int64_t step = std::int64_t{1} << layout.channels.size();
  if (image.size() == 3 && image[1] % step == 0 && image[2] % step == 0) return {};
  return Error{ErrorCode::kBadOption,
               fmt::format("--network: lipschitz with {} stages needs images whose sides are multiples of {}, the "
                           "features are of shape {}",
                           layout.channels.size(), step, model::shape_text(image))};
}

/// Rounded to float32. Fails: kBadValue for what does not fit.
Result<model::Tensor> rounded(const std::vector<double>& values, double factor, model::Shape shape) {
  model::Tensor tensor = {std::move(shape), {}};
  for (const double value : values) {
    tensor.values.push_back(static_cast<float>(value * factor));
    if (!std::isfinite(tensor.values.back()))
      return Error{ErrorCode::kBadValue, "a weight of the feature map does not fit a float"};
  }
  return tensor;
}

Result<model::Tensor> bias_of(const std::vector<float>& bias) {
  return rounded({bias.begin(), bias.end()}, 1, {static_cast<std::int64_t>(bias.size())});
}

Result<model::MapStep> projection_step(const LipschitzNet& network, std::size_t stage) {
  const std::int64_t rows = network.channels(stage), columns = network.incoming(stage);
  model::MapStep step;
  step.kind = model::MapKind::kConv2d;
  const std::vector<double> matrix = orthonormal(network.stages[stage].projection, rows, columns);
  STANDFAST_TRY(step.values, rounded(matrix, 1 - kNormSlack, {rows, columns, 1, 1}));
  return step;
}

Result<model::MapStep> block_step(const LipschitzNet& network, std::size_t stage, const LipschitzBlock& block) {
  const model::Shape shape = network.block_shape(stage);
  model::MapStep step;
  step.kind = model::MapKind::kConvexPotential;
  step.padding = kBlockKernel / 2;
  const std::vector<double> weight(block.weight.begin(), block.weight.end());
  STANDFAST_TRY(step.values, rounded(weight, 1, shape));
  const double norm = model::spectral_norm_upper(step, network.stage_shape(stage));
  if (!std::isfinite(norm))
    return Error{ErrorCode::kBadOption, fmt::format("--stage-channels: {} are too many to prove the norm of a block of "
                                                    "stage {}",
                                                    shape[0], stage + 1)};
  const double factor = norm > 0 ? std::numbers::sqrt2 / norm : 1;
  STANDFAST_TRY(step.values, rounded(weight, factor * (1 - kNormSlack), shape));
  STANDFAST_TRY(step.bias, bias_of(block.bias));
  return step;
}

}  // namespace

std::int64_t LipschitzNet::incoming(std::size_t stage) const {
  return 4 * (stage == 0 ? input_shape[0] : channels(stage - 1));
}

model::Shape LipschitzNet::stage_shape(std::size_t stage) const {
  return {channels(stage), input_shape[1] >> (stage + 1), input_shape[2] >> (stage + 1)};
}

model::Shape LipschitzNet::block_shape(std::size_t stage) const {
  return {channels(stage), channels(stage), kBlockKernel, kBlockKernel};
}

Result<LipschitzNet> starting_lipschitz_network(const TrainOptions& options, const model::Shape& input_shape,
                                                Random& random) {
  STANDFAST_CHECK(check_image(options.lipschitz, input_shape));
  LipschitzNet network;
  network.layout = options.lipschitz;
  network.input_shape = input_shape;
  network.temperature = options.temperature;
  for (std::size_t s = 0; s < network.layout.channels.size(); ++s) {
    LipschitzStage stage;
    if (network.channels(s) != network.incoming(s))
      stage.projection = orthonormal_start(network.channels(s), network.incoming(s), random);
    for (std::int64_t k = 0; k < network.layout.blocks[s]; ++k)
      stage.blocks.push_back(starting_block(network.block_shape(s), random));
    network.stages.push_back(std::move(stage));
  }
  const model::Shape last = network.stage_shape(network.stages.size() - 1);
  network.head_weight = normal_values(model::element_count(last), 1, random);
  return network;
}

Result<model::FeatureMap> to_map(const LipschitzNet& network) {
  model::FeatureMap map;
  for (std::size_t s = 0; s < network.stages.size(); ++s) {
    const LipschitzStage& stage = network.stages[s];
    model::MapStep unshuffle;
    unshuffle.kind = model::MapKind::kPixelUnshuffle;
    unshuffle.stride = 2;
    map.push_back(std::move(unshuffle));
    if (!stage.projection.empty()) {
      STANDFAST_TRY(model::MapStep projection, projection_step(network, s));
      map.push_back(std::move(projection));
    }
    for (const LipschitzBlock& block : stage.blocks) {
      STANDFAST_TRY(model::MapStep step, block_step(network, s, block));
      map.push_back(std::move(step));
    }
  }
  return map;
}

Result<model::Graph> to_graph(const LipschitzNet& network) {
  double squares = 0;
  for (const float w : network.head_weight) squares += static_cast<double>(w) * w;
  const auto elements = static_cast<std::int64_t>(network.head_weight.size());
  STANDFAST_TRY(const model::Tensor weight, rounded({network.head_weight.begin(), network.head_weight.end()},
                                                    1 / (std::sqrt(squares) * network.temperature), {1, elements}));
  STANDFAST_TRY(const model::Tensor bias, bias_of({network.bias}));
  model::GraphBuilder graph(network.stage_shape(network.stages.size() - 1));
  graph.linear("score", model::kGraphInput, weight, bias);
  return std::move(graph).take();
}

}  // namespace standfast::trainer
