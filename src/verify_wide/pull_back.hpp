// A proven minorant of (v, |v|), v affine in x, brought back to the input space, where it is linear.
//
// |v_i| is replaced by a line on the side where that loses nothing; where the minorant bends the other way, what a line
// leaves uncovered is bounded by how far v can move for the price. Proof: docs/certificates.md, "Learnt maps".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "verify_wide/map_reach.hpp"
#include "verify_wide/verifier.hpp"

namespace standfast {

/// What the search proposes; anything may be wrong with it.
struct BendProposal {
  double reach = kInfinity;  ///< The price up to which the result shall hold.
  double multiplier = 0;     ///< Norms 2 and inf: the dual variable of ||J d||_2; any value >= 0 is valid.
};

struct PullBackWorkspace {
  std::vector<double> dual, error, next, next_error;  ///< [element][lane].
};

class PullBack {
 public:
  /// Requires: validate(model) succeeded, is_linear_fold(model.feature_map); the model outlives this.
  explicit PullBack(const Model& model, const verify_ops::Products& products = verify_ops::best_products());

  /// f(x + d) >= margin + linear . d - sum_i slope_error_i |d_i| for changes d of a price of at most `reach`.
  ///
  /// Shape: from, proposals and out are (count), count <= kProofLanes; `from` are minorants of this model's features.
  /// Requires: `reach` is that of the model, the costs and the norm. A proposal that is not >= 0 proves nothing: the
  /// margin is then not positive.
  void run(std::span<const ProvenMinorant* const> from, const MapReach& reach, Norm norm,
           std::span<const BendProposal> proposals, PullBackWorkspace& workspace,
           std::span<ProvenMinorant* const> out) const;

  /// What bending the wrong way costs the margin, at least 0: the least of it belongs to the best multiplier.
  static double loss(const ProvenMinorant& from, const MapReach& reach, const BendProposal& proposal);

  [[nodiscard]] bool folded() const { return folded_; }

 private:
  void pull_step(std::size_t step, std::size_t lanes, PullBackWorkspace& workspace) const;

  const Model* model_;
  const verify_ops::Products* products_;
  std::vector<Shape> shapes_;
  std::size_t units_ = 0;  ///< Elements of v.
  bool folded_ = false;
};

}  // namespace standfast
