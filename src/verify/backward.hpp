// V1 and V2: an affine minorant of the network g for slopes that nobody needs to trust, by one backward pass.
// Source: the lemma on slopes and running error analysis, docs/certificates.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "minorant/slopes.hpp"
#include "model/graph.hpp"

namespace standfast::verify {

/// g(u) >= v.u + kappa for all u and some v and kappa, with |v - slope| <= slope_error in each component and
/// |kappa - constant| <= constant_error.
struct GraphMinorant {
  std::vector<double> slope, slope_error;  ///< (dim of u).
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

/// The elements that an output of a maximum may pick: rows x columns of them from `first` on, in rows of `width`.
struct Window {
  std::int64_t first, rows, columns, width;
  [[nodiscard]] bool holds(std::int64_t at) const;
};
/// Requires: node is a kMax or a kMaxPool with these shapes.
Window window_of(const model::Node& node, const model::Shape& in, const model::Shape& out, std::size_t output);

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
  struct Dual {
    std::vector<double> value;
    std::vector<double> error;  ///< Only what the value's DualError stores.
    double share = 0;
  };
  struct Pass {
    const minorant::Slopes& slopes;
    std::vector<Dual> dual;  ///< Per node, and of u at the end.
    GraphMinorant result;
  };

  [[nodiscard]] GraphMinorant pull(double score_dual, const minorant::Slopes& slopes) const;
  void push(std::size_t node, Pass& pass) const;
  void push_affine(std::size_t node, const Dual& from, double gamma, Dual& to) const;
  static void push_relu(const minorant::NodeSlopes& slopes, const Dual& from, double gamma, Dual& to);
  void push_winners(std::size_t node, std::span<const std::int32_t> winners, const Dual& from, double gamma,
                    Dual& to) const;
  void add_constant(std::size_t node, const Dual& from, GraphMinorant& result) const;

  const model::Graph* graph_;
  std::vector<model::Shape> shapes_;
  BackwardPlan plan_;
};

}  // namespace standfast::verify
