// A proven affine minorant of the network graph, in float64 or with products in float32, for slopes that nobody needs
// to trust; inputs side by side. Source: the lemma on slopes and running error analysis, docs/certificates.md.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "minorant/slopes.hpp"
#include "model/graph.hpp"
#include "standfast/precision.hpp"
#include "verify/backward.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {

/// Inputs that the verifier works on side by side; their arrays are [element][lane], with 1, 8 or 16 lanes.
inline constexpr std::size_t kProofLanes = 16;
/// Lanes for so many inputs; lanes without an input prove nothing. Requires: count <= kProofLanes.
constexpr std::size_t proof_lanes(std::size_t count) { return count == 1 ? 1 : (count + 7) / 8 * 8; }

/// One number per lane.
using LaneValues = std::array<double, kProofLanes>;

/// The slopes of `count` inputs: those of lane l lie at unit * stride + first + l.
struct LaneSlopes {
  const minorant::Slopes* slopes;
  std::size_t stride, first, count;
  Precision precision = Precision::kFloat64;
};

/// g(u) >= v.u + kappa for all u and some v, kappa with |v - gradient| <= gradient_error and
/// |kappa - constant| <= constant_error, componentwise, in each lane.
struct GraphMinorant {
  std::vector<double> gradient;  ///< [feature][lane], as gradient_error.
  std::vector<double> gradient_error;
  LaneValues constant;
  LaneValues constant_error;
};

/// Scratch memory of one thread.
struct GraphProofWorkspace {
  std::vector<std::vector<double>> dual;   ///< Per node, [element][lane].
  std::vector<std::vector<double>> error;  ///< The same; empty unless the node's DualError is stored.
  std::vector<float> narrow;               ///< The duals of one node in float32.
  std::vector<double> bound;               ///< Norms of errors over the channels, [position][lane].
  /// Per node, what each ReLU unit has kept of its dual, [unit][lane], for whoever asks the core about a proof in
  /// float32; usually null.
  std::vector<std::vector<double>>* kept = nullptr;
  std::vector<bool> suspect, any_touched;  ///< Slopes that may be exactly 0; positions with a dual in any channel.
};

class GraphProof {
 public:
  /// Requires: infer_shapes and check_input_convex succeeded; the graph outlives this.
  GraphProof(const model::Graph& graph, const Products& products);

  /// Shape: one entry of `slopes` per node, as infer makes them; slopes outside [0, 1], winners outside their window
  /// and missing ones are replaced by valid ones, so that no `slopes` can make the result wrong.
  void minorant(const LaneSlopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
    pull(1, slopes, workspace, out);
  }

  /// -g_j(u) instead of a lower bound of g(u), where g_j is the element that the last node's winner picks of a maximum
  /// of affine functions, or g itself. Requires: no ReLU and no pooling, a maximum only as the last node.
  void minus_piece(const LaneSlopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
    pull(-1, slopes, workspace, out);
  }

 private:
  /// A node's duals, each off by at most share * |dual| + error; no error is an error of 0.
  struct Source {
    std::span<double> dual;
    std::span<double> error;
    double share;
  };
  /// What they are added to.
  struct Target {
    std::span<double> dual;
    std::span<double> error;  ///< Empty: nothing to add up.
    double gamma;             ///< Relative error of a sum with as many terms as an element of this target can get.
    bool decides;             ///< Its errors decide what a ReLU keeps.
  };

  void find_narrow();
  void find_decisive();
  void pull(double score_dual, const LaneSlopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const;
  void clear_unreached(std::size_t lanes, GraphProofWorkspace& workspace, GraphMinorant& out) const;
  void clear_reached(std::size_t node, std::size_t lanes, GraphProofWorkspace& workspace) const;
  void push(std::size_t node, const LaneSlopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const;
  static void add_errors(const Source& source, const Target& target);
  void add_constant(std::size_t node, const Source& source, std::size_t lanes, GraphMinorant& out) const;
  void push_affine(std::size_t node, const LaneSlopes& slopes, const Source& source, const Target& target,
                   GraphProofWorkspace& workspace) const;
  void push_relu(std::size_t node, const LaneSlopes& slopes, const Source& source, const Target& target,
                 GraphProofWorkspace& workspace) const;
  void push_winners(std::size_t node, const LaneSlopes& slopes, const Source& source, const Target& target) const;
  /// Relative error of a sum of so many terms.
  [[nodiscard]] static double gamma_of(std::size_t terms, Precision precision);
  [[nodiscard]] Target target_of(std::size_t node, std::int32_t source, Precision precision,
                                 GraphProofWorkspace& workspace, GraphMinorant& out) const;

  const model::Graph* graph_;
  const Products* products_;
  std::vector<model::Shape> shapes_;
  verify::BackwardPlan plan_;
  std::vector<bool> narrow_;    ///< Per affine node: no product of its weights with a dual underflows in float32.
  std::vector<bool> decisive_;  ///< Per node: a bound on its error decides what some ReLU before it keeps.
  std::vector<model::Tensor> channel_norms_;  ///< Per affine node.
};

}  // namespace standfast::verify_wide
