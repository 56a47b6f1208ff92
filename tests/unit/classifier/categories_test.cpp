// Categories through the public calls: a plane whose radii are worked out by hand, its other class, and what is
// refused.
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/classifier.hpp"
#include "support/cases.hpp"
#include "support/small_models.hpp"

namespace standfast::classifier {
namespace {

const std::vector<Norm> kFour = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
const std::vector<float> kValues = {1, 0, 0, 1, 0, 0};

/// At kValues 2.5. A move of the first category takes 2, one of the second 1, and the last feature its own change.
model::Model plane(float sign = 1) {
  return support::affine_model({sign, 0, -sign, 0.5F * sign, -0.5F * sign, -sign}, sign);
}

ThreatModel categories_of_plane() {
  ThreatModel threat;
  threat.categories = {{"a", {0, 1, 2}, 1}, {"b", {3, 4}, 1}};
  threat.upper = {kInfinity, kInfinity, kInfinity, kInfinity, kInfinity, 4};
  threat.lower = {-kInfinity, -kInfinity, -kInfinity, -kInfinity, -kInfinity, -4};
  return threat;
}

CertifyOptions options_of_plane(Method method = Method::kSeparable) {
  CertifyOptions options;
  options.norms = kFour;
  if (method == Method::kClosedForm) options.norms.erase(options.norms.begin());
  options.threat = categories_of_plane();
  options.method = method;
  return options;
}

TEST(Categories, RadiiAndAttacksMeetWhereTheyShould) {
  const Classifier classifier = support::make_classifier(plane());
  AttackOptions attack;
  attack.norms = kFour;
  attack.threat = categories_of_plane();
  const auto found = classifier.attack(kValues, 1, attack);
  ASSERT_TRUE(found.ok()) << found.error().message;
  // one feature alone: the last one; a and half of the last one; the same; both moves
  const double exact[] = {1, 1.5, std::sqrt(1.25), 1};
  for (const Method method : {Method::kSeparable, Method::kRefined, Method::kExact}) {
    const auto radii = classifier.certify(kValues, 1, options_of_plane(method));
    ASSERT_TRUE(radii.ok()) << radii.error().message;
    for (std::size_t k = 0; k < kFour.size(); ++k) {
      const double certified = k == 0 ? radii->radius(0, 0) + 1 : radii->radius(0, k);
      EXPECT_NEAR(certified, exact[k], 2e-3) << kFour[k].name() << method_name(method);
      EXPECT_LE(certified, exact[k]);
      EXPECT_NEAR(found->distances[k], exact[k], 2e-3) << kFour[k].name();
      EXPECT_GE(found->distances[k], exact[k]);
    }
  }
}

TEST(Categories, TheOtherClassHasTheSameRadii) {
  const auto alarms = support::make_classifier(plane()).certify(kValues, 1, options_of_plane());
  CertifyOptions options = options_of_plane();
  options.both_classes = true;
  const auto others = support::make_classifier(plane(-1)).certify(kValues, 1, options);
  ASSERT_TRUE(alarms.ok() && others.ok());
  for (std::size_t k = 0; k < kFour.size(); ++k) EXPECT_NEAR(others->radius(0, k), alarms->radius(0, k), 1e-9);
  options.method = Method::kClosedForm;
  options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  const auto closed = support::make_classifier(plane(-1)).certify(kValues, 1, options);
  ASSERT_TRUE(closed.ok());
  EXPECT_NEAR(closed->radius(0, 0), 1.25, 1e-9);
  EXPECT_NEAR(closed->radius(0, 1), 2.5 / std::sqrt(6), 1e-9);
  EXPECT_NEAR(closed->radius(0, 2), 0.625, 1e-9);
}

TEST(Categories, TheClosedFormHasOneEntryPerCategory) {
  CertifyOptions options = options_of_plane(Method::kClosedForm);
  options.norms.push_back(*Norm::of(3));
  const auto radii = support::make_classifier(plane()).certify(kValues, 1, options);
  ASSERT_TRUE(radii.ok()) << radii.error().message;
  EXPECT_NEAR(radii->radius(0, 0), 1.25, 1e-9);
  EXPECT_NEAR(radii->radius(0, 1), 2.5 / std::sqrt(6), 1e-9);
  EXPECT_NEAR(radii->radius(0, 2), 0.625, 1e-9);
  EXPECT_NEAR(radii->radius(0, 3), 2.5 / std::pow(2 * std::sqrt(2) + 2, 2.0 / 3), 1e-6);
}

TEST(Categories, RadiiAreLargerThanThoseOfOneHotColumns) {
  const Classifier classifier = support::make_classifier(plane());
  const auto moves = classifier.certify(kValues, 1, options_of_plane());
  CertifyOptions columns = options_of_plane();
  columns.threat.categories.clear();
  columns.threat.cost = {0.5, 0.5, 0.5, 0.5, 0.5, 1};  // so that a move costs 1 as well
  const auto box = classifier.certify(kValues, 1, columns);
  ASSERT_TRUE(moves.ok() && box.ok());
  EXPECT_EQ(moves->logits, box->logits);
  for (std::size_t k = 1; k < kFour.size(); ++k) EXPECT_GT(moves->radius(0, k), 1.1 * box->radius(0, k));
}

TEST(Categories, AnInputWithoutOneValueIsRefusedByName) {
  const Classifier classifier = support::make_classifier(plane());
  std::vector<float> two = kValues;
  two.insert(two.end(), {1, 0, 0, 1, 1, 0});
  AttackOptions attack;
  attack.norms = kFour;
  attack.threat = categories_of_plane();
  for (const auto& error :
       {classifier.certify(two, 2, options_of_plane()).error(), classifier.attack(two, 2, attack).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kBadValue);
    EXPECT_EQ(error.message,
              "input 1: category \"b\": feature 3 is 1, feature 4 is 1, expected one feature of 1 and 1 of 0");
  }
}

TEST(Categories, AMapThatMixesFeaturesIsRefused) {
  model::Model mixing = plane();
  model::MapStep step;
  step.kind = model::MapKind::kLinear;
  step.values = {{6, 6}, std::vector<float>(36, 1)};
  mixing.feature_map = {step};
  const auto refused = support::make_classifier(mixing).certify(kValues, 1, options_of_plane());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(refused.error().message,
            "categories: found a feature map that mixes features, expected one of single features");
}

TEST(Categories, TheWeakestDirectionMovesWholeCategoriesToTheirWorstValue) {
  const auto weakest = support::make_classifier(plane()).weakest_direction(kValues, Norm::l1(), categories_of_plane());
  ASSERT_TRUE(weakest.ok()) << weakest.error().message;
  EXPECT_LT(weakest->change[0], 0);
  EXPECT_EQ(weakest->change[1], 0);
  EXPECT_EQ(weakest->change[2], -weakest->change[0]);
}

}  // namespace
}  // namespace standfast::classifier
