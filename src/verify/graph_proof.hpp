// A proven affine minorant of the network graph, in float64, for slopes that nobody needs to trust.
// Source: the lemma on slopes and running error analysis, docs/certificates.md.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/graph.hpp"
#include "model/slopes.hpp"

namespace standfast {

/// g(u) >= v.u + kappa for all u and some v, kappa with |v - slope| <= slope_error and
/// |kappa - constant| <= constant_error, componentwise.
struct GraphMinorant {
  std::vector<double> slope;
  std::vector<double> slope_error;
  double constant = 0;
  double constant_error = 0;
};

/// Scratch memory of one thread.
struct GraphProofWorkspace {
  std::vector<std::vector<double>> dual;
  std::vector<std::vector<double>> error;
};

class GraphProof {
 public:
  /// Requires: infer_shapes and check_input_convex succeeded; the graph outlives this.
  explicit GraphProof(const Graph& graph);

  /// Shape: one entry of `slopes` per node, as infer makes them; slopes outside [0, 1], winners outside their window
  /// and missing ones are replaced by valid ones, so that no `slopes` can make the result wrong.
  void minorant(const Slopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
    pull(1, slopes, workspace, out);
  }

  /// -g_j(u) instead of a lower bound of g(u), where g_j is the element that the last node's winner picks of a maximum
  /// of affine functions, or g itself. Requires: no ReLU and no pooling, a maximum only as the last node.
  void minus_piece(const Slopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
    pull(-1, slopes, workspace, out);
  }

 private:
  struct Target {
    std::span<double> dual;
    std::span<double> error;
    double gamma;  ///< Relative error of a sum with as many terms as an element of this target can get.
  };

  void pull(double score_dual, const Slopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const;
  void push(std::size_t node, const Slopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const;
  void push_relu(std::span<const float> slope, std::span<const double> dual, std::span<const double> error,
                 const Target& target) const;
  void push_winners(std::size_t node, std::span<const std::int32_t> winner, std::span<const double> dual,
                    std::span<const double> error, const Target& target) const;

  const Graph* graph_;
  std::vector<Shape> shapes_;
  std::vector<std::size_t> terms_;  ///< Per node, the most terms that an element of its dual can be summed from.
  std::size_t feature_terms_ = 0;
};

}  // namespace standfast
