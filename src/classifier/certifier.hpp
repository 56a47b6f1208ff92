// One input at a time: search for a radius, then let the verifier confirm it.
#pragma once

#include <span>
#include <vector>

#include "certify/minorant_at.hpp"
#include "certify/separable.hpp"
#include "infer/plan.hpp"
#include "standfast/classifier.hpp"
#include "verify/confirm.hpp"
#include "verify/verifier.hpp"

namespace standfast {

/// Scratch memory of one thread.
struct CertifyWorkspace {
  InferWorkspace infer;
  VerifyWorkspace verify;
  ProvenMinorant minorant;
  std::vector<Interval> interval;
  PricedProblem problem;
};

/// A model with everything that a certificate needs, for one set of options.
class Certifier {
 public:
  /// Fails: kBadOption and kUnsupported for norms and feature maps that the method cannot handle, as
  /// ThreatModel::validate.
  static Result<Certifier> create(const Model& model, const Plan& plan, const Verifier& verifier,
                                  const CertifyOptions& options);

  /// The logit, and one radius per norm. Shape: x is (dim), finite; radii is (norms).
  float certify(std::span<const float> x, CertifyWorkspace& workspace, std::span<double> radii) const;

  /// The worst change in the features' units at the certified radius of `norm`.
  /// Requires: the method is kSeparable.
  WeakestDirection weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& workspace) const;

 private:
  Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options);
  void find_minorant(std::span<const float> x, float logit, CertifyWorkspace& workspace) const;
  void price(std::span<const float> x, CertifyWorkspace& workspace) const;
  double closed_form(const ProvenMinorant& minorant, std::size_t norm) const;
  double separable(CertifyWorkspace& workspace, std::size_t norm) const;
  /// What the verifier confirms where it has refused the search's own proposal.
  double without_proposal(const CertifyWorkspace& workspace, std::size_t norm) const;

  const Plan* plan_;
  const Verifier* verifier_;
  MinorantReader reader_;
  std::vector<Norm> norms_;
  Method method_;
  Guarantee guarantee_;
  ThreatModel threat_;
  std::vector<double> cost_;       ///< One per feature.
  std::vector<double> lipschitz_;  ///< Per norm: of (u, |u|) alone where the map is separable, else of the whole map.
};

}  // namespace standfast
