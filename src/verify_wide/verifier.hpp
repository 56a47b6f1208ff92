// The trusted verifier: turns slopes proposed by an untrusted search into radii that are theorems in real arithmetic.
//
// Small, plain, float64 (products float32 on demand), and without a line shared with `infer` or `certify`. The proofs
// are in docs/certificates.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/minorant.hpp"
#include "model/model.hpp"
#include "model/slopes.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"
#include "verify_wide/graph_proof.hpp"

namespace standfast {

/// A minorant of f around one input, with bounds on everything that rounding can have done to it.
///
/// For separable maps, with q_i(d) = linear_i d + fold_i (|offset_i + d| - |offset_i|) of `separable` taken as exact:
/// f(x + d) >= margin + sum_i (q_i(d_i) - slope_error_i |d_i|). For other maps the same with `feature.slope`, (dim of
/// u).
struct ProvenMinorant {
  bool is_separable = false;
  double reach = kInfinity;     ///< The price up to which changes are covered.
  SeparableMinorant separable;  ///< margin: a proven lower bound of the minorant at x.
  FeatureMinorant feature;
  std::vector<double> slope_error;
  std::vector<double> features, features_error;  ///< Maps that are not separable: u^ and |u^ - u|, (dim of u).
};

/// Scratch memory of one thread; sized on first use, then reused without allocation. Arrays are [element][lane].
struct VerifyWorkspace {
  GraphProofWorkspace graph;
  GraphMinorant minorant;
  std::vector<double> features, features_error;
  std::vector<double> next, next_error;
  Slopes piece;
};

class Verifier {
 public:
  /// V0: the model is what its file promises. Fails: as validate(Model). Requires: the model outlives the verifier.
  static Result<Verifier> create(const Model& model,
                                 const verify_ops::Products& products = verify_ops::best_products());

  /// V1-V4: the proven minorant for these slopes. Shape: x is (dim), finite.
  /// Requires: check_floating_point_environment() holds in this thread.
  void prove(std::span<const float> x, const Slopes& slopes, VerifyWorkspace& workspace, ProvenMinorant& out,
             Precision precision = Precision::kFloat64) const;

  /// The same for `count` inputs at once, each with the bits that it has alone.
  ///
  /// Shape: x is (count, dim); `slopes` are those of a tile, [unit][lane] with kLanes lanes; out is (count), nullptr
  /// for what is not wanted. Requires: 0 < count <= kLanes, and as prove. Cost: that of a multiple of 8 inputs.
  void prove_tile(std::span<const float> x, std::size_t count, const Slopes& slopes, VerifyWorkspace& workspace,
                  std::span<ProvenMinorant* const> out, Precision precision = Precision::kFloat64) const;

  /// How many affine pieces f is the maximum of; 1 where it is affine. Requires: is_max_affine(model()).
  [[nodiscard]] std::size_t pieces() const { return pieces_; }

  /// The proven minorant of -f_j around x, where f_j is one piece less the threshold: f stays below 0 wherever all of
  /// them stay above it.
  ///
  /// Shape: x is (dim), finite. Requires: is_max_affine(model()), 0 <= piece < pieces(), and as prove.
  void prove_below(std::span<const float> x, std::int32_t piece, VerifyWorkspace& workspace, ProvenMinorant& out) const;

  [[nodiscard]] const Model& model() const { return *model_; }

 private:
  Verifier(const Model& model, const verify_ops::Products& products);
  void run_map(std::span<const float> x, std::size_t lanes, VerifyWorkspace& workspace) const;
  void run_affine(std::size_t step, std::size_t lanes, VerifyWorkspace& workspace) const;
  void finish(double threshold, std::size_t lanes, VerifyWorkspace& workspace,
              std::span<ProvenMinorant* const> out) const;
  void hand_out(LaneValues& margin, std::size_t lanes, VerifyWorkspace& workspace,
                std::span<ProvenMinorant* const> out) const;
  void scale_slopes(std::size_t lanes, VerifyWorkspace& workspace) const;
  void fold_slopes(std::size_t lanes, VerifyWorkspace& workspace, LaneValues& margin) const;

  const Model* model_;
  std::vector<Shape> map_shapes_;
  const verify_ops::Products* products_;
  GraphProof graph_;
  std::size_t pieces_ = 1;
  bool separable_ = false;
  bool folded_ = false;
  std::vector<double> scale_;    ///< Separable maps: u_i = scale_i (x_i - kink_i), as computed.
  std::size_t scale_steps_ = 0;  ///< Roundings in each scale_.
};

}  // namespace standfast
