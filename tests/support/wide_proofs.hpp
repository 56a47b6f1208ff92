// The core and the fast proofs of one model, side by side at a fixed address.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "verify/verifier.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::support {

class WideProofs {
 public:
  WideProofs(verify::Verifier verifier, const verify_wide::Products& products)
      : core(std::move(verifier)), wide(core, products) {}
  WideProofs(const WideProofs&) = delete;
  WideProofs& operator=(const WideProofs&) = delete;

  /// The proven minorant of one input.
  [[nodiscard]] verify::ProvenMinorant prove(std::span<const float> x, const minorant::Slopes& slopes,
                                             Precision precision = Precision::kFloat64) const {
    verify_wide::VerifyWorkspace workspace;
    verify::ProvenMinorant minorant;
    wide.prove(x, slopes, workspace, minorant, precision);
    return minorant;
  }

  /// The slopes with what a proof in this precision keeps of each dual: the core then sees the very same minorant.
  [[nodiscard]] minorant::Slopes kept_by(std::span<const float> x, minorant::Slopes slopes, Precision precision) const {
    std::vector<std::vector<double>> kept(slopes.size());
    verify_wide::VerifyWorkspace workspace;
    workspace.graph.kept = &kept;
    verify::ProvenMinorant minorant;
    wide.prove(x, slopes, workspace, minorant, precision);
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k].most = std::move(kept[k]);
    return slopes;
  }

  const verify::Verifier core;
  const verify_wide::WideVerifier wide;
};

/// Null if the model cannot be proven. Requires: the model outlives the result.
inline std::unique_ptr<const WideProofs> wide_proofs(
    const model::Model& model, const verify_wide::Products& products = verify_wide::best_products()) {
  auto verifier = verify::Verifier::create(model);
  if (!verifier) return nullptr;
  return std::make_unique<const WideProofs>(*std::move(verifier), products);
}

}  // namespace standfast::support
