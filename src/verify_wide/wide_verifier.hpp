// The proofs of the core for many inputs at once, on wide registers, in float64 or with sums in float32.
//
//     ProvenMinorant minorant;                                  // V1 to V4 of docs/certificates.md
//     wide.prove(x, slopes, workspace, minorant);
//     verify::separable_radius_proven(minorant, ...);           // V5 is the core's own code
//
// In float64 a minorant has the bits that the core gives it, but for bounds on errors that are a little larger; in
// float32 all bounds are larger. So no radius taken from it is larger than what the core proves from the same proposal,
// which tests/property/core_test.cpp holds it to. Everything comes from the model, the inputs and the slopes; nothing
// is asked of a search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "minorant/slopes.hpp"
#include "standfast/precision.hpp"
#include "verify/verifier.hpp"
#include "verify_wide/deep_steps.hpp"
#include "verify_wide/graph_proof.hpp"

namespace standfast::verify_wide {

/// Scratch memory of one thread; sized on first use, then reused without allocation. Arrays are [element][lane].
struct VerifyWorkspace {
  GraphProofWorkspace graph;
  GraphMinorant minorant;
  std::vector<double> features, features_error;
  std::vector<double> next, next_error;
  minorant::Slopes piece;
  DeepWorkspace deep;
};

class WideVerifier {
 public:
  /// Requires: the core's verifier outlives this.
  explicit WideVerifier(const verify::Verifier& core, const Products& products = best_products());

  /// V1 to V4: the proven minorant for these slopes. Shape: x is (dim), finite.
  /// Requires: check_floating_point_environment() holds in this thread.
  void prove(std::span<const float> x, const minorant::Slopes& slopes, VerifyWorkspace& workspace,
             verify::ProvenMinorant& out, Precision precision = Precision::kFloat64) const;

  /// The same for `count` inputs at once, each with the bits that it has alone.
  ///
  /// Shape: x is (count, dim); `slopes` are those of a tile, [unit][lane] with kLanes lanes; out is (count), nullptr
  /// for what is not wanted. Requires: 0 < count <= kLanes, and as prove. Cost: that of a multiple of 8 inputs.
  void prove_tile(std::span<const float> x, std::size_t count, const minorant::Slopes& slopes,
                  VerifyWorkspace& workspace, std::span<verify::ProvenMinorant* const> out,
                  Precision precision = Precision::kFloat64) const;

  /// As Verifier::minorant_below.
  void prove_below(std::span<const float> x, std::int32_t piece, VerifyWorkspace& workspace,
                   verify::ProvenMinorant& out) const;

  [[nodiscard]] const model::Model& model() const { return core_->model(); }
  [[nodiscard]] const verify::Verifier& core() const { return *core_; }

 private:
  void run_map(std::span<const float> x, std::size_t lanes, VerifyWorkspace& workspace) const;
  void run_affine(std::size_t step, std::size_t lanes, VerifyWorkspace& workspace) const;
  void finish(double threshold, std::size_t lanes, VerifyWorkspace& workspace,
              std::span<verify::ProvenMinorant* const> out) const;
  void hand_out(LaneValues& margin, std::size_t lanes, VerifyWorkspace& workspace,
                std::span<verify::ProvenMinorant* const> out) const;
  /// Minorants behind a knots step, seen from the inputs by the core's own code. Shape: x is (out, dim).
  void see_through_knots(std::span<const float> x, std::span<verify::ProvenMinorant* const> out) const;
  void scale_coefficients(std::size_t lanes, VerifyWorkspace& workspace) const;
  void scale_bends(std::size_t lanes, VerifyWorkspace& workspace, LaneValues& margin) const;

  const verify::Verifier* core_;
  const Products* products_;
  GraphProof graph_;
  bool separable_ = false;  ///< Separable, without knots.
  bool has_abs_ = false;    ///< Separable, with an abs.
};

}  // namespace standfast::verify_wide
