// A deep feature map that moves no farther than its input (l2), under an affine score, as plain numbers.
//
//     u_0 = x, and for each stage:  u = P pixels_to_channels(u);  then for each block  u = u - W^T * relu(W * u + b)
//     g(u) = (w / ||w||) . u / temperature + b'
//
// * is a zero-padded convolution and W^T * its adjoint. P, of norm 1, acts on the channels of each pixel alone and may
// be left out. With ||W||_2^2 <= 2 a block is 1-Lipschitz: W = sqrt(2) V / ||V||_2. Training estimates ||V||_2 by power
// iteration, which is too low by little; the export divides by a bound that is proven.
//
// Source: Meunier, Delattre, Araujo, Allauzen, "A Dynamical System Perspective for Lipschitz Neural Networks", ICML
// 2022.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "model/feature_map.hpp"
#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

inline constexpr std::int64_t kBlockKernel = 3;
/// What is missing from norm 1: rounding to float32 then leaves the norm below what is proven.
inline constexpr double kNormSlack = 1e-6;

/// Shapes, with C = channels of the stage: weight is V (C, C, 3, 3), bias (C).
struct LipschitzBlock {
  std::vector<float> weight, bias;
};

/// Shape: projection (C, incoming channels), any numbers; P is the nearest matrix with orthonormal rows, or columns
/// if there are fewer of those. Empty: no projection.
struct LipschitzStage {
  std::vector<float> projection;
  std::vector<LipschitzBlock> blocks;
};

struct LipschitzNet {
  LipschitzLayout layout;
  model::Shape input_shape;  ///< The shape of x.
  double temperature = 1;
  std::vector<LipschitzStage> stages;
  std::vector<float> head_weight;  ///< Any numbers but 0: only their direction counts.
  float bias = 0;

  [[nodiscard]] std::int64_t channels(std::size_t stage) const { return layout.channels[stage]; }
  /// The channels that the stage's projection reads.
  [[nodiscard]] std::int64_t incoming(std::size_t stage) const;
  /// The shape of u behind this stage.
  [[nodiscard]] model::Shape stage_shape(std::size_t stage) const;
  [[nodiscard]] model::Shape block_shape(std::size_t stage) const;
};

/// V is normal, P orthonormal, w normal. Fails: kBadOption if x is no image, or its sides do not halve once for
/// each stage.
Result<LipschitzNet> starting_lipschitz_network(const TrainOptions& options, const model::Shape& input_shape,
                                                Random& random);

/// What the network adds to the feature map of the data. Computed in float64, rounded once. Fails: kBadValue for a
/// weight that does not fit a float; kBadOption if a stage has too many channels for its blocks' norms to be proven.
Result<model::FeatureMap> to_map(const LipschitzNet& network);

/// g, a linear node. Fails: kBadValue for a weight that does not fit a float.
Result<model::Graph> to_graph(const LipschitzNet& network);

}  // namespace standfast::trainer
