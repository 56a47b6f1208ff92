// A tile of inputs at a time: search for radii, then let the verifier confirm them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "certify/cut_search.hpp"
#include "certify/minorant_at.hpp"
#include "certify/plan_tangents.hpp"
#include "certify/separable.hpp"
#include "infer/plan.hpp"
#include "standfast/classifier.hpp"
#include "verify/confirm.hpp"
#include "verify/verifier.hpp"

namespace standfast {

/// What belongs to one input of a tile.
struct CertifyLane {
  std::size_t used = 0;                  ///< Tangents in use; the memory of the others waits for the next input.
  std::vector<ProvenMinorant> tangents;  ///< The first one is that at x.
  std::vector<RadiusProof::Cut> cuts;    ///< Of each tangent, where proofs are kept.
  std::vector<double> weights;           ///< Of each tangent, for one norm.
  ProvenMinorant sum;                    ///< The tangents' weighted sum, where there are several.
  std::vector<Interval> interval;
  PricedProblem first_problem, sum_problem;
  CutSearch search;
  std::optional<PlanValues> values;

  /// The next tangent to fill.
  ProvenMinorant& next_tangent();
  [[nodiscard]] std::span<const ProvenMinorant> used_tangents() const { return std::span(tangents).first(used); }
  /// What a radius is taken from.
  [[nodiscard]] const ProvenMinorant& minorant() const { return weights.size() > 1 ? sum : tangents.front(); }
  [[nodiscard]] const PricedProblem& problem() const { return weights.size() > 1 ? sum_problem : first_problem; }
};

/// Scratch memory of one thread.
struct CertifyWorkspace {
  TileWorkspace infer;    ///< Of the pass at the inputs.
  TileWorkspace probe;    ///< Of the passes elsewhere.
  InferWorkspace single;  ///< Of values along a ray.
  VerifyWorkspace verify;
  std::vector<CertifyLane> lanes;
  std::vector<std::size_t> waiting;     ///< Lanes whose search wants a tangent.
  std::vector<float> inputs, logits;    ///< Of the waiting lanes, side by side.
  std::vector<ProvenMinorant*> wanted;  ///< Where the verifier writes.

  CertifyWorkspace() : lanes(kLanes), logits(kLanes), wanted(kLanes) {}
};

/// Where the results of one input go. Shape: radii (norms), or empty where none are wanted; proofs (norms) or empty
/// where none are kept.
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

  /// Inputs that share their passes: kLanes, or fewer where the inputs are huge.
  [[nodiscard]] std::size_t tile() const;

  /// Certifies the sensitive verdicts that `workspace.infer` holds the forward pass of.
  /// Shape: x is (rows, dim), finite; logits (rows).
  void certify(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& workspace,
               std::span<const CertifiedRow> rows) const;

  /// Certifies an `other` verdict: the smallest radius over the pieces. Requires: the options ask for both classes.
  /// Shape: x is (dim), finite; radii (norms).
  void certify_other(std::span<const float> x, CertifyWorkspace& workspace, std::span<double> radii) const;

  /// The worst change in the features' units at the certified radius of `norm`.
  /// Requires: the method is kSeparable.
  WeakestDirection weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& workspace) const;

  /// What the verifier confirms of somebody else's proof. Fails: kBadShape for a proof of another model.
  Result<double> confirm(std::span<const float> x, const Certificate& certificate, CertifyWorkspace& workspace) const;

 private:
  Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options);
  /// The tangents at the wanted rows, from the pass in `workspace.infer`.
  void find_minorants(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& workspace,
                      std::span<const CertifiedRow> rows) const;
  /// What was asked of the waiting lanes becomes their next tangents.
  void find_tangents(std::span<const float> x, CertifyWorkspace& workspace) const;
  /// Larger radii from several minorants, for all rows side by side.
  void search(std::span<const float> x, std::size_t norm, CertifyWorkspace& workspace,
              std::span<const CertifiedRow> rows) const;
  void price(std::span<const float> x, CertifyLane& lane) const;
  [[nodiscard]] bool searches(Norm norm) const;
  [[nodiscard]] double closed_form(const ProvenMinorant& minorant, std::size_t norm) const;
  /// The radius of the lane's minorant, and what the verifier saw it from.
  double separable(CertifyLane& lane, std::size_t norm, Proposal& proposal) const;
  /// What the verifier confirms where it has refused the search's own proposal.
  double without_proposal(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const;
  [[nodiscard]] RadiusProof keep_proof(const CertifyLane& lane, Norm norm, const Proposal& proposal) const;

  const Model* model_;
  const Plan* plan_;
  const Verifier* verifier_;
  MinorantReader reader_;
  std::vector<Norm> norms_;
  Method method_;
  Guarantee guarantee_;
  std::size_t passes_;
  double gap_;
  bool keep_proofs_;
  ThreatModel threat_;
  std::vector<double> cost_;       ///< One per feature.
  std::vector<double> lipschitz_;  ///< Per norm: of (u, |u|) alone where the map is separable, else of the whole map.
};

}  // namespace standfast
