// Maps (v, |v|) whose v mixes features, learnt ones for instance: the separable method and the closed form, both
// classes.
#pragma once

#include "certifier/certifier.hpp"
#include "verify_wide/pull_back.hpp"

namespace standfast::certifier {

class MixingCertifier : public Certifier {
 public:
  explicit MixingCertifier(const ModelParts& parts) : Certifier(parts), pull_back_(*parts.core) {}

 protected:
  void certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                    CertifyWorkspace& workspace, Rows rows) const override;
  void certify_piece(const Request& request, CertifyWorkspace& workspace, std::span<double> radii,
                     std::span<minorant::PieceProposal> proposals) const override;
  [[nodiscard]] const search::PricedProblem& last_problem(const CertifyLane& lane) const override {
    return lane.best_problem;
  }
  [[nodiscard]] bool needs_proven_minorants() const override { return true; }

 private:
  /// One norm's radii of the waiting lanes, whose minorants of the features are found. Shape: radii is (lanes).
  void certify_norm(const Request& request, std::size_t norm_index, CertifyWorkspace& workspace,
                    std::span<double* const> radii) const;
  /// The waiting lanes' minorants seen from the input, with lines up to the price that each tries.
  void draw_lines(const Request& request, std::size_t norm_index, CertifyWorkspace& workspace) const;

  verify_wide::PullBack pull_back_;
};

}  // namespace standfast::certifier
