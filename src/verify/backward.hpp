// V1 and V2: an affine minorant of the network g for slopes that nobody needs to trust, by one backward pass.
// Source: the lemma on slopes and running error analysis, docs/certificates.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "minorant/slopes.hpp"
#include "model/graph.hpp"
#include "verify/bounded.hpp"

namespace standfast::verify {

/// g(u) >= v.u + kappa for all u and some v and kappa, with |v - gradient| <= gradient_error in each component and
/// |kappa - constant| <= constant_error.
struct GraphMinorant {
  std::vector<double> gradient, gradient_error;  ///< (dim of u).
  double constant = 0, constant_error = 0;
};

/// How the dual of a node, as computed, differs from the true one.
enum class DualError {
  kNone,    ///< It is a copy of an exact number.
  kShare,   ///< It is a sum of exact terms of one sign: by no more than a share of itself.
  kStored,  ///< By no more than a bound that is computed beside it.
};

/// What is known of a graph's duals before any input is seen.
struct BackwardPlan {
  std::vector<std::size_t> terms;  ///< Per node, the most terms that an element of its dual is summed from.
  std::size_t feature_terms = 0;   ///< The same for u.
  std::vector<DualError> error;    ///< Per node.
};
/// Shape: node_shapes is (nodes), as infer_shapes gives it. Requires: check_input_convex(graph) succeeded.
BackwardPlan plan_backward(const model::Graph& graph, const std::vector<model::Shape>& node_shapes);

/// One graph's backward passes.
class Backward {
 public:
  /// Requires: infer_shapes and check_input_convex succeeded; the graph outlives this.
  explicit Backward(const model::Graph& graph);

  /// A minorant of g.
  ///
  /// Shape: one entry of `slopes` per node. Slopes outside of [0, 1], winners outside of their window and missing ones
  /// are replaced by valid ones, so that no `slopes` can make the result wrong.
  [[nodiscard]] GraphMinorant minorant(const minorant::Slopes& slopes) const { return pull(1, slopes); }

  /// The function -g_j itself, where g_j is the element that the last node picks of a maximum of affine functions, or
  /// g. Requires: no ReLU and no pooling; a maximum only as the last node.
  [[nodiscard]] GraphMinorant minus_piece(std::int32_t piece) const;

  [[nodiscard]] const std::vector<model::Shape>& node_shapes() const { return shapes_; }

 private:
  struct Dual : Bounded {
    DualError kind = DualError::kStored;
    double share = 0;
    /// A bound on what element i is off by, and on what a sum with a relative error of gamma makes of it.
    [[nodiscard]] double bound(std::size_t i, double gamma) const {
      return error[i] + (share + gamma) * std::fabs(value[i]);
    }
  };
  [[nodiscard]] GraphMinorant pull(double score_dual, const minorant::Slopes& slopes) const;
  static Dual dual_of(const model::Shape& shape, DualError kind, std::size_t terms);
  void hand_on(std::size_t node, const minorant::NodeSlopes& choice, const Dual& from, double gamma, Dual& to) const;
  static void hand_on_kept(const minorant::NodeSlopes& choice, const Dual& from, double gamma, Dual& to);
  void add_constant(std::size_t node, const Dual& from, GraphMinorant& result) const;

  const model::Graph* graph_;
  std::vector<model::Shape> shapes_;
  BackwardPlan plan_;
};

}  // namespace standfast::verify
