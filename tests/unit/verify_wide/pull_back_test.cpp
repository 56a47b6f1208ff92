// Whatever is proposed, the line brought back to the input space stays below the classifier up to its price.
#include "verify_wide/pull_back.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"
#include "support/wide_proofs.hpp"
#include "unit/model/builders.hpp"
#include "verify/radius.hpp"

namespace standfast::verify_wide {
namespace {

using minorant::BendProposal;
using model::MapReach;
using verify::ProvenMinorant;

using support::Reference;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// f(x) = 1 + slope v + bend |v|, v = weight . x.
model::Model fold_model(const std::vector<float>& weight, float slope, float bend) {
  model::Model model = support::affine_model({slope, bend}, 1);
  model.input_shape = {static_cast<std::int64_t>(weight.size())};
  model::MapStep step;
  step.kind = model::MapKind::kLinear;
  step.values = {{1, model.input_shape[0]}, weight};
  model.feature_map = model::with_abs({step});
  return model;
}

struct Pulled {
  ProvenMinorant minorant;
  MapReach reach;
};

Pulled pulled(const model::Model& model, const std::vector<float>& x, Norm norm, const BendProposal& proposal) {
  const infer::Plan plan(model);
  const auto verifier = support::wide_proofs(model);
  infer::InferWorkspace infer;
  VerifyWorkspace verify;
  PullBackWorkspace workspace;
  plan.forward(x, infer);
  ProvenMinorant from;
  verifier->wide.prove(x, infer.slopes, verify, from);
  Pulled result;
  result.reach = verifier->core.map().reach(std::vector<double>(x.size(), 1.0), norm);
  const ProvenMinorant* const one[] = {&from};
  ProvenMinorant* const out[] = {&result.minorant};
  PullBack(verifier->core).run(one, result.reach, norm, std::span(&proposal, 1), workspace, out);
  return result;
}

TEST(PullBack, AFoldThatBendsUpIsItsTangent) {
  // f = 1 + v + 2 |v| at v = -(3 - 4) = 1: slope 3 along (3, -4) mirrored
  const Pulled up = pulled(fold_model({-3, 4}, 1, 2), {1, 1}, Norm::l2(), {100, 0});
  EXPECT_NEAR(up.minorant.separable.margin, 4, 1e-12);
  EXPECT_NEAR(up.minorant.separable.coefficient[0], -9, 1e-12);
  EXPECT_NEAR(up.minorant.separable.coefficient[1], 12, 1e-12);
  EXPECT_TRUE(up.minorant.separable.bend.empty());
  EXPECT_EQ(up.minorant.valid_up_to, 100);
}

TEST(PullBack, AFoldThatBendsDownIsExactAsLongAsItsKinkIsOutOfReach) {
  // f = 1 + 4 v - 2 |v| at v = 1, |v'| = 5: the kink is 0.2 away
  const Pulled near = pulled(fold_model({-3, 4}, 4, -2), {1, 1}, Norm::l2(), {0.199, 0});
  EXPECT_NEAR(near.minorant.separable.margin, 3, 1e-12);
  EXPECT_NEAR(near.minorant.separable.coefficient[0], -6, 1e-12);
  // reaching twice as far the chord from v = -1 to v = 3 is 2 (2 - 1) below at v = 1, with half of the slope
  const Pulled far = pulled(fold_model({-3, 4}, 4, -2), {1, 1}, Norm::l2(), {0.4, 0});
  EXPECT_NEAR(far.minorant.separable.margin, 3 - 2, 1e-9);
  EXPECT_NEAR(far.minorant.separable.coefficient[0], -3 * (4 - 1), 1e-9);
  // for norm 1 the same chord loses as the change grows
  const Pulled l1 = pulled(fold_model({-3, 4}, 4, -2), {1, 1}, Norm::l1(), {0.5, 0});
  EXPECT_NEAR(l1.minorant.separable.margin, 3, 1e-12);
  EXPECT_NEAR(l1.minorant.gradient_error[0], 3 * 2 * (1 - 0.5), 1e-9);
  EXPECT_NEAR(l1.minorant.gradient_error[1], 4 * 2 * (1 - 0.5), 1e-9);
}

TEST(PullBack, AMultiplierSharesThePriceAmongTheFolds) {
  // two bends at their kinks, f = 1 - |v_0| - |v_1| with v a rotation of x: the norm of the bends, sqrt 2, instead of
  // their sum
  model::Model model = support::affine_model({0, 0, -1, -1}, 1);
  model.input_shape = {2};
  model::MapStep step;
  step.kind = model::MapKind::kLinear;
  step.values = {{2, 2}, {0.6F, 0.8F, -0.8F, 0.6F}};
  model.feature_map = model::with_abs({step});
  EXPECT_NEAR(pulled(model, {0, 0}, Norm::l2(), {0.5, 0}).minorant.separable.margin, 1 - 2 * 0.5, 1e-6);
  const double best = std::sqrt(2) / 0.5;
  EXPECT_NEAR(pulled(model, {0, 0}, Norm::l2(), {0.5, best}).minorant.separable.margin, 1 - std::sqrt(2) * 0.5, 0.02);
}

TEST(PullBack, NonsenseProvesNothing) {
  const model::Model model = fold_model({-3, 4}, 4, -2);
  for (const double bad : {kNan, -1.0, -kInfinity}) {
    EXPECT_FALSE(pulled(model, {1, 1}, Norm::l2(), {bad, 1}).minorant.separable.margin > 0);
    EXPECT_FALSE(pulled(model, {1, 1}, Norm::linf(), {0.3, bad}).minorant.separable.margin > 0);
    EXPECT_FALSE(pulled(model, {1, 1}, Norm::l1(), {bad, 0}).minorant.separable.margin > 0);
  }
  EXPECT_FALSE(pulled(model, {1, 1}, Norm::l2(), {kInfinity, 0}).minorant.separable.margin > 0);
  EXPECT_FALSE(pulled(model, {1, 1}, Norm::l2(), {0.3, kInfinity}).minorant.separable.margin > 0);
  EXPECT_FALSE(pulled(model, {1, 1}, Norm::l2(), {1e300, 5e-324}).minorant.separable.margin > 0);
}

double any_proposal(Random& random, double typical) {
  const double draw = random.uniform();
  if (draw < 0.05) return std::vector<double>{0, kNan, kInfinity, -1, 1e-310, 1e300}[random.below(6)];
  return typical * std::exp(2 * random.normal());
}

TEST(PullBack, EveryProposalGivesALineBelowTheClassifierUpToItsPrice) {
  std::size_t compared = 0, bent = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kMixing);
    const Reference reference(made.model);
    const std::vector<float> x = support::random_input(random, made);
    const Norm norm = std::vector<Norm>{Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}[random.below(4)];
    double typical = 0;
    for (const double s : made.scale) typical = std::max(typical, s);
    const BendProposal proposal{norm == Norm::l0() ? kInfinity : any_proposal(random, typical),
                                any_proposal(random, 1 / typical)};
    const ProvenMinorant line = pulled(made.model, x, norm, proposal).minorant;
    if (!std::isfinite(line.separable.margin)) continue;
    bent += static_cast<std::size_t>(line.valid_up_to < kInfinity);
    for (int k = 0; k < 40; ++k) {
      std::vector<double> change(x.size()), moved = support::widen(x);
      for (double& d : change) d = random.below(3) == 0 ? 0 : random.normal() * typical;
      if (line.valid_up_to < kInfinity) {
        const double length = norm.of_vector(change),
                     wanted = line.valid_up_to * (k % 2 == 0 ? 0.999999 : random.uniform());
        for (double& d : change) d *= length > 0 ? wanted / length : 0;
      }
      long double below = line.separable.margin;
      for (std::size_t i = 0; i < x.size(); ++i) {
        moved[i] += change[i];
        const long double d = static_cast<long double>(moved[i]) - x[i];
        below += line.separable.coefficient[i] * d - line.gradient_error[i] * std::fabs(d);
      }
      const support::Bounded f = reference.bounded_value(moved);
      ASSERT_LE(below, f.value + f.error + std::fabs(below) * 1e-17L) << "seed " << seed << ", norm " << norm.name();
      ++compared;
    }
  }
  EXPECT_GT(compared, 10'000U);
  EXPECT_GT(bent, 100U);
}

TEST(PullBack, ManyInputsGiveTheLinesOfEachAlone) {
  Random random(7);
  const auto made = support::random_model(random, support::Family::kConv, support::MapFamily::kMixing);
  const auto verifier = support::wide_proofs(made.model);
  const infer::Plan plan(made.model);
  const PullBack pull_back(verifier->core);
  infer::InferWorkspace infer;
  VerifyWorkspace verify;
  PullBackWorkspace workspace;
  const MapReach reach = verifier->core.map().reach(std::vector<double>(made.model.dim(), 1.0), Norm::l2());
  constexpr std::size_t kCount = 11;
  std::vector<ProvenMinorant> from(kCount), together(kCount);
  std::vector<const ProvenMinorant*> in;
  std::vector<ProvenMinorant*> out;
  std::vector<BendProposal> proposals;
  for (std::size_t k = 0; k < kCount; ++k) {
    const auto x = support::random_input(random, made);
    plan.forward(x, infer);
    verifier->wide.prove(x, infer.slopes, verify, from[k]);
    in.push_back(&from[k]);
    out.push_back(&together[k]);
    proposals.push_back({0.1 * static_cast<double>(k + 1), 1});
  }
  pull_back.run(in, reach, Norm::l2(), proposals, workspace, out);
  for (std::size_t k = 0; k < kCount; ++k) {
    ProvenMinorant alone;
    ProvenMinorant* const one[] = {&alone};
    pull_back.run(std::span(in).subspan(k, 1), reach, Norm::l2(), std::span(proposals).subspan(k, 1), workspace, one);
    EXPECT_EQ(alone.separable.margin, together[k].separable.margin);
    EXPECT_EQ(alone.separable.coefficient, together[k].separable.coefficient);
    EXPECT_EQ(alone.gradient_error, together[k].gradient_error);
  }
}

}  // namespace
}  // namespace standfast::verify_wide
