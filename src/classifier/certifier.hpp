// A tile of inputs at a time: search for radii, then let the verifier confirm them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "classifier/bend_search.hpp"
#include "classifier/proofs.hpp"
#include "infer/plan.hpp"
#include "search/cut_search.hpp"
#include "search/minorant_at.hpp"
#include "search/plan_tangents.hpp"
#include "search/separable.hpp"
#include "standfast/classifier.hpp"
#include "verify_wide/confirm.hpp"
#include "verify_wide/kinked_map.hpp"
#include "verify_wide/pull_back.hpp"
#include "verify_wide/verifier.hpp"

namespace standfast {

/// What belongs to one input of a tile; the vectors' memory waits for the next one.
struct CertifyLane {
  // what the search works on: the tangents of the float32 model, the first one that at x
  std::size_t used = 0;
  std::vector<SeparableMinorant> tangents;
  std::vector<TangentChoice> choices;  ///< Of each tangent.
  std::vector<double> weights;         ///< Of each tangent, for one norm.
  CutSearch search;
  std::optional<PlanValues> values;

  // what radii are taken from
  std::vector<RadiusProof::Cut> cuts;  ///< With their weights: what the minorant is proven from.
  std::vector<ProvenMinorant> parts;   ///< Of each of them, where there are several.
  RadiusHint hint;                     ///< What a search knows of the minorant's radius.
  ProvenMinorant minorant;
  std::vector<Interval> interval;
  PricedProblem problem;

  // maps with a linear step: trials of the minorant in the input space
  ProvenMinorant of_features;
  BendSearch bend;
  PricedProblem best_problem;
};

/// Where the results of one input go. Shape: radii (norms), or empty where none are wanted; proofs (norms) or empty
/// where none are kept.
struct CertifiedRow {
  std::span<double> radii;
  std::span<RadiusProof> proofs;
};

/// Scratch memory of one thread.
struct CertifyWorkspace {
  TileWorkspace infer;    ///< Of the pass at the inputs.
  TileWorkspace probe;    ///< Of the passes elsewhere.
  InferWorkspace single;  ///< Of values along a ray.
  VerifyWorkspace verify;
  PullBackWorkspace pull_back;
  std::vector<CertifyLane> lanes;
  std::vector<std::size_t> waiting;  ///< Lanes that share the next pass.
  std::vector<float> inputs;         ///< Of the waiting lanes, side by side.
  std::vector<float> logits;
  std::vector<ProvenMinorant*> wanted;  ///< Where the verifier writes.
  Slopes slopes;                        ///< Of a tile, for the verifier.

  CertifyWorkspace() : lanes(kLanes), logits(kLanes), wanted(kLanes) {}
  /// The rows that want a radius wait.
  void wait_for(std::span<const CertifiedRow> rows);
};

/// One lane of an array of a tile.
inline Lane lane_of(const AlignedFloats& tile, std::size_t lane) { return {tile.data() + lane, kLanes}; }

/// A model with everything that a certificate needs, for one set of options.
class Certifier {
 public:
  /// Fails: kBadOption and kUnsupported for norms and feature maps that the method cannot handle, as
  /// ThreatModel::validate.
  static Result<Certifier> create(const Model& model, const Plan& plan, const Verifier& verifier,
                                  const CertifyOptions& options);

  /// Inputs that share their passes: kLanes, or fewer where the inputs are huge.
  [[nodiscard]] std::size_t tile() const;

  /// Whether the forward pass of a single input has to be one of a tile; workspace.infer.one has it otherwise.
  [[nodiscard]] bool needs_tiles() const;

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
  using Rows = std::span<const CertifiedRow>;

  Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options);
  /// Minorants at the inputs, as sure as the guarantee asks for, from the pass in `workspace.infer`.
  void find_minorants(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& workspace,
                      Rows rows) const;
  /// The same of a single input, from workspace.infer.one.
  void find_minorant_of_one(std::span<const float> x, float logit, CertifyWorkspace& workspace) const;
  void read_minorant(Lane features, float logit, Lane slope, ProvenMinorant& out) const;
  /// Weights for several tangents per row, the first one from the backward pass in `workspace.infer`, all rows side by
  /// side; the lanes' minorants become the weighted sums.
  void search(std::span<const float> x, std::span<const float> logits, std::size_t norm, CertifyWorkspace& workspace,
              Rows rows) const;
  /// The tangents that the waiting lanes' searches have asked for.
  void find_tangents(CertifyWorkspace& workspace) const;
  /// Room for the next tangent of a lane; its choice of slopes is that of a slot of a backward pass.
  SeparableMinorant& keep_tangent(CertifyLane& lane, const TileWorkspace& pass, std::size_t slot) const;
  void sum_up(std::span<const float> x, CertifyWorkspace& workspace) const;
  /// The verifier's minorants of cut `j` of the waiting lanes, into their parts.
  void prove_cuts(std::span<const float> x, std::size_t j, CertifyWorkspace& workspace) const;
  /// Where the search was wrong about its minorant, that at x alone may be worth more.
  void retry_at_input(std::span<const float> x, std::size_t norm, CertifyWorkspace& workspace, CertifyLane& lane,
                      const CertifiedRow& row) const;
  void price(std::span<const float> x, CertifyLane& lane) const;
  /// Maps with a linear step: radii of the waiting lanes, whose minorants are those of the features.
  void certify_learnt(CertifyWorkspace& workspace, Rows rows) const;
  /// The smaller ones of `radii` and those of the first lane, whose minorant is that of a piece.
  void certify_learnt_piece(CertifyWorkspace& workspace, std::span<double> radii) const;
  /// The lane's minorant, of the features until now, as one of several kinks per feature; then a radius per norm.
  void certify_kinked(CertifyLane& lane, std::span<double> radii) const;
  void bring_back(std::size_t norm, CertifyWorkspace& workspace, std::span<double* const> radii) const;
  void try_reach(std::size_t norm, CertifyWorkspace& workspace) const;
  [[nodiscard]] bool searches(Norm norm) const;
  [[nodiscard]] bool proves() const { return guarantee_ != Guarantee::kNone || pull_back_ || kinked_map_; }
  [[nodiscard]] double closed_form(const ProvenMinorant& minorant, std::size_t norm) const;
  /// The radius of the lane's minorant, and what the verifier saw it from.
  double separable(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const;
  double separable(const CertifyLane& lane, std::size_t norm, const SeparableRadius& found, Proposal& proposal) const;
  void certify_lane(const CertifyLane& lane, std::size_t norm, const CertifiedRow& row) const;
  /// What the verifier confirms where it has refused the search's own proposal.
  double without_proposal(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const;

  const Model* model_;
  const Plan* plan_;
  const Verifier* verifier_;
  MinorantReader reader_;
  std::vector<Norm> norms_;
  Method method_;
  Guarantee guarantee_;
  Precision precision_;
  std::size_t passes_;
  double gap_;
  bool keep_proofs_;
  bool mixes_;  ///< No maxima: weighted tangents are one choice of slopes.
  ThreatModel threat_;
  std::vector<double> cost_;       ///< One per feature.
  std::vector<double> lipschitz_;  ///< Per norm: of (u, |u|) alone where the map is separable, else of the whole map.
  // where the map has a linear step and the method wants the input space, one of both
  std::optional<KinkedMap> kinked_map_;
  std::optional<PullBack> pull_back_;
  std::vector<MapReach> map_reach_;  ///< Per norm, with it.
};

}  // namespace standfast
