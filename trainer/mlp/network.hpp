// The network being trained, as plain numbers: an input-convex MLP with a connection from the input to every layer.
//
//     z_1 = relu(A_0 u + b_0),   z_{k+1} = relu(W_k n_k(z_k) + A_k u + b_k),   g(u) = w . n_L(z_L) + a_L . u + b_L
//
// W_k, w >= 0; n_k is a batch norm with one scalar per layer, or nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/graph.hpp"
#include "model/tensor.hpp"

namespace standfast::trainer {

/// n(z) = gain * (z - mean) / sqrt(variance + kBatchNormEpsilon) + shift, the same four numbers for all units of a
/// layer.
struct ScalarBatchNorm {
  float gain = 1;
  float shift = 0;
  float mean = 0;
  float variance = 1;
};
inline constexpr double kBatchNormEpsilon = 1e-5;  ///< That of libtorch, so that its networks mean the same here.

/// Shapes: with n_k = hidden[k - 1] units in layer k and rows = n_1 + ... + n_L + 1,
/// input_weight is (rows, inputs): A_0, ..., a_L below each other, so that one product serves all layers; bias is
/// (rows); hidden_weight[k] is (n_{k+2}, n_{k+1}), the last one (1, n_L); norms is empty or has L entries.
struct ConvexMlp {
  std::int64_t inputs = 0;
  std::vector<std::int64_t> hidden;
  std::vector<float> input_weight;
  std::vector<float> bias;
  std::vector<std::vector<float>> hidden_weight;
  std::vector<ScalarBatchNorm> norms;
  /// (inputs), or empty for none: 1 for an input whose weights in input_weight are all kept >= 0, -1 for <= 0.
  std::vector<std::int8_t> input_signs;

  [[nodiscard]] std::int64_t rows() const;
  /// First row of layer `layer` (0 .. L) in input_weight and bias; layer L is the score.
  [[nodiscard]] std::int64_t first_row(std::size_t layer) const;
  /// Units of layer `layer`; 1 for the score.
  [[nodiscard]] std::int64_t width(std::size_t layer) const;
};

/// All weights zero, of the right shapes.
ConvexMlp zero_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm);

/// Puts every input weight of a wrong sign to 0. All weights behind them are >= 0, so that the score then never falls
/// as an input of sign 1 rises, and never rises with one of sign -1.
void restore_input_signs(ConvexMlp& network);

/// Rewrites the network without batch norms: W_k takes the scale, b_k the shift. Computed in float64, rounded once.
ConvexMlp fold_batch_norms(const ConvexMlp& network);

/// As the model file stores it. Shape: input_shape has network.inputs elements. Requires: no batch norm, see
/// fold_batch_norms.
model::Graph to_graph(const ConvexMlp& network, model::Shape input_shape);

/// The smallest of these heads' scores; one head is a network as above. Requires: heads is not empty.
model::Graph to_graph(const std::vector<ConvexMlp>& heads, const model::Shape& input_shape);

}  // namespace standfast::trainer
