// Networks of one unit, whose minorants can be read off.
#include "search/plan_minorants.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"
#include "verify/kinks.hpp"
#include "verify/verifier.hpp"

namespace standfast::search {
namespace {

/// Everything that minorants of one model at one input need.
struct Around {
  Around(const model::Model& the_model, std::vector<float> at)
      : model(the_model), plan(model), reader(model), x(std::move(at)), logit(plan.forward(x, infer)) {}

  [[nodiscard]] PlanMinorants minorants() { return {plan, reader, x, features_of(infer, x), probe}; }

  model::Model model;
  infer::Plan plan;
  MinorantReader reader;
  std::vector<float> x;
  infer::InferWorkspace infer, probe;
  float logit;
};

/// 2 relu(3 a - b + 1) - 4.
model::Model unit() { return support::one_unit_model({3, -1}, 1, 2, -4); }

/// relu(u + 2 |u|) - 1 with u = (x - 1) / 2.
model::Model unit_over_abs() {
  model::Model model = support::one_unit_model({1, 2}, 0, 1, -1);
  model.input_shape = {1};
  model.feature_map = model::with_abs(model::standardise_map({1}, {0.5F}));
  return model;
}

TEST(PlanMinorants, AnActiveUnitGivesItsSlopeWhereverItIsTouched) {
  Around around(unit(), {1, 1});
  EXPECT_EQ(around.logit, 2);
  PlanMinorants minorants = around.minorants();
  for (const std::vector<double>& change : {std::vector<double>{0, 0}, {2, -5}, {-0.5, 0.25}}) {
    const minorant::SeparableMinorant& m = minorants.minorant_at(change, {});
    EXPECT_EQ(m.margin, 2) << "as seen from x";
    EXPECT_EQ(m.coefficient, (std::vector<double>{6, -2}));
    EXPECT_FALSE(m.has_bends());
  }
}

TEST(PlanMinorants, BeyondTheKinkTheUnitIsOff) {
  Around around(unit(), {1, 1});
  PlanMinorants minorants = around.minorants();
  const minorant::SeparableMinorant& m = minorants.minorant_at(std::vector<double>{-2, 0}, {});
  EXPECT_EQ(m.margin, -4);
  EXPECT_EQ(m.coefficient, (std::vector<double>{0, 0}));
  EXPECT_EQ(minorants.value(std::vector<double>{-2, 0}), -4);
  EXPECT_EQ(minorants.value(std::vector<double>{1, 2}), 2 * 4 - 4);
}

TEST(PlanMinorants, AFoldedMapIsTouchedAtPointsThatAreNoFeatures) {
  Around around(unit_over_abs(), {5});  // u = |u| = 2
  EXPECT_EQ(around.logit, 5);
  PlanMinorants minorants = around.minorants();
  // u = 0 with |u| = 1: still active
  const minorant::SeparableMinorant& m = minorants.minorant_at(std::vector<double>{-4}, std::vector<double>{-2});
  EXPECT_EQ(m.margin, 5);
  EXPECT_EQ(m.coefficient, std::vector<double>{0.5});
  EXPECT_EQ(m.bend, std::vector<double>{1});
  EXPECT_EQ(m.offset, std::vector<double>{4});
  // u = -2 with |u| = 0.5: off
  EXPECT_EQ(minorants.minorant_at(std::vector<double>{-8}, std::vector<double>{-3}).margin, -1);
}

TEST(PlanMinorants, TheGradientIsThatOfTheSideOfTheKink) {
  Around around(unit_over_abs(), {5});
  PlanMinorants minorants = around.minorants();
  std::vector<double> gradient;
  EXPECT_EQ(minorants.value_and_gradient(std::vector<double>{-2}, gradient), 2);  // u = 1: 1 + 2 - 1
  EXPECT_EQ(gradient, std::vector<double>{1.5});
  EXPECT_EQ(minorants.value_and_gradient(std::vector<double>{-8}, gradient), 1);  // u = -2: -2 + 4 - 1
  EXPECT_EQ(gradient, std::vector<double>{0.5 - 1});
}

TEST(PlanMinorants, FeaturesOfAModelWithoutMapAreTheInput) {
  Around around(unit(), {1, 1});
  EXPECT_EQ(features_of(around.infer, around.x).data(), around.x.data());
  Around bent(unit_over_abs(), {5});
  const auto features = features_of(bent.infer, bent.x);
  EXPECT_EQ(std::vector<float>(features.begin(), features.end()), (std::vector<float>{2, 2}));
}

TEST(PlanMinorants, AChangeBeyondFloat32IsNoOtherVerdict) {
  Around around(unit(), {1, 1});
  PlanMinorants minorants = around.minorants();
  EXPECT_FALSE(minorants.value(std::vector<double>{1e300, 0}) <= 0);
}

TEST(PlanMinorants, EveryMinorantLiesBelowTheNetworkButForFloat32) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    constexpr support::MapFamily kMaps[] = {support::MapFamily::kSeparable, support::MapFamily::kKnots,
                                            support::MapFamily::kKinked};
    const auto made = support::random_model(random, support::random_family_of_one_head(random), kMaps[seed % 3]);
    Around around(made.model, support::random_input(random, made));
    if (!std::isfinite(around.logit)) continue;
    const support::Reference reference(made.model);
    PlanMinorants minorants = around.minorants();
    const auto draw = [&](double size) {
      std::vector<double> change;
      for (const double s : made.scale) change.push_back(size * s * random.normal());
      return change;
    };
    const std::vector<double> touch = draw(1);
    std::vector<double> bend_touch;
    const std::size_t kinks = around.minorants().tangent_at(touch).kinks();
    for (std::size_t at = 0; at < kinks * touch.size(); ++at) {
      bend_touch.push_back(0.5 * made.scale[at / kinks] * random.normal());
    }
    const minorant::SeparableMinorant m = minorants.minorant_at(
        touch, around.reader.has_bends() ? std::span<const double>(bend_touch) : std::span<const double>());
    for (int k = 0; k < 10; ++k) {
      const std::vector<double> change = draw(std::pow(10, random.uniform(-3, 0.5)));
      std::vector<double> moved(change.size());
      double value = m.margin;
      for (std::size_t i = 0; i < moved.size(); ++i) {
        moved[i] = around.x[i] + change[i];
        value += m.coefficient[i] * change[i];
        for (std::size_t at = i * m.kinks(); at < (i + 1) * m.kinks(); ++at) {
          value += m.bend[at] * (std::fabs(m.offset[at] + change[i]) - std::fabs(m.offset[at]));
        }
      }
      // all that is summed anywhere near, times the unit of float32, times the roundings of a few layers
      std::vector<double> touched(touch.size());
      for (std::size_t i = 0; i < touched.size(); ++i) touched[i] = around.x[i] + touch[i];
      const auto exact = reference.bounded_value(moved);
      const double slack = 0x1p44 * static_cast<double>(exact.error + reference.bounded_value(touched).error +
                                                        reference.bounded_value(support::widen(around.x)).error);
      if (!std::isfinite(slack) || !std::isfinite(value)) continue;
      ++compared;
      ASSERT_LE(value, static_cast<double>(exact.value) + slack) << "seed " << seed;
    }
  }
  EXPECT_GT(compared, 1000U);
}

TEST(PlanMinorants, WithSeveralKinksTheyAreWhatTheVerifierSeesButForFloat32) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto map = seed % 2 == 0 ? support::MapFamily::kKnots : support::MapFamily::kKinked;
    const auto made = support::random_model(random, support::random_family_of_one_head(random), map);
    Around around(made.model, support::random_input(random, made));
    const auto verifier = verify::Verifier::create(made.model);
    if (!verifier || !std::isfinite(around.logit)) continue;
    verify::ProvenMinorant proven = verifier->minorant(around.x, around.infer.slopes);
    if (!proven.is_separable) proven = verify::seen_from_input(verifier->map().unit_map(), around.x, proven);
    minorant::SeparableMinorant found;
    around.plan.backward(around.infer);
    around.reader.read_minorant(around.x, Lane{features_of(around.infer, around.x).data()}, around.logit,
                                Lane{around.infer.feature_dual.data()}, found);
    const minorant::SeparableMinorant& expected = proven.separable;
    ASSERT_EQ(found.kinks(), expected.kinks()) << "seed " << seed;
    double largest = 0;
    for (const double b : expected.bend) largest = std::max(largest, std::fabs(b));
    for (const double c : expected.coefficient) largest = std::max(largest, std::fabs(c));
    if (!(largest > 1e-30 && largest < 1e30)) continue;
    for (std::size_t i = 0; i < expected.dim(); ++i) {
      EXPECT_NEAR(found.coefficient[i], expected.coefficient[i], 1e-4 * largest) << "seed " << seed;
    }
    for (std::size_t at = 0; at < expected.bend.size(); ++at) {
      EXPECT_NEAR(found.bend[at], expected.bend[at], 1e-4 * largest) << "seed " << seed;
      if (expected.bend[at] == 0) continue;
      const double size = std::fabs(around.x[at / expected.kinks()]) + std::fabs(expected.offset[at]);
      EXPECT_NEAR(found.offset[at], expected.offset[at], 1e-9 * size) << "seed " << seed;
    }
    ++compared;
  }
  EXPECT_GT(compared, 100U);
}

}  // namespace
}  // namespace standfast::search
