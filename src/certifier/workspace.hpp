// Scratch memory of one thread. Vectors keep their memory from one input to the next.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "certifier/proofs.hpp"
#include "certifier/valid_price_search.hpp"
#include "infer/plan.hpp"
#include "search/minorant_at.hpp"
#include "search/minorant_search.hpp"
#include "search/moves.hpp"
#include "search/plan_minorants.hpp"
#include "search/separable.hpp"
#include "verify/proven_minorant.hpp"
#include "verify_wide/pull_back.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::certifier {

/// What belongs to one input of a tile.
struct CertifyLane {
  verify::ProvenMinorant minorant;           ///< What radii are taken from; not proven under guarantee none.
  verify::ProvenMinorant of_features;        ///< Mixing and kinked maps: the minorant before it is seen from the input.
  std::vector<Interval> interval;            ///< How far each feature may go, by the core.
  std::vector<Interval> search_interval;     ///< What the search takes for `interval`; empty if it is the same.
  std::vector<threat::CategoryMoves> moves;  ///< What the categories can do; empty without categories.
  std::vector<double> cost;                  ///< The costs where moves are merged; empty without categories.
  search::PricedProblem problem;             ///< The minorant as the search sees it.
  search::RadiusHint hint;                   ///< What the search knows of its radius.
  std::vector<RadiusProof::Cut> proof_choices;  ///< The weighted slopes that the minorant is proven from.

  // searches for several minorants: affine minorants of the float32 model, the first one that at x
  std::size_t used = 0;
  std::vector<minorant::SeparableMinorant> minorants;
  std::vector<ChoiceWithDuals> choices;       ///< The slopes of each of them.
  std::vector<double> weights;                ///< Their weights, for one norm.
  std::vector<verify::ProvenMinorant> parts;  ///< The proven minorants of `proof_choices`, if there are several.
  search::MinorantSearch search;
  std::optional<search::PlanValues> values;
  minorant::SeparableMinorant merged;        ///< The last minorant, with its moves merged.
  std::vector<std::uint32_t> targets;        ///< Where the worst moves of the first minorant lead.
  std::vector<std::uint32_t> later_targets;  ///< Those of a later one.
  std::optional<search::ExpandedValues> expanded;
  std::vector<double> change, bend_change;  ///< The point that the search asks for, with its moves expanded.

  // mixing maps: trials of prices up to which lines are valid
  ValidPriceSearch valid_price;
  search::PricedProblem best_problem;
  minorant::PieceProposal proposal;  ///< What the largest radius was proven from, but for the lines.
};

/// Where the results of one input go. Shape: radii (norms), or empty if none are wanted; proofs (norms), or empty if
/// none are kept.
struct CertifiedRow {
  std::span<double> radii;
  std::span<RadiusProof> proofs;
};

struct CertifyWorkspace {
  infer::TileWorkspace infer;    ///< The passes at the inputs.
  infer::TileWorkspace probe;    ///< The passes elsewhere.
  infer::InferWorkspace single;  ///< Values along a ray.
  verify_wide::VerifyWorkspace verify;
  verify_wide::PullBackWorkspace pull_back;
  std::vector<CertifyLane> lanes;
  std::vector<std::size_t> waiting;             ///< Lanes that share the next pass.
  std::vector<float> inputs;                    ///< The inputs of the waiting lanes, side by side.
  std::vector<float> logits;                    ///< The logits of a probe.
  std::vector<verify::ProvenMinorant*> wanted;  ///< Where the verifier writes.
  minorant::Slopes slopes;                      ///< The slopes of a tile, for the verifier.

  CertifyWorkspace() : lanes(kLanes), logits(kLanes), wanted(kLanes) {}
  /// Lets the lanes of the rows that want a radius wait.
  void queue_rows(std::span<const CertifiedRow> rows);
};

/// One lane of an array of a tile.
inline search::Lane values_of_lane(const AlignedFloats& tile, std::size_t lane) { return {tile.data() + lane, kLanes}; }

}  // namespace standfast::certifier
