// Small steps of building a graph, shared by the exports of both networks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/fold.hpp"
#include "model/graph_builder.hpp"

namespace standfast::trainer {

/// Inputs of one output of a convolution.
inline std::int64_t fan_in(const model::Shape& weight) { return weight[1] * weight[2] * weight[3]; }

/// The convolution of means over windows of this width, written as one of what is averaged. Requires: no dilation.
inline void read_before_pool(std::int64_t window, model::Node& node) {
  const model::Tensor small = node.weight;
  const std::int64_t kernel = window * small.shape[2];
  node.weight.shape = {small.shape[0], small.shape[1], kernel, kernel};
  node.weight.values.assign(small.values.size() * static_cast<std::size_t>(window * window), 0);
  const auto width = static_cast<std::size_t>(kernel), share = static_cast<std::size_t>(window);
  for (std::size_t i = 0; i < node.weight.values.size(); ++i) {
    const std::size_t plane = i / (width * width), y = i / width % width, x = i % width;
    const std::size_t from = (plane * (width / share) + y / share) * (width / share) + x / share;
    node.weight.values[i] = small.values[from] / static_cast<float>(window * window);
  }
  node.stride *= window;
  node.padding *= window;
}

inline std::vector<double> as_doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

/// Adds scale * z + shift of each channel to what a convolution of as many channels computes of z: by its middle tap,
/// or by its middle four, which see the mean of four pixels.
inline void add_identity(const model::ElementwiseAffine& norm, model::WideLayer& layer) {
  const auto channels = static_cast<std::size_t>(layer.weight_shape[0]),
             width = static_cast<std::size_t>(layer.weight_shape[2]);
  const std::size_t first = (width - 1) / 2, behind = width / 2 + 1;
  const auto taps = static_cast<double>((behind - first) * (behind - first));
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t y = first; y < behind; ++y) {
      for (std::size_t x = first; x < behind; ++x) {
        layer.weight[((c * channels + c) * width + y) * width + x] += norm.scale[c] / taps;
      }
    }
  }
  const std::size_t repeat = layer.bias.size() / channels;
  for (std::size_t i = 0; i < layer.bias.size(); ++i) layer.bias[i] += norm.shift[i / repeat];
}

}  // namespace standfast::trainer
