// A model made ready to run in float32: the forward pass, the slopes it chose, and the backward pass.
#pragma once

#include <span>
#include <vector>

#include "kernels/kernels.hpp"
#include "model/model.hpp"
#include "model/slopes.hpp"
#include "standfast/result.hpp"

namespace standfast {

/// Scratch memory of one thread; sized on first use, then reused without allocation.
struct InferWorkspace {
  std::vector<std::vector<float>> map_values;  ///< After each step of the feature map.
  std::vector<std::vector<float>> values;      ///< Output of each node.
  std::vector<std::vector<float>> duals;       ///< Gradient of the score by the output of each node.
  std::vector<float> feature_dual;             ///< Gradient of the score by u = phi(x).
  Slopes slopes;                               ///< Of the last forward pass.
};

class Plan {
 public:
  /// Requires: validate(model) succeeded; the model outlives the plan.
  explicit Plan(const Model& model);

  /// f(x), and the slopes of the tangent at phi(x).
  ///
  /// Shape: x is (dim). Cost: one pass, no allocation after the first call with this workspace.
  float forward(std::span<const float> x, InferWorkspace& workspace) const;

  /// The same from u instead of x; u need not be phi of anything. Leaves the workspace's map values alone.
  ///
  /// Shape: u is (dim of u).
  float forward_features(std::span<const float> u, InferWorkspace& workspace) const;

  /// grad g at phi(x) of the last forward pass. Shape: (dim of u), valid until the next call.
  std::span<const float> backward(InferWorkspace& workspace) const;

 private:
  struct Affine {
    std::vector<float> weight_by_input;  ///< kLinear: transposed, so that both passes read rows.
    kernels::ConvShape conv{};           ///< kConv2d.
  };

  void run_map(std::span<const float> x, InferWorkspace& workspace) const;
  float run_graph(std::span<const float> features, InferWorkspace& workspace) const;
  void run_node(std::size_t node, std::span<const float> features, InferWorkspace& workspace) const;
  void push_dual(std::size_t node, InferWorkspace& workspace) const;
  void prepare(InferWorkspace& workspace) const;

  const Model* model_;
  std::vector<Shape> map_shapes_;
  std::vector<Shape> node_shapes_;
  std::vector<Affine> map_affine_;
  std::vector<Affine> node_affine_;
};

}  // namespace standfast
