// Layers become nodes of a graph, normalisation becomes a feature map.
#include "lab/compare/base_network.hpp"

#include <fmt/format.h>

#include "model/graph_builder.hpp"

namespace standfast::lab {

std::vector<BaseLayer> dense_layers() { return {{.outputs = 200}, {.outputs = 64}, {.outputs = 1}}; }

std::vector<BaseLayer> usual_layers(const model::Shape& input_shape) {
  constexpr std::int64_t kSmallestSide = 8;
  if (input_shape.size() != 3 || input_shape[1] < kSmallestSide || input_shape[2] < kSmallestSide)
    return dense_layers();
  return {{.outputs = 16, .kernel = 5, .stride = 2, .padding = 2},
          {.outputs = 32, .kernel = 3, .stride = 2, .padding = 1},
          {.outputs = 64},
          {.outputs = 1}};
}

model::Model base_model(const model::Shape& input_shape, const Normalisation& normalisation,
                        const std::vector<TrainedLayer>& layers, float threshold) {
  model::GraphBuilder graph(input_shape);
  std::int32_t last = model::kGraphInput;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const auto& [layer, weight, bias] = layers[k];
    const std::string name = fmt::format("layer{}", k + 1);
    const bool conv = layer.kernel > 0;
    last = conv ? graph.conv2d(name, last, weight, bias, {.stride = layer.stride, .padding = layer.padding})
                : graph.linear(name, last, weight, bias);
    if (k + 1 < layers.size()) last = graph.relu(name + ".relu", last);
  }
  model::Model model;
  model.input_shape = input_shape;
  model.feature_map = {
      {.kind = model::MapKind::kCenter, .values = {{1}, {normalisation.mean}}, .bias = {}},
      {.kind = model::MapKind::kScale, .values = {{1}, {normalisation.inverse_deviation}}, .bias = {}}};
  model.graph = std::move(graph).take();
  model.threshold = threshold;
  return model;
}

std::size_t parameter_count(const model::Graph& graph) {
  std::size_t count = 0;
  for (const auto& node : graph.nodes) count += node.weight.values.size() + node.bias.values.size();
  return count;
}

}  // namespace standfast::lab
