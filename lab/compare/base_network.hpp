// An ordinary small network: what the baselines smooth or bound. Convolutions and linear layers with ReLU between them,
// as a graph that the library's kernels can run; it need not be convex.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.hpp"

namespace standfast::lab {

struct BaseLayer {
  std::int64_t outputs = 1;  ///< Units, or channels.
  std::int64_t kernel = 0;   ///< The side of a convolution's window; 0 for a linear layer.
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

/// A layer with its numbers. Shape: weight is (outputs, inputs) or (outputs, channels, kernel, kernel), bias (outputs).
struct TrainedLayer {
  BaseLayer layer;
  model::Tensor weight;
  model::Tensor bias;
};

/// Two convolutions of stride 2 and two linear layers for images of 8 x 8 and more, three linear layers otherwise.
std::vector<BaseLayer> usual_layers(const model::Shape& input_shape);

/// The dense layers alone, for any input.
std::vector<BaseLayer> dense_layers();

/// x -> (x - mean) * inverse_deviation, one number for all features: so that a ball stays a ball.
struct Normalisation {
  float mean = 0;
  float inverse_deviation = 1;
};

/// The network as the library runs it. Requires: the layers fit each other; the last has one output.
model::Model base_model(const model::Shape& input_shape, const Normalisation& normalisation,
                        const std::vector<TrainedLayer>& layers, float threshold);

/// All weights and biases.
std::size_t parameter_count(const model::Graph& graph);

}  // namespace standfast::lab
