// A network whose feature map is learnt with it, as plain numbers: u = (v, |v|) with v = n(F * x) - offset.
//
//     z_1 = relu(n(K * u))                                        K of any weights, stride 2
//     z_2 = relu(n(W_1 * z_1 + A_1 * u) + m(z_1))                 W_1 >= 0, A_1 of any weights, stride 2
//     z_3 = relu(n(W_2 * pool(z_2) + A_2 * pool(u)) + m(pool(z_2)))
//     g(u) = w . n(pool(z_3)) + a . pool(u) + b                   w >= 0
//
// * is a zero-padded convolution, pool the mean of windows of 2 x 2, n and m batch norms per channel; those that read
// convex values have positive gains. x is the centred image.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "model/feature_map.hpp"
#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

/// A batch norm with four numbers for each channel. If gain and shift are empty, they are 1 and 0 for good.
struct ChannelNorm {
  std::vector<float> gain, shift;
  std::vector<float> mean, variance;
};

/// Shapes, with C = channels and U = channels of u: weight (C, C, 3, 3), input_weight (C, U, 3, 3).
struct LearntBlock {
  std::vector<float> weight, input_weight;
  ChannelNorm sum, identity;
};

/// Shapes: filter (filters, c, kernel, kernel),
/// offset (filters), stem_weight (C, U, 3, 3), head_weight (elements of the pooled z_3), input_weight (elements of
/// pool(u)).
struct LearntNet {
  LearntLayout layout;
  model::Shape input_shape;  ///< The shape of x.
  std::vector<float> filter, offset;
  ChannelNorm filter_norm;
  std::vector<float> stem_weight;
  ChannelNorm stem;
  std::array<LearntBlock, 2> blocks;
  ChannelNorm head;
  std::vector<float> head_weight, input_weight;
  float bias = 0;

  [[nodiscard]] std::int64_t features() const { return 2 * layout.filters; }  ///< The number of channels of u.
  [[nodiscard]] model::Shape filter_shape() const;
  [[nodiscard]] std::int64_t filter_padding() const { return (layout.filter_kernel - 1) / 2; }
  [[nodiscard]] model::Shape input_weight_shape() const { return {layout.channels, features(), 3, 3}; }
  [[nodiscard]] model::Shape block_weight_shape() const { return {layout.channels, layout.channels, 3, 3}; }
  /// The shape of u after `times` halvings, with `channels` channels.
  [[nodiscard]] model::Shape halved(std::int64_t channels, int times) const;
};

/// The filters are patches of the rows times the inverse of (their covariance + a tenth of its mean): patches and
/// images both whitened (ZCA). Non-negative weights are exponential and 70 % zero, with mean 1 / fan-in.
///
/// Shape: rows is (count, elements of input_shape), centred. Fails: kBadOption if x is no image, or its sides are no
/// multiples of 8 strides.
Result<LearntNet> starting_learnt_network(const TrainOptions& options, const model::Shape& input_shape,
                                          std::span<const float> rows, Random& random);

/// What the network adds to the feature map of the data: a convolution with the norm and the offset in it, and an abs.
/// Fails: kBadValue for a weight that does not fit a float.
Result<model::FeatureMap> to_map(const LearntNet& network);

/// g, with the norms folded into their convolutions (nothing follows them that pads) and the pools into what reads
/// them. Folded in float64, rounded once. Fails: kBadValue for a weight that does not
/// fit a float.
Result<model::Graph> to_graph(const LearntNet& network);

}  // namespace standfast::trainer
