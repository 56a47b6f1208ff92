// The verifier must be right whatever the search proposes: slopes, multipliers and radii here are often nonsense.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "verify/radius.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast {
namespace {

using support::Reference;

/// The proven minorant at x + d, less all its errors, in long double.
long double minorant_at(const ProvenMinorant& m, const std::vector<float>& x, const std::vector<double>& moved) {
  long double value = m.separable.margin;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double d = static_cast<long double>(moved[i]) - x[i];
    value += m.separable.linear[i] * d - m.slope_error[i] * std::fabs(d);
    if (m.separable.folded()) {
      value += m.separable.fold[i] *
               (std::fabs(m.separable.offset[i] + d) - std::fabs(static_cast<long double>(m.separable.offset[i])));
    }
  }
  return value;
}

/// Slopes as an adversary would send them: random, outside [0, 1], NaN, of the wrong length.
void spoil(Random& random, minorant::Slopes& slopes) {
  for (minorant::NodeSlopes& node : slopes) {
    for (float& s : node.relu) {
      const double draw = random.uniform();
      if (draw < 0.3) s = static_cast<float>(random.uniform());
      if (draw > 0.9) s = static_cast<float>(random.uniform(-3, 3));
      if (draw > 0.98) s = std::numeric_limits<float>::quiet_NaN();
    }
    for (std::int32_t& winner : node.winner) {
      if (random.uniform() < 0.3) winner = static_cast<std::int32_t>(random.below(1000)) - 500;
    }
    if (random.uniform() < 0.05) node.relu.clear();
    if (random.uniform() < 0.05) node.winner.clear();
  }
}

TEST(Verifier, EverySlopeGivesAFunctionBelowTheClassifier) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto made = support::random_model(random, support::random_family(random), support::MapFamily::kSeparable);
    const Reference reference(made.model);
    const Plan plan(made.model);
    const auto verifier = Verifier::create(made.model);
    if (!verifier) continue;
    const std::vector<float> x = support::random_input(random, made);
    InferWorkspace infer;
    plan.forward(x, infer);
    if (seed % 2 == 1) spoil(random, infer.slopes);
    VerifyWorkspace workspace;
    ProvenMinorant m;
    verifier->prove(x, infer.slopes, workspace, m);
    ASSERT_TRUE(m.is_separable);
    for (int k = 0; k < 20; ++k) {
      const double size = std::pow(10, random.uniform(-8, 1));
      std::vector<double> moved(x.begin(), x.end());
      if (k > 0) {
        for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += size * made.scale[i] * random.normal();
      }
      const auto f = reference.bounded_value(moved);
      const long double h = minorant_at(m, x, moved);
      if (!std::isfinite(f.value) || !std::isfinite(h)) continue;
      ++compared;
      // f.error also covers long double's own rounding in h, whose terms are not larger than those of f
      ASSERT_LE(h, f.value + 2 * f.error + 0x1p-60L * (std::fabs(f.value) + std::fabs(h)))
          << "seed " << seed << " point " << k;
    }
  }
  EXPECT_GT(compared, 4000U);
}

TEST(Verifier, TheTangentLosesNextToNothing) {
  Random random(11);
  const auto made = support::random_model(random, support::Family::kDense, support::MapFamily::kSeparable);
  const Reference reference(made.model);
  const Plan plan(made.model);
  const auto verifier = Verifier::create(made.model);
  ASSERT_TRUE(verifier.ok());
  const std::vector<float> x = support::random_input(random, made);
  InferWorkspace infer;
  plan.forward(x, infer);
  VerifyWorkspace workspace;
  ProvenMinorant m;
  verifier->prove(x, infer.slopes, workspace, m);
  const auto f = reference.bounded_value(std::vector<double>(x.begin(), x.end()));
  EXPECT_LE(m.separable.margin, static_cast<double>(f.value + f.error));
  // the wide bound is made with 2^-64: 2^13 of it is what 53 bits may lose
  EXPECT_GE(m.separable.margin, static_cast<double>(f.value) - 0x1p14 * static_cast<double>(f.error));
}

ProvenMinorant affine_minorant(double margin, std::vector<double> slope) {
  ProvenMinorant m;
  m.is_separable = true;
  m.slope_error.assign(slope.size(), 0.0);
  m.separable = {margin, std::move(slope), {}, {}};
  return m;
}

TEST(Confirm, ARadiusThatIsTooLargeIsNeverConfirmed) {
  Random random(3);
  const std::vector<double> cost = {1, 2, 0.5};
  const std::vector<Interval> interval = {{-1, 2}, {-kInfinity, 0.3}, {-0.1, kInfinity}};
  const ProvenMinorant m = affine_minorant(2, {1, -3, 0.5});
  // all caps reached lose 1 + 0.9 + 0.05 = 1.95 < 2: nothing flips it, and with a margin below that something does
  EXPECT_EQ(confirm_separable(m, {cost, interval}, Norm::linf(), {kInfinity, 0}), kInfinity);
  const ProvenMinorant weaker = affine_minorant(1.9, {1, -3, 0.5});
  for (int k = 0; k < 1000; ++k) {
    const Proposal proposal{std::pow(10, random.uniform(-2, 3)), std::pow(10, random.uniform(-3, 2))};
    // linf: 0.9 + 0.05 are used up at r = 0.6, the first feature gives the last 0.95
    EXPECT_LE(confirm_separable(weaker, {cost, interval}, Norm::linf(), proposal), 0.95);
    // l1: the budget buys 1.5 per unit from the second, 1 from the first and the third: 0.6 + 1 (of 0.95 + 0.05)
    EXPECT_LE(confirm_separable(weaker, {cost, interval}, Norm::l1(), proposal), 1.6);
    EXPECT_LE(confirm_separable(weaker, {cost, interval}, Norm::l2(), proposal), std::hypot(0.6, 0.95, 0.05));
  }
}

TEST(Confirm, NonsenseProposalsGiveNothing) {
  const std::vector<double> cost = {1, 1};
  const std::vector<Interval> interval(2);
  const ProvenMinorant m = affine_minorant(2, {1, -3});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_EQ(confirm_separable(m, {cost, interval}, norm, {nan, 1}), 0);
    EXPECT_EQ(confirm_separable(m, {cost, interval}, norm, {-1, 1}), 0);
  }
  EXPECT_EQ(confirm_separable(m, {cost, interval}, Norm::l2(), {1, nan}), 0);
  EXPECT_EQ(confirm_separable(m, {cost, interval}, Norm::l1(), {1, -1}), 0);
  EXPECT_EQ(confirm_separable(m, {cost, interval}, Norm::l1(), {1, kInfinity}), 0);
}

TEST(Confirm, AMarginThatIsNotPositiveGivesNothing) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval(1);
  for (const double margin : {0.0, -1.0, -kInfinity, kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    const ProvenMinorant m = affine_minorant(margin, {1});
    EXPECT_EQ(confirm_closed_form(m, cost, Norm::l2(), 1), 0) << margin;
    EXPECT_EQ(confirm_separable(m, {cost, interval}, Norm::l2(), {1, 1}), 0) << margin;
  }
}

TEST(Confirm, AnOverflowInsideABoundIsNotASmallDecrease) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval = {{-1e308, 1e308}};
  ProvenMinorant m = affine_minorant(1, {1e10});
  m.separable.fold = {1e10};
  m.separable.offset = {1e300};
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_LE(confirm_separable(m, {cost, interval}, norm, {kInfinity, 0}), 1e-10);
  }
}

TEST(Confirm, TheErrorOfTheSlopeIsPaidFor) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval(1);
  ProvenMinorant m = affine_minorant(1, {1});
  m.slope_error = {1};  // the true slope may be 2
  EXPECT_LE(confirm_closed_form(m, cost, Norm::l1(), 1), 0.5);
  EXPECT_LE(confirm_separable(m, {cost, interval}, Norm::linf(), {0.9, 0}), 0.5);
  EXPECT_LE(confirm_separable(m, {cost, interval}, Norm::l1(), {0.9, 2.1}), 0.5);
  EXPECT_LE(confirm_separable(m, {cost, interval}, Norm::l2(), {0.9, 4}), 0.5);
}

}  // namespace
}  // namespace standfast
