// Maps whose minorants are sums over features, each with its kinks or knots: every method, proofs that can be kept,
// both classes.
#pragma once

#include "certifier/certifier.hpp"

namespace standfast::certifier {

class SeparableCertifier : public Certifier {
 public:
  explicit SeparableCertifier(const ModelParts& parts);

 protected:
  void certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                    CertifyWorkspace& workspace, Rows rows) const override;
  void certify_piece(const Request& request, CertifyWorkspace& workspace, std::span<double> radii,
                     std::span<minorant::PieceProposal> proposals) const override;
  [[nodiscard]] bool needs_proven_minorants() const override { return kinked_; }

 private:
  /// A minorant as the verifier has it, seen from x: units of a kinked map are the features of its minorants.
  void see_from_input(std::span<const float> x, verify::ProvenMinorant& minorant) const;
  void certify_lane(const Request& request, std::span<const float> x, const CertifyLane& lane, std::size_t norm_index,
                    const CertifiedRow& row) const;
  /// What the core proves of a certificate, at most its radius.
  [[nodiscard]] double core_radius(const Request& request, std::span<const float> x,
                                   const Certificate& certificate) const;

  // several_minorants.cpp: methods refined and exact
  /// Weights for several minorants per row, the first one from the backward pass in `workspace.infer`, all rows side by
  /// side; the lanes' minorants become the weighted sums.
  void search_weights(const Request& request, std::span<const float> x, std::span<const float> logits,
                      std::size_t norm_index, CertifyWorkspace& workspace, Rows rows) const;
  /// The minorant as the search takes it: with the lane's moves merged, if there are any.
  static const minorant::SeparableMinorant& with_merged_moves(CertifyLane& lane,
                                                              const minorant::SeparableMinorant& minorant,
                                                              std::vector<std::uint32_t>& targets);
  /// The point that the lane's search asks for, in all features.
  static void expand_point(CertifyLane& lane);
  /// The minorants that the waiting lanes' searches have asked for.
  void find_next_minorants(std::span<const float> x, CertifyWorkspace& workspace) const;
  /// Room for the next minorant of a lane; its choice of slopes is that of a slot of a backward pass.
  minorant::SeparableMinorant& keep_minorant(CertifyLane& lane, const infer::TileWorkspace& pass,
                                             std::size_t slot) const;
  void prove_weighted_sums(const Request& request, std::span<const float> x, CertifyWorkspace& workspace) const;
  /// Proves choice `j` of each waiting lane; the minorants go into the lanes' parts.
  void prove_choices(const Request& request, std::span<const float> x, std::size_t j,
                     CertifyWorkspace& workspace) const;
  /// If the search was wrong about its minorant, that at x alone may be worth more.
  void retry_at_input(const Request& request, std::span<const float> x, std::size_t norm_index,
                      CertifyWorkspace& workspace, CertifyLane& lane, const CertifiedRow& row) const;

  bool kinked_;          ///< The map is a kinked one (model::MapView).
  bool merges_choices_;  ///< The network has no maxima, so that weighted minorants are one choice of slopes.
};

}  // namespace standfast::certifier
