// From a verdict to its certified radii, a tile of inputs at a time: a minorant at each input, a proposal for each
// norm, a proof of it.
//
// There is one class per way in which a feature map can be seen from the input (model::MapView). It is chosen and
// built once, when a model is loaded; what one call adds is a Request. The search is asked for proposals and trusted
// with nothing else: costs, intervals, Lipschitz bounds and the unit reach that a proof uses are the core's.
#pragma once

#include <memory>
#include <span>

#include "certifier/request.hpp"
#include "certifier/workspace.hpp"
#include "infer/plan.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::certifier {

/// What every certifier of one model needs. Everything outlives the certifier.
struct ModelParts {
  const model::Model* model = nullptr;
  const infer::Plan* plan = nullptr;
  const verify::Verifier* core = nullptr;
  const verify_wide::WideVerifier* wide = nullptr;
};

class Certifier {
 public:
  /// The certifier for this model's feature map.
  static std::unique_ptr<const Certifier> create(const ModelParts& parts);
  virtual ~Certifier() = default;

  /// Inputs that share their passes: kLanes, or fewer if the inputs are huge.
  [[nodiscard]] std::size_t inputs_per_tile(const Request& request) const;

  /// Whether the forward pass of a single input has to be one of a tile; workspace.infer.one has it otherwise.
  [[nodiscard]] static bool needs_tiles(const Request& request);

  /// Certifies the sensitive verdicts whose forward pass `workspace.infer` holds.
  /// Shape: x is (rows, dim), finite; logits (rows).
  void certify(const Request& request, std::span<const float> x, std::span<const float> logits,
               CertifyWorkspace& workspace, std::span<const CertifiedRow> rows) const;

  /// Certifies an `other` verdict: the smallest radius over the pieces. Requires: the options ask for both classes.
  /// Shape: x is (dim), finite; radii (norms); proposals (norms), or empty if nobody asks the core about them.
  void certify_other(const Request& request, std::span<const float> x, CertifyWorkspace& workspace,
                     std::span<double> radii, std::span<minorant::OtherProposal> proposals = {}) const;

  /// The worst change, in the features' units, at the certified radius of one norm.
  /// Requires: the method is kSeparable.
  WeakestDirection weakest_direction(const Request& request, std::span<const float> x, Norm norm,
                                     CertifyWorkspace& workspace) const;

 protected:
  using Rows = std::span<const CertifiedRow>;
  explicit Certifier(const ModelParts& parts) : parts_(parts), reader_(*parts.model) {}

  /// Certifies by any method but the closed form; the intervals of all rows are in their lanes.
  virtual void certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                            CertifyWorkspace& workspace, Rows rows) const = 0;
  /// The radius that the first lane's minorant, that of a piece, has in each norm, and what the core can prove it from;
  /// by any method but the closed form. Only maps without an abs have pieces. Shape: both are (norms).
  virtual void certify_piece(const Request&, CertifyWorkspace&, std::span<double>,
                             std::span<minorant::PieceProposal>) const {}
  /// The problem whose worst change is the weakest direction.
  [[nodiscard]] virtual const search::PricedProblem& last_problem(const CertifyLane& lane) const {
    return lane.problem;
  }
  /// Whether minorants come from the verifier even under guarantee none.
  [[nodiscard]] virtual bool needs_proven_minorants() const { return false; }

  /// Minorants at the inputs, proven if the guarantee asks for it, from the pass in `workspace.infer`.
  void find_minorants(const Request& request, std::span<const float> x, std::span<const float> logits,
                      CertifyWorkspace& workspace, Rows rows) const;
  /// The closed form's radius of a minorant.
  [[nodiscard]] double closed_form_radius_of(const Request& request, const CertifyLane& lane,
                                             const verify::ProvenMinorant& minorant, std::size_t norm_index) const;
  /// A radius, and what the verifier saw it from.
  struct ProvenRadius {
    double radius = 0;
    minorant::RadiusProposal proposal;
    /// What to ask the core for: norm inf names the radius, which may have given way.
    [[nodiscard]] minorant::PieceProposal as_proposal() const {
      return {false, {radius, proposal.price_limit, proposal.multiplier}};
    }
  };
  /// The radius of the lane's minorant under costs and bounds: Algorithm S proposes, the core's last step proves.
  [[nodiscard]] ProvenRadius separable_radius_of(const Request& request, const CertifyLane& lane,
                                                 std::size_t norm_index) const;
  [[nodiscard]] ProvenRadius separable_radius_of(const Request& request, const CertifyLane& lane,
                                                 std::size_t norm_index, const search::SeparableRadius& found) const;
  /// What each feature of the lane's minorant costs, to a proof and to the search.
  [[nodiscard]] static const std::vector<double>& cost_of(const Request& request, const CertifyLane& lane) {
    return lane.cost.empty() ? request.cost : lane.cost;
  }
  [[nodiscard]] static const std::vector<double>& search_cost_of(const Request& request, const CertifyLane& lane) {
    return lane.cost.empty() ? request.search.cost : lane.cost;
  }
  /// Merges the moves of the lane's new minorant and writes it into its problem.
  static void price_minorant(const Request& request, CertifyLane& lane);

  ModelParts parts_;
  search::MinorantReader reader_;

 private:
  void find_minorant_of_one(const Request& request, std::span<const float> x, float logit,
                            CertifyWorkspace& workspace) const;
  void read_minorant(std::span<const float> x, search::Lane features, float logit, search::Lane gradient,
                     verify::ProvenMinorant& out) const;
  void find_intervals(const Request& request, std::span<const float> x, bool alarm, CertifyLane& lane) const;
  void find_moves(const Request& request, std::span<const float> x, bool alarm, CertifyLane& lane) const;
  [[nodiscard]] ProvenRadius prove_without_search(const Request& request, const CertifyLane& lane,
                                                  std::size_t norm_index) const;
};

}  // namespace standfast::certifier
