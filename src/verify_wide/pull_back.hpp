// A proven minorant of (v, |v|), v affine in x, brought back to the input space, where it is linear.
//
// |v_i| is replaced by a line on the side where that loses nothing; where the minorant bends the other way, what a line
// leaves uncovered is bounded by how far v can move for the price. Proof: docs/certificates.md, "Learnt maps".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/map_reach.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::verify_wide {

struct PullBackWorkspace {
  std::vector<double> dual, error, next, next_error;  ///< [element][lane].
};

class PullBack {
 public:
  /// Requires: core.map().view() is kMixing or kKinked; the core's verifier outlives this.
  explicit PullBack(const verify::Verifier& core, const Products& products = best_products());

  /// f(x + d) >= margin + coefficient . d - sum_i gradient_error_i |d_i| for changes d of a price of at most
  /// the proposal's limit.
  ///
  /// Shape: from, proposals and out are (count), count <= kProofLanes; `from` are minorants of this model's features.
  /// Requires: `reach` is that of the model, the costs and the norm. A proposal that is not >= 0 proves nothing: the
  /// margin is then not positive.
  void run(std::span<const verify::ProvenMinorant* const> from, const model::MapReach& reach, Norm norm,
           std::span<const minorant::BendProposal> proposals, PullBackWorkspace& workspace,
           std::span<verify::ProvenMinorant* const> out) const;

  [[nodiscard]] bool has_abs() const { return has_abs_; }

 private:
  void pull_step(std::size_t step, std::size_t lanes, PullBackWorkspace& workspace) const;

  const verify::Verifier* core_;
  const Products* products_;
  std::size_t units_ = 0;  ///< Elements of v.
  bool has_abs_ = false;
};

}  // namespace standfast::verify_wide
