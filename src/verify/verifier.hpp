// The trusted core: what a printed radius rests on, in plain float64 loops, one input at a time.
//
//     auto radius = verify::prove(model, threat, x, proposals);   // no allowed change priced below *radius flips x's
//     alarm
//
// There is a proposal for each head of the model (heads_verifier.hpp); most models have one. A proposal is a choice of
// slopes and a few numbers, by anyone and by any arithmetic. The core takes nothing else on trust but the model and the
// threat model. Costs and intervals are its own; what the feature map can do to a change follows from the model alone
// (model/map_bounds.hpp). The steps of a proof, each in a file of its own, are V0 to V5 of docs/certificates.md:
//
//     backward     V1, V2   an affine minorant of g for these slopes          bounded: the loops over weights
//     map_steps    V3       phi(x), its rounding errors
//     verifier     V3, V4   the minorant of f at x, seen from the input       kinks, lines; proven_minorant: sums
//     radius       V5       from a proven minorant to a proven radius         worst_case, moves
//
// `verify_wide` does the first three for many inputs at once and hands its minorants to the last, with sums of its own.
#pragma once

#include <span>
#include <vector>

#include "minorant/proposal.hpp"
#include "model/map_bounds.hpp"
#include "model/model.hpp"
#include "model/slope_signs.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"
#include "threat/moves.hpp"
#include "verify/backward.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// What one model's proofs have in common. Immutable: one object serves any number of threads.
class Verifier {
 public:
  /// V0: the model is what its file promises. Fails: as validate(Model); kUnsupported for scales whose product leaves
  /// 2^-500 to 2^500, and for a minimum of heads. Requires: the model outlives the verifier.
  static Result<Verifier> create(const model::Model& model);

  /// The radius that this proposal proves at x, 0 if it proves nothing.
  ///
  /// Shape: x is (dim). Unit: that of the norm's price; for p = 0 the number of features that can change, all at once.
  /// Fails: kBadShape, kBadValue for x and the threat model; kBadOption for a norm that the proof does not know;
  /// kUnsupported for a feature map that it cannot see through; kEnvironment if rounding is not to nearest.
  [[nodiscard]] Result<double> prove(const ThreatModel& threat, std::span<const float> x,
                                     const minorant::Proposal& proposal) const;

  /// The radius that this proposal proves of an `other` verdict at x: the smallest over the pieces, 0 if one of them is
  /// not proven to be below 0.
  ///
  /// Shape, unit: as prove. Fails: as prove; kUnsupported for a model that is no maximum of affine pieces, kBadShape
  /// for another number of pieces.
  [[nodiscard]] Result<double> prove_other(const ThreatModel& threat, std::span<const float> x,
                                           const minorant::OtherProposal& proposal) const;

  /// V1 to V4: the proven minorant of f around x, seen from phi(x) if the map is not separable.
  /// Shape: x is (dim), finite; slopes as Backward::minorant takes them.
  [[nodiscard]] ProvenMinorant minorant(std::span<const float> x, const minorant::Slopes& slopes) const;

  /// The proven minorant of -f_j around x, where f_j is one of the affine pieces that f is the maximum of, less the
  /// threshold: f stays below 0 as long as all of them stay above it.
  /// Requires: is_max_affine(model()), 0 <= piece < pieces().
  [[nodiscard]] ProvenMinorant minorant_below(std::span<const float> x, std::int32_t piece) const;
  /// The number of affine pieces that f is the maximum of; 1 if it is affine. Requires: is_max_affine(model()).
  [[nodiscard]] std::size_t pieces() const { return pieces_; }

  /// A minorant of a mixing map's features as a function of x, linear there, for changes up to a price.
  [[nodiscard]] ProvenMinorant linear_in_input(const ProvenMinorant& of_features, const model::MapReach& reach,
                                               Norm norm, const minorant::BendProposal& bend) const;

  /// Takes away from an alarm's allowed changes those that f cannot fall by, from the signs of the weights
  /// (docs/certificates.md, "Changes that cannot lower f").
  /// Shape: (dim).
  void drop_harmless_changes(std::span<Interval> intervals) const;
  /// Likewise for the halves of each category's moves.
  void drop_harmless_changes(std::span<threat::CategoryMoves> moves) const;

  [[nodiscard]] const model::Model& model() const { return *model_; }
  [[nodiscard]] const model::MapBounds& map() const { return map_; }

 private:
  enum class Verdict { kAlarm, kOther };

  Verifier(const model::Model& model, model::MapBounds map);
  [[nodiscard]] ProvenMinorant at_input(std::span<const float> x, GraphMinorant graph, double threshold) const;
  [[nodiscard]] Result<ProvenMinorant> summed(std::span<const float> x, const minorant::Proposal& proposal) const;
  [[nodiscard]] Status check_question(const ThreatModel& threat, std::span<const float> x) const;
  [[nodiscard]] Result<double> radius_of(ProvenMinorant minorant, const ThreatModel& threat, std::span<const float> x,
                                         Norm norm, const minorant::PieceProposal& proposal,
                                         const minorant::BendProposal& bend, Verdict verdict) const;
  [[nodiscard]] Result<double> radius_of_moves(ProvenMinorant minorant, const ThreatModel& threat,
                                               std::span<const float> x, Norm norm,
                                               const minorant::PieceProposal& proposal, Verdict verdict) const;

  const model::Model* model_;
  model::MapBounds map_;
  Backward backward_;
  std::vector<model::SlopeSigns> signs_;  // (dim): which way f can move as a feature rises
  std::size_t pieces_ = 1;
};

/// What each feature costs, and how far each may go from x. Shape: (dim) each.
std::vector<double> costs_of(const ThreatModel& threat, std::size_t dim);
std::vector<Interval> intervals_at(const ThreatModel& threat, std::span<const float> x);

}  // namespace standfast::verify
