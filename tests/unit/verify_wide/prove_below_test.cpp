// Maxima of affine pieces: the verdict `other` holds as far as every piece stays below 0.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "model/max_affine.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"
#include "support/wide_proofs.hpp"
#include "verify/radius.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ProvenMinorant;

using support::Reference;

/// max(3 a + 4 b - 10, -a - 7, -2 b - 12) - 1 over (a, b).
model::Model three_planes() { return support::max_affine_model({3, 4, -1, 0, 0, -2}, {-10, -7, -12}, 1); }

double radius_below(const support::WideProofs& verifier, const std::vector<float>& x, Norm norm, double lipschitz = 1) {
  const std::vector<double> cost(x.size(), 1.0);
  VerifyWorkspace workspace;
  ProvenMinorant m;
  double radius = kInfinity;
  for (std::size_t j = 0; j < verifier.core.pieces(); ++j) {
    verifier.wide.prove_below(x, static_cast<std::int32_t>(j), workspace, m);
    radius = std::min(radius, verify::closed_form_radius_proven(m, cost, norm, {lipschitz}));
  }
  return radius;
}

TEST(ProveBelow, TheNearestPlaneBoundsTheRadius) {
  const model::Model model = three_planes();
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  EXPECT_EQ(verifier->core.pieces(), 3U);
  const std::vector<float> origin = {0, 0};  // 11 from the first plane, 8 from the second, 13 / 2 from the third
  EXPECT_NEAR(radius_below(*verifier, origin, Norm::l2()), 11.0 / 5, 1e-12);
  EXPECT_NEAR(radius_below(*verifier, origin, Norm::l1()), 11.0 / 4, 1e-12);
  EXPECT_NEAR(radius_below(*verifier, origin, Norm::linf()), 11.0 / 7, 1e-12);
  EXPECT_LE(radius_below(*verifier, origin, Norm::l2()), 11.0 / 5);
  const std::vector<float> left = {-7, 0};  // 1 from the second plane
  EXPECT_NEAR(radius_below(*verifier, left, Norm::l2()), 1, 1e-12);
}

TEST(ProveBelow, BothClassesMeetAtThePlane) {
  const model::Model model = three_planes();
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  const infer::Plan plan(model);
  infer::InferWorkspace infer;
  VerifyWorkspace workspace;
  ProvenMinorant m;
  const std::vector<double> cost = {1, 1};
  for (const float step : {0.25F, 0.5F, 0.75F}) {
    // on the normal (3, 4) of the first plane through (1, 2), on either side
    const std::vector<float> above = {1 + 3 * step, 2 + 4 * step}, below = {1 - 3 * step, 2 - 4 * step};
    EXPECT_GT(plan.forward(above, infer), 0);
    verifier->wide.prove(above, infer.slopes, workspace, m);
    EXPECT_NEAR(verify::closed_form_radius_proven(m, cost, Norm::l2(), {1}), 5 * step, 1e-12);
    EXPECT_NEAR(radius_below(*verifier, below, Norm::l2()), 5 * step, 1e-12);
    EXPECT_EQ(radius_below(*verifier, above, Norm::l2()), 0);
  }
}

TEST(ProveBelow, BoundsOfTheFeaturesAreUsed) {
  const model::Model model = three_planes();
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  VerifyWorkspace workspace;
  ProvenMinorant m;
  verifier->wide.prove_below(std::vector<float>{0, 0}, 0, workspace, m);
  const std::vector<double> cost = {1, 1};
  // b gives at most 4 of the 11, a has to give 7: 7 / 3
  const std::vector<Interval> one_side = {{0, kInfinity}, {0, 1}};
  const double radius = verify::separable_radius_proven(m, {cost, one_side}, Norm::linf(), {7.0 / 3, 0});
  EXPECT_NEAR(radius, 7.0 / 3, 1e-9);
  EXPECT_LE(radius, 7.0 / 3);
  const std::vector<Interval> short_reach = {{-1, 1}, {-1, 1}};
  EXPECT_EQ(verify::separable_radius_proven(m, {cost, short_reach}, Norm::linf(), {kInfinity, 0}), kInfinity);
}

TEST(ProveBelow, ASinglePlaneIsItsOwnPiece) {
  model::Model model = support::affine_model({3, 4}, -9, 1);
  model.feature_map = model::standardise_map({1, 1}, {2, 0.5F});
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  EXPECT_EQ(verifier->core.pieces(), 1U);
  // 6 (a - 1) + 2 (b - 1) - 10 at (1, 1)
  EXPECT_NEAR(radius_below(*verifier, {1, 1}, Norm::l1()), 10.0 / 6, 1e-12);
}

TEST(ProveBelow, ALinearMapIsPaidForByItsLipschitzConstant) {
  model::Model model = three_planes();
  model::MapStep linear;
  linear.kind = model::MapKind::kLinear;
  linear.values = {{2, 2}, {0, 2, 2, 0}};
  model.feature_map = {linear};
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  EXPECT_NEAR(radius_below(*verifier, {0, 0}, Norm::l2(), 2), 11.0 / 10, 1e-12);
}

TEST(ProveBelow, OnThePlaneNothingIsProven) {
  const model::Model model = three_planes();
  const auto verifier = support::wide_proofs(model);
  ASSERT_NE(verifier, nullptr);
  EXPECT_EQ(radius_below(*verifier, {1, 2}, Norm::l2()), 0);
}

TEST(ProveBelow, EveryPieceGivesAFunctionBelowMinusTheClassifier) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto family = seed % 4 == 0 ? support::Family::kAffine : support::Family::kMaxAffine;
    const auto made = support::random_model(random, family, support::MapFamily::kSeparable);
    const auto verifier = support::wide_proofs(made.model);
    if (!verifier || !model::is_max_affine(made.model)) continue;
    const Reference reference(made.model);
    const std::vector<float> x = support::random_input(random, made);
    VerifyWorkspace workspace;
    std::vector<ProvenMinorant> pieces(verifier->core.pieces());
    for (std::size_t j = 0; j < pieces.size(); ++j) {
      verifier->wide.prove_below(x, static_cast<std::int32_t>(j), workspace, pieces[j]);
    }
    for (int k = 0; k < 10; ++k) {
      const double size = k == 0 ? 0 : std::pow(10, random.uniform(-6, 1));
      std::vector<double> moved(x.begin(), x.end());
      for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += size * made.scale[i] * random.normal();
      long double lowest = kInfinity, magnitude = 0;
      for (const ProvenMinorant& m : pieces) {
        long double value = m.separable.margin, terms = std::fabs(value);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const long double d = static_cast<long double>(moved[i]) - x[i];
          value += m.separable.coefficient[i] * d - m.gradient_error[i] * std::fabs(d);
          terms += std::fabs(m.separable.coefficient[i] * d);
        }
        lowest = std::min(lowest, value);
        magnitude = std::max(magnitude, terms);
      }
      const auto f = reference.bounded_value(moved);
      ++compared;
      ASSERT_LE(lowest, -f.value + f.error + 0x1p-58L * magnitude) << "seed " << seed << " point " << k;
      // affine pieces are known exactly: what is lost is rounding in float64
      ASSERT_GE(lowest, -f.value - 0x1p-40L * magnitude - 0x1p14L * f.error) << "seed " << seed << " point " << k;
    }
  }
  EXPECT_GT(compared, 1000U);
}

}  // namespace
}  // namespace standfast::verify_wide
