// Proofs for a minimum of heads. f = min_k g_k(phi(x)) - threshold stays positive where every head does, so that a
// radius of each head is needed, and the smallest of them is one of f: (C47) in docs/certificates.md.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "verify/verifier.hpp"

namespace standfast::verify {

/// One verifier per head; one in all for a model that ends in no minimum. Immutable: one object serves any number of
/// threads.
class HeadsVerifier {
 public:
  /// Fails: as Verifier::create. Requires: the model outlives this.
  static Result<HeadsVerifier> create(const model::Model& model);

  [[nodiscard]] std::size_t count() const { return heads_.size(); }
  [[nodiscard]] const Verifier& head(std::size_t k) const { return heads_[k]; }

  /// The radius of f that these proposals prove at x, one per head in their order: the smallest of the heads'.
  ///
  /// Shape, unit, fails: as Verifier::prove; kBadShape for another number of proposals; kBadOption for proposals of
  /// several norms.
  [[nodiscard]] Result<double> prove(const ThreatModel& threat, std::span<const float> x,
                                     std::span<const minorant::Proposal> proposals) const;

 private:
  HeadsVerifier() = default;
  std::vector<std::unique_ptr<const model::Model>> models_;  ///< Empty if the model is its own head.
  std::vector<Verifier> heads_;
};

/// All of it for one model, one threat model and one input. Fails: as HeadsVerifier::create and HeadsVerifier::prove.
Result<double> prove(const model::Model& model, const ThreatModel& threat, std::span<const float> x,
                     std::span<const minorant::Proposal> proposals);

}  // namespace standfast::verify
