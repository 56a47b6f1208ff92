// The ConvNet being trained, as plain numbers: an input-convex residual network on images.
//
//     z_1 = relu(K * p(u) + b),   z_{k+1} = relu(W_k * n_k(z_k) + m_k(z_k) + A_k * p(u)),
//     g(u) = w . pool(z_{depth+1}) + a . u + b'
//
// * is a zero-padded convolution, p the mean over windows of the input; W_k, w >= 0; n_k and m_k are batch norms per
// channel with positive gains and common statistics. Source: the ConvNets of Pfrommer, Anderson, Piet, Sojoudi, NeurIPS
// 2023.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

/// Shapes, with C = channels and (c, h, w) of u: weight (C, C, kernel, kernel); skip_weight (C, c, first_kernel,
/// first_kernel) or empty; the others (C).
struct ConvBlock {
  std::vector<float> weight;
  std::vector<float> skip_weight;
  std::vector<float> conv_gain, conv_shift;          ///< The gain and shift of n_k.
  std::vector<float> identity_gain, identity_shift;  ///< The gain and shift of m_k.
  std::vector<float> mean, variance;
};

/// Shapes: first_weight (C, c, first_kernel, first_kernel), first_bias (C), readout_weight (elements after the pool),
/// readout_skip (elements of u) or empty.
struct ConvexConvNet {
  ConvLayout layout;
  model::Shape input_shape;  ///< The shape of u.
  std::vector<float> first_weight;
  std::vector<float> first_bias;
  std::vector<ConvBlock> blocks;
  std::vector<float> readout_weight;
  std::vector<float> readout_skip;
  float readout_bias = 0;

  [[nodiscard]] std::int64_t channels() const { return layout.channels; }
  [[nodiscard]] model::Shape first_weight_shape() const;
  [[nodiscard]] model::Shape block_weight_shape() const;
  [[nodiscard]] std::int64_t first_padding() const;
  [[nodiscard]] std::int64_t block_padding() const { return (layout.kernel - 1) / 2; }
  [[nodiscard]] model::Shape seen_shape() const;    ///< The shape of the means that the first layer reads.
  [[nodiscard]] model::Shape hidden_shape() const;  ///< The shape of every z_k.
  [[nodiscard]] model::Shape pooled_shape() const;
};

/// K, b and A_k U(-1/sqrt n, 1/sqrt n) with n = fan-in, W_k and w U(0, 2/n) or, for init "paper", U(0, 0.003).
/// Fails: kBadOption if u is no image or a window does not fit.
Result<ConvexConvNet> starting_conv_network(const TrainOptions& options, const model::Shape& input_shape,
                                            Random& random);

/// As the model file stores it: both batch norms and the identity become part of each block's convolution, the shift a
/// value per pixel (the border differs). Folded in float64, rounded once.
/// Fails: kBadValue for a weight that does not fit a float.
Result<model::Graph> to_graph(const ConvexConvNet& network);

}  // namespace standfast::trainer
