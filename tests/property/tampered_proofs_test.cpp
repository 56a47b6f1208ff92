// Whatever a proof says, what the verifier confirms of it is no larger than the distance of an attack.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/hard_models.hpp"
#include "support/inside.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double wild_number(Random& random) {
  const double wild[] = {0,      -0.0,   1,     -1,   kNaN, kInfinity, -kInfinity, 1e300,   -1e300,
                         1e-300, 5e-324, 1e-30, 1e30, 2,    0.5,       0x1p-100,   0x1p100, 0x1p101};
  return random.below(3) == 0 ? std::pow(10.0, random.uniform(-320, 308)) : wild[random.below(std::size(wild))];
}

float wild_slope(Random& random) {
  const double draw = random.uniform();
  if (draw < 0.6) return static_cast<float>(random.uniform());
  const double value = wild_number(random);
  return std::fabs(value) < 1e38 || !std::isfinite(value) ? static_cast<float>(value) : 7.0F;
}

/// Some numbers of the proof replaced, cuts doubled.
void tamper(Random& random, RadiusProof& proof, double share, std::size_t largest_winner) {
  const auto hit = [&] { return random.uniform() < share; };
  for (auto& cut : proof.cuts) {
    if (hit()) cut.weight = wild_number(random);
    for (auto& slope : cut.slopes) {
      if (hit()) slope = wild_slope(random);
    }
    for (auto& winner : cut.winners) {
      if (hit()) winner = static_cast<std::int32_t>(random.below(largest_winner + 3)) - 1;
      if (random.below(50) == 0) winner = std::numeric_limits<std::int32_t>::min();
    }
  }
  if (hit()) proof.reach = wild_number(random);
  if (hit()) proof.multiplier = random.below(2) == 0 ? wild_number(random) : proof.multiplier * random.uniform(0, 3);
  while (!proof.cuts.empty() && random.below(3) == 0) proof.cuts.push_back(proof.cuts[random.below(proof.cuts.size())]);
  for (RadiusProof& head : proof.heads) {
    // proofs of one head are sometimes offered for another
    if (hit()) head = proof.heads[random.below(proof.heads.size())];
    tamper(random, head, share, largest_winner);
  }
}

/// The same, and the radius asked for as well.
void tamper(Random& random, Certificate& certificate, std::size_t largest_winner) {
  const double share = std::pow(10.0, random.uniform(-1.5, 0));
  tamper(random, certificate.proof, share, largest_winner);
  if (random.uniform() < share)
    certificate.radius = random.below(2) == 0 ? wild_number(random) : certificate.radius * random.uniform(0, 3);
}

void expect_no_lie_confirmed(Random& random, Tally& tally) {
  RandomModel generated;
  std::vector<float> x;
  if (random.below(3) == 0) {
    auto hard = hard_case(random, kEveryHardness[random.below(std::size(kEveryHardness))]);
    generated = std::move(hard.generated);
    x = std::move(hard.x);
  } else {
    constexpr MapFamily kMaps[] = {MapFamily::kSeparable, MapFamily::kKnots, MapFamily::kKinked};
    const Family family = random_family(random);
    generated = random_model(random, family, kMaps[random.below(3)]);
    x = random_input(random, generated);
  }
  const auto threat = random_bounded_threat(random, generated, x);
  const auto classifier = try_make_classifier(generated.model);
  if (!classifier.ok()) return tally.refused();
  CertifyOptions options;
  options.norms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
  options.method = random.below(2) == 0 ? Method::kRefined : Method::kExact;
  options.passes = 2 + random.below(4);
  options.threat = threat;
  options.keep_proofs = true;
  options.threads = 1;
  const auto certificates = classifier->certify(x, 1, options);
  if (!certificates.ok()) return tally.refused();
  const Reference reference(generated.model);
  for (std::size_t k = 0; k < options.norms.size(); ++k) {
    const auto norm = options.norms[k];
    const AttackProblem problem(reference, x, norm, threat);
    const auto attack = smallest_attack(problem, random);
    tally.combination();
    if (certificates->radius(0, k) == 0) continue;
    for (int round = 0; round < 12; ++round) {
      Certificate lie{norm, certificates->radius(0, k), certificates->proofs[k]};
      tamper(random, lie, 64);
      const auto confirmed = classifier->confirm(x, lie, threat);
      if (!confirmed.ok()) {  // a winner outside of its window, or the proof of a head of another size
        const ErrorCode expected = lie.proof.heads.empty()                          ? ErrorCode::kBadValue
                                   : confirmed.error().code == ErrorCode::kBadShape ? ErrorCode::kBadShape
                                                                                    : ErrorCode::kBadValue;
        ASSERT_EQ(confirmed.error().code, expected) << confirmed.error().message;
        continue;
      }
      tally.radius(*confirmed);
      ASSERT_FALSE(std::isnan(*confirmed));
      ASSERT_GE(*confirmed, 0);
      const auto context = [&] {
        return norm.name() + " confirmed " + ::testing::PrintToString(*confirmed) + "\n" + describe(generated.model) +
               describe(threat) + ::testing::PrintToString(x);
      };
      EXPECT_FALSE(disproves(norm, *confirmed, attack.distance_upper)) << attack.distance_upper << context();
      if (norm.p() == 0 || *confirmed <= certificates->radius(0, k)) continue;
      EXPECT_FALSE(flip_inside(problem, *confirmed)) << context();
    }
  }
}

TEST(TamperedProofs, NothingLargerThanAnAttackIsConfirmed) {
  Tally tally("tampered proofs");
  for_each_case(250, [&](Random& random) { expect_no_lie_confirmed(random, tally); });
}

TEST(TamperedProofs, AProofOfAnotherModelIsRefusedByItsShape) {
  const auto classifier = make_classifier(one_unit_model({1, 1}, 0, 1, 1));
  const std::vector<float> x{1, 1};
  for (const std::size_t slopes : {std::size_t{0}, std::size_t{2}, std::size_t{1000}}) {
    Certificate certificate;
    certificate.radius = 1;
    certificate.proof.cuts.push_back({1, std::vector<float>(slopes, 1.0F), {}});
    EXPECT_EQ(classifier.confirm(x, certificate, {}).error().code, ErrorCode::kBadShape);
    certificate.proof.cuts[0] = {1, {1.0F}, std::vector<std::int32_t>(slopes + 1, 0)};
    EXPECT_EQ(classifier.confirm(x, certificate, {}).error().code, ErrorCode::kBadShape);
  }
}

TEST(TamperedProofs, NoCutsProveNothing) {
  const auto classifier = make_classifier(one_unit_model({1, 1}, 0, 1, 1));
  for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
    const auto confirmed = classifier.confirm(std::vector<float>{1, 1}, {norm, 1, {{}, kInfinity, 1}}, {});
    ASSERT_TRUE(confirmed.ok());
    EXPECT_EQ(*confirmed, 0);
  }
}

/// The larger of two pieces with slopes of about 2^20 that differ by one: f's exact linf distance at 0 is 1.
struct CancellingPieces {
  model::Model model;
  std::vector<float> x;
};

CancellingPieces cancelling_pieces(Random& random, bool folded) {
  // p = m1 + B.t and q = m2 - (B + e).t with e = +-1: at t = sign(e) both are 0, and nothing nearer has e.t >= m1 + m2
  constexpr std::size_t kDim = 8;
  std::vector<float> up, down;
  double margin_up = 0, margin_down = 0;
  for (std::size_t i = 0; i < kDim; ++i) {
    const auto slope = static_cast<double>(random.below(1U << 20U)) - 0x1p19;
    const double e = random.below(2) == 0 ? 1 : -1;
    up.push_back(static_cast<float>(slope));
    down.push_back(static_cast<float>(-(slope + e)));
    margin_up -= slope * e;
    margin_down += (slope + e) * e;
  }
  const std::vector<float> zero(kDim, 0.0F);
  CancellingPieces result{affine_model(up, 0), zero};
  auto& model = result.model;
  auto& node = model.graph.nodes[0];
  node.weight.values = folded ? zero : up;
  if (folded) node.weight.values.insert(node.weight.values.end(), up.begin(), up.end());
  const auto second = folded ? zero : down;
  node.weight.values.insert(node.weight.values.end(), second.begin(), second.end());
  if (folded) node.weight.values.insert(node.weight.values.end(), down.begin(), down.end());
  node.bias = {{2}, {static_cast<float>(margin_up), static_cast<float>(margin_down)}};
  node.weight.shape = {2, folded ? 16 : 8};
  model::Node max;
  max.kind = model::NodeKind::kMax;
  max.name = "max";
  max.inputs = {0};
  model.graph.nodes.push_back(max);
  if (folded) {
    // t = |x - 0| with x = 4 and pieces shifted to it: |x| is x as far as it matters
    model::MapStep abs;
    abs.kind = model::MapKind::kAbs;
    model.feature_map = {abs};
    model.graph.input_shape = {16};
    for (std::size_t i = 0; i < kDim; ++i) {
      result.x[i] = 4;
      margin_up -= 4 * static_cast<double>(up[i]);
      margin_down -= 4 * static_cast<double>(down[i]);
    }
    model.graph.nodes[0].bias.values = {static_cast<float>(margin_up), static_cast<float>(margin_down)};
  }
  return result;
}

TEST(TamperedProofs, AWeightedSumThatCancelsIsPaidForBitByBit) {
  Tally tally("sums that cancel");
  for_each_case(150, [&](Random& random) {
    const auto pieces = cancelling_pieces(random, random.below(2) == 0);
    const auto classifier = make_classifier(pieces.model);
    for (int round = 0; round < 8; ++round) {
      tally.combination();
      const double weight = std::pow(10.0, random.uniform(-20, 20));
      // an ulp too much is refused at first sight, then the radius gives way in steps of 1e-13
      Certificate certificate{Norm::linf(), std::nextafter(1.0, 2.0), {}};
      certificate.proof.cuts = {{weight, {}, {0}}, {weight, {}, {1}}};
      const auto confirmed = classifier.confirm(pieces.x, certificate, {});
      ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
      tally.radius(*confirmed);
      EXPECT_LE(*confirmed, 1) << describe(pieces.model);
      EXPECT_GE(*confirmed, 1 - 1e-6) << describe(pieces.model);
    }
  });
}

TEST(TamperedProofs, HundredsOfTinyWeightsRoundNothingUp) {
  // each addition of w = 2^-53 (1 + 2^-10) times the cut lifts the margin, just above 1, by twice its share, but the
  // slope, just below 2, by its share: after 400 of them their ratio is 2^-45 too large
  const float margin = 1 + 0x1p-20F, slope = 2 - 0x1p-10F;
  const auto classifier = make_classifier(affine_model({-slope}, margin));
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    const double exact = static_cast<double>(margin) / static_cast<double>(slope);
    const double multiplier = norm == Norm::l1() ? static_cast<double>(slope) : static_cast<double>(slope) / exact;
    Certificate certificate{norm, std::nextafter(exact, 1.0), {{{1, {}, {}}}, 1, multiplier}};
    certificate.proof.cuts.resize(401, {0x1.004p-53, {}, {}});
    const auto confirmed = classifier.confirm(std::vector<float>{0}, certificate, {});
    ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
    EXPECT_LE(static_cast<long double>(*confirmed) * static_cast<long double>(slope), static_cast<long double>(margin))
        << norm.name();
    EXPECT_GE(*confirmed, exact * (1 - 1e-9)) << norm.name();
  }
}

TEST(TamperedProofs, AWinnerOfAnotherPoolingWindowIsNotBelieved) {
  // f(x) = max of the left window; the right one is worth ten times as much and reads 0 in the score
  model::Model model;
  model.input_shape = model.graph.input_shape = {1, 2, 4};
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  model::Node pool, flat, score;
  pool.kind = model::NodeKind::kMaxPool;
  pool.name = "pool";
  pool.inputs = {model::kGraphInput};
  pool.kernel = pool.stride = 2;
  flat.kind = model::NodeKind::kFlatten;
  flat.name = "flat";
  flat.inputs = {0};
  score.name = "score";
  score.inputs = {1};
  score.weight = {{1, 2}, {1, 0}};
  model.graph.nodes = {pool, flat, score};
  const auto classifier = make_classifier(model);
  const std::vector<float> x{1, 1, 10, 10, 1, 1, 10, 10};
  for (std::int32_t winner = -1; winner < 9; ++winner) {
    const auto confirmed = classifier.confirm(x, {Norm::linf(), 1.05, {{{1, {}, {winner, 2}}}, 0, 0}}, {});
    const bool in_window = winner == 0 || winner == 1 || winner == 4 || winner == 5;
    ASSERT_EQ(confirmed.ok(), in_window) << winner;
    if (!in_window) continue;
    EXPECT_LE(*confirmed, 1) << winner;
    EXPECT_GT(*confirmed, 0.1) << winner;
  }
}

}  // namespace
}  // namespace standfast::support
