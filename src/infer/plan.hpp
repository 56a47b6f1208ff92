// A model made ready to run in float32: the forward pass, the slopes it chose, and the backward pass, for one input or
// for a tile of them. Both give an input the same bits.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/lanes.hpp"
#include "infer/affine.hpp"
#include "infer/layout.hpp"
#include "kernels/kernels.hpp"
#include "minorant/slopes.hpp"
#include "model/model.hpp"
#include "standfast/result.hpp"

namespace standfast::infer {

/// Scratch memory of one thread; sized on first use with a plan, then reused without allocation.
struct InferWorkspace {
  std::vector<AlignedFloats> map_values;  ///< The values after each step of the feature map.
  AlignedFloats values;                   ///< The outputs of the nodes, placed by the plan.
  AlignedFloats duals;                    ///< The gradient of the score by each of them.
  AlignedFloats feature_dual;             ///< The gradient of the score by u = phi(x).
  AlignedFloats input_dual, other_dual;   ///< The gradient by x, on the way back through the feature map.
  AlignedFloats map_input;                ///< x of the last forward pass of one input, if the first step bends it.
  minorant::Slopes slopes;                ///< The slopes and winners of the last forward pass.
  AffineScratch scratch;
};

/// The workspace of a tile: every array is kLanes times as long, [unit][lane]. Lanes beyond the last pass's count hold
/// 0 in features (if the plan wrote them) and feature_dual, and valid slopes that mean nothing.
struct TileWorkspace : InferWorkspace {
  AlignedFloats inputs;    ///< The inputs x.
  AlignedFloats features;  ///< The features u = phi(x).
  std::size_t count = 0;   ///< The number of inputs of the last forward pass.
  InferWorkspace one;      ///< The workspace of a few inputs that go one by one.
};

class Plan {
 public:
  /// Requires: validate(model) succeeded; the model outlives the plan.
  explicit Plan(const model::Model& model);
  /// A plan for another instruction set than the chosen one.
  Plan(const model::Model& model, const kernels::Kernels& kernels);

  /// Whether the environment asks for an instruction set that there is; a plan uses `ref` otherwise.
  /// Fails: kEnvironment if STANDFAST_KERNELS names none that this machine has.
  static Status check_environment();

  [[nodiscard]] const model::Model& model() const { return *model_; }

  /// f(x), and the slopes of the tangent minorant at phi(x).
  ///
  /// Shape: x is (dim). Cost: one pass, no allocation after the first call with this workspace.
  float forward(std::span<const float> x, InferWorkspace& workspace) const;

  /// g(u) - threshold and the slopes at u, which need not be phi of anything. Leaves the workspace's map values alone.
  ///
  /// Shape: u is (dim of u).
  float forward_features(std::span<const float> u, InferWorkspace& workspace) const;

  /// grad g at phi(x) of the last forward pass. Shape: (dim of u), valid until the next call.
  std::span<const float> backward(InferWorkspace& workspace) const;

  /// The gradient of f by x of the last forward pass: at a kink of the feature map, the side of values >= 0.
  /// Shape: (dim), valid until the next call.
  std::span<const float> input_gradient(InferWorkspace& workspace) const;

  /// f of several inputs, their features and the slopes of their tangent minorants.
  ///
  /// Shape: x is (count, dim), logits (count); 1 <= count <= kLanes. Cost: that of kLanes inputs; few are faster one by
  /// one.
  void forward_tile(std::span<const float> x, std::size_t count, TileWorkspace& workspace,
                    std::span<float> logits) const;

  /// The logits and slopes of workspace.features, which the caller has written after prepare_tile or another pass.
  void forward_features_tile(std::size_t count, TileWorkspace& workspace, std::span<float> logits) const;

  /// grad g of each input of the last forward pass, into workspace.feature_dual.
  void backward_tile(TileWorkspace& workspace) const;

  /// The gradient of one lane's score by the outputs of its ReLU units, node after node, of the last backward pass.
  void read_relu_duals(const TileWorkspace& workspace, std::size_t lane, std::vector<float>& out) const;

  /// Sizes the workspace, so that its features can be written.
  void prepare_tile(TileWorkspace& workspace) const;

 private:
  struct Pass {
    const float* features;
    std::size_t lanes;
  };
  struct Affine {
    std::optional<LinearMap> linear;
    std::optional<ConvMap> conv;
    std::size_t outputs = 0;
  };

  void size_workspace(InferWorkspace& workspace, std::size_t lanes) const;
  void run_map_step(std::size_t step, const float* in, std::span<float> out, std::size_t lanes,
                    AffineScratch& scratch) const;
  void pull_back_map_step(std::size_t step, InferWorkspace& workspace) const;
  /// W in + b of a convex potential, in the scratch.
  std::span<float> find_hidden(std::size_t step, const float* in, std::size_t lanes, AffineScratch& scratch) const;
  /// gradient = W^T dual of a step with weights.
  void pull_back_affine(std::size_t step, const float* dual, float* gradient, std::size_t lanes,
                        AffineScratch& scratch) const;
  [[nodiscard]] const model::Shape& shape_before(std::size_t step) const;
  void run_graph(const Pass& pass, InferWorkspace& workspace) const;
  void run_node(std::size_t node, const Pass& pass, InferWorkspace& workspace) const;
  void run_tile(TileWorkspace& workspace, std::span<float> logits) const;
  void run_backward(const Pass& pass, std::size_t count, InferWorkspace& workspace) const;
  void send_node_dual(std::size_t node, const Pass& pass, InferWorkspace& workspace) const;
  [[nodiscard]] const float* values_of(std::int32_t source, const Pass& pass, const InferWorkspace& workspace) const;
  [[nodiscard]] float* duals_of(std::int32_t source, const Pass& pass, InferWorkspace& workspace) const;
  [[nodiscard]] std::size_t source_size(std::int32_t source) const;
  [[nodiscard]] const model::Shape& source_shape(std::int32_t source) const;

  const model::Model* model_;
  const kernels::Kernels* kernels_;
  std::vector<model::Shape> map_shapes_;
  Layout layout_;
  std::vector<Affine> map_affine_;
  std::vector<LinearMap> stacks_;
  std::vector<std::optional<ConvMap>> convs_;
  std::size_t most_rows_ = 0;    ///< The number of rows of the largest stack or linear map.
  std::size_t most_hidden_ = 0;  ///< The number of hidden units of the largest convex potential.
};

}  // namespace standfast::infer
