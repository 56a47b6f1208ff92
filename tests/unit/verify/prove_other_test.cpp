// The core asked about the verdict `other`: every piece has to be proven below 0.
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/small_models.hpp"
#include "verify/verifier.hpp"

namespace standfast::verify {
namespace {

using minorant::OtherProposal;
using minorant::PieceProposal;

/// max(3 a + 4 b - 10, -a - 7, -2 b - 12) - 1 over (a, b): -11, -8 and -13 at the origin.
model::Model three_planes() { return support::max_affine_model({3, 4, -1, 0, 0, -2}, {-10, -7, -12}, 1); }

const std::vector<float> kOrigin = {0, 0};
const PieceProposal kClosed = {true, {}};

TEST(ProveOther, TheNearestPieceBoundsTheRadius) {
  const model::Model model = three_planes();
  const Verifier core = Verifier::create(model).value();
  const auto closed = [&](Norm norm) {
    return core.prove_other({}, kOrigin, {norm, {kClosed, kClosed, kClosed}}).value();
  };
  EXPECT_NEAR(closed(Norm::l2()), 11.0 / 5, 1e-12);
  EXPECT_LE(closed(Norm::l2()), 11.0 / 5);
  EXPECT_NEAR(closed(Norm::l1()), 11.0 / 4, 1e-12);
  EXPECT_NEAR(closed(Norm::linf()), 11.0 / 7, 1e-12);
  // bounds count: b may not rise, so that the first piece needs 11 / 3 from a alone; the third needs 13 / 2 from b
  ThreatModel threat;
  threat.max_increase = {kInfinity, 0};
  const PieceProposal three = {false, {3, 3, 0}};
  EXPECT_EQ(core.prove_other(threat, kOrigin, {Norm::linf(), {three, three, three}}).value(), 3);
  const PieceProposal seven = {false, {7, 7, 0}};
  EXPECT_LE(core.prove_other(threat, kOrigin, {Norm::linf(), {seven, seven, seven}}).value(), 11.0 / 3);
}

TEST(ProveOther, APieceAboveZeroOrWithNonsenseLeavesNothing) {
  const model::Model model = three_planes();
  const Verifier core = Verifier::create(model).value();
  EXPECT_EQ(core.prove_other({}, std::vector<float>{-9, 0}, {Norm::l2(), {kClosed, kClosed, kClosed}}).value(), 0)
      << "the second piece is 1 there";
  const PieceProposal nonsense = {false, {1, 1, std::numeric_limits<double>::quiet_NaN()}};
  for (const auto& pieces : {std::vector{nonsense, kClosed, kClosed}, std::vector{kClosed, kClosed, nonsense}}) {
    EXPECT_EQ(core.prove_other({}, kOrigin, {Norm::l2(), pieces}).value(), 0);
  }
}

TEST(ProveOther, AQuestionThatMakesNoSenseIsRefused) {
  const model::Model model = three_planes();
  const Verifier core = Verifier::create(model).value();
  const auto refusal = [](const Verifier& of, const OtherProposal& proposal) {
    const auto proven = of.prove_other({}, std::vector<float>(of.model().dim(), 0.0F), proposal);
    EXPECT_FALSE(proven.ok());
    return proven.ok() ? ErrorCode::kBadValue : proven.error().code;
  };
  EXPECT_EQ(refusal(core, {Norm::l2(), {kClosed, kClosed}}), ErrorCode::kBadShape);
  EXPECT_EQ(refusal(core, {Norm::l2(), {}}), ErrorCode::kBadShape);
  EXPECT_EQ(refusal(core, {Norm::l0(), {kClosed, kClosed, kClosed}}), ErrorCode::kBadOption);
  const model::Model with_unit = support::one_unit_model({1, 1}, 0, 1, 0);
  EXPECT_EQ(refusal(Verifier::create(with_unit).value(), {Norm::l2(), {kClosed}}), ErrorCode::kUnsupported);
  EXPECT_EQ(core.prove_other({}, std::vector<float>(3), {Norm::l2(), {kClosed, kClosed, kClosed}}).error().code,
            ErrorCode::kBadShape);
}

TEST(Prove, ANormThatNoProofKnowsIsRefusedEvenIfNothingIsProposed) {
  const model::Model model = three_planes();
  const Verifier core = Verifier::create(model).value();
  minorant::Proposal proposal;
  proposal.norm = Norm::of(3).value();
  EXPECT_EQ(core.prove({}, kOrigin, proposal).error().code, ErrorCode::kBadOption);
  proposal.norm = Norm::l2();
  EXPECT_EQ(core.prove({}, kOrigin, proposal).value(), 0);
}

}  // namespace
}  // namespace standfast::verify
