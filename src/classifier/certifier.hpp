// One input at a time: search for a radius, then let the verifier confirm it.
#pragma once

#include <span>
#include <vector>

#include "certify/cut_search.hpp"
#include "certify/minorant_at.hpp"
#include "certify/separable.hpp"
#include "infer/plan.hpp"
#include "standfast/classifier.hpp"
#include "verify/confirm.hpp"
#include "verify/verifier.hpp"

namespace standfast {

/// Scratch memory of one thread.
struct CertifyWorkspace {
  InferWorkspace infer;  ///< Of the pass at x.
  InferWorkspace probe;  ///< Of the passes elsewhere.
  VerifyWorkspace verify;
  std::size_t used = 0;                  ///< Tangents in use; the memory of the others waits for the next input.
  std::vector<ProvenMinorant> tangents;  ///< The first one is that at x.
  std::vector<Slopes> slopes;            ///< Of each tangent.
  ProvenMinorant minorant;               ///< Their weighted sum.
  std::vector<Interval> interval;
  PricedProblem problem, first_problem;
  CutSearch search;

  /// The next tangent to fill.
  ProvenMinorant& next_tangent();
  [[nodiscard]] std::span<const ProvenMinorant> used_tangents() const { return std::span(tangents).first(used); }
};

/// Where the results of one input go. Shape: radii (norms); proofs (norms) or empty where none are kept.
struct CertifiedRow {
  std::span<double> radii;
  std::span<RadiusProof> proofs;
};

/// A model with everything that a certificate needs, for one set of options.
class Certifier {
 public:
  /// Fails: kBadOption and kUnsupported for norms and feature maps that the method cannot handle, as
  /// ThreatModel::validate.
  static Result<Certifier> create(const Model& model, const Plan& plan, const Verifier& verifier,
                                  const CertifyOptions& options);

  /// Certifies the sensitive verdict that `workspace.infer` holds the forward pass of.
  /// Shape: x is (dim), finite.
  void certify(std::span<const float> x, float logit, CertifyWorkspace& workspace, const CertifiedRow& out) const;

  /// Certifies an `other` verdict: the smallest radius over the pieces. Requires: the options ask for both classes.
  /// Shape: x is (dim), finite; radii (norms).
  void certify_other(std::span<const float> x, CertifyWorkspace& workspace, std::span<double> radii) const;

  /// The worst change in the features' units at the certified radius of `norm`.
  /// Requires: the method is kSeparable.
  WeakestDirection weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& workspace) const;

  /// What the verifier confirms of somebody else's proof. Fails: kBadShape for a proof of another model.
  Result<double> confirm(std::span<const float> x, const Certificate& certificate, CertifyWorkspace& workspace) const;

 private:
  friend class KeptTangents;

  Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options);
  /// The tangent at x, from the pass in `workspace.infer`.
  void find_minorant(std::span<const float> x, float logit, CertifyWorkspace& workspace) const;
  void price(std::span<const float> x, CertifyWorkspace& workspace) const;
  [[nodiscard]] bool searches(Norm norm) const;
  [[nodiscard]] double closed_form(const ProvenMinorant& minorant, std::size_t norm) const;
  /// Weights for the tangents, of which it may add some; `workspace.minorant` becomes their sum.
  std::vector<double> weigh_tangents(std::span<const float> x, std::size_t norm, CertifyWorkspace& workspace) const;
  /// The radius of `workspace.minorant`, and what the verifier saw it from.
  double separable(CertifyWorkspace& workspace, std::size_t norm, Proposal& proposal) const;
  /// What the verifier confirms where it has refused the search's own proposal.
  double without_proposal(const CertifyWorkspace& workspace, std::size_t norm, Proposal& proposal) const;
  [[nodiscard]] RadiusProof keep_proof(const CertifyWorkspace& workspace, const std::vector<double>& weights, Norm norm,
                                       const Proposal& proposal) const;

  const Model* model_;
  const Plan* plan_;
  const Verifier* verifier_;
  MinorantReader reader_;
  std::vector<Norm> norms_;
  Method method_;
  Guarantee guarantee_;
  std::size_t passes_;
  double gap_;
  ThreatModel threat_;
  std::vector<double> cost_;       ///< One per feature.
  std::vector<double> lipschitz_;  ///< Per norm: of (u, |u|) alone where the map is separable, else of the whole map.
};

}  // namespace standfast
