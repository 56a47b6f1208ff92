// The printed promise at the last bit: no float32 input strictly inside a radius has the other verdict.
#include "support/ulp_hunter.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/hard_models.hpp"
#include "support/inside.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kHuntedNorms{Norm::l1(), Norm::l2(), Norm::linf()};
constexpr int kBudget = 60;  // forward passes per start

struct Ground {
  HardCase hard;
  ThreatModel threat;
};

/// Half of them built to be hard, half from the usual networks, convolutions included.
Ground random_ground(Random& random) {
  if (random.below(2) == 0) {
    auto hard = hard_case(random, kEveryHardness[random.below(std::size(kEveryHardness))]);
    auto threat = hard_threat(random, hard);
    return {std::move(hard), std::move(threat)};
  }
  Ground ground;
  auto& hard = ground.hard;
  hard.generated = random_model(random, random_family(random), MapFamily::kSeparable);
  hard.x = random_input(random, hard.generated);
  if (random.below(3) == 0) set_margin(hard.generated.model, hard.x, std::pow(10.0, random.uniform(-7, 0)));
  ground.threat = random_threat(random, hard.generated, hard.x);
  return ground;
}

/// Where the library itself sees the weakest points: its worst change, and its attack.
std::vector<std::vector<double>> weak_points(const Classifier& classifier, const Ground& ground, Norm norm) {
  std::vector<std::vector<double>> points;
  const auto weakest = classifier.weakest_direction(ground.hard.x, norm, ground.threat);
  if (weakest.ok()) {
    points.push_back(widen(ground.hard.x));
    for (std::size_t i = 0; i < weakest->change.size(); ++i) {
      points.back()[i] += std::isfinite(weakest->change[i]) ? weakest->change[i] : 0.0;
    }
  }
  AttackOptions options;
  options.norms = {norm};
  options.threat = ground.threat;
  options.restarts = 0;
  options.threads = 1;
  if (const auto attacks = classifier.attack(ground.hard.x, 1, options); attacks.ok())
    points.push_back(widen(attacks->inputs));
  return points;
}

std::optional<Certificates> certify(Random& random, const Classifier& classifier, const Ground& ground,
                                    Guarantee guarantee) {
  constexpr Method kMethods[] = {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact};
  CertifyOptions options;
  options.norms = kHuntedNorms;
  options.method = kMethods[random.below(4)];
  options.passes = 2 + random.below(7);
  options.guarantee = guarantee;
  options.precision = random.below(2) == 0 ? Precision::kFloat32 : Precision::kFloat64;
  options.threat = ground.threat;
  options.threads = 1;
  auto certificates = classifier.certify(ground.hard.x, 1, options);
  if (!certificates.ok()) return std::nullopt;
  return std::move(certificates).value();
}

void hunt_around(Random& random, Tally& tally, const Ground& ground, Guarantee guarantee) {
  const auto& model = ground.hard.generated.model;
  const auto classifier = try_make_classifier(model);
  if (!classifier.ok()) return tally.refused();
  const auto certificates = certify(random, *classifier, ground, guarantee);
  if (!certificates) return tally.refused();
  const Reference reference(model);
  const auto error = deployed::deployed_error(model);
  const bool deployed = guarantee == Guarantee::kDeployed;
  if (deployed) {
    ASSERT_EQ(certificates->slack.size(), 1U);
    const double slack = certificates->slack[0];
    EXPECT_TRUE(slack == error.at(ground.hard.x) || (slack == 0 && !certificates->sensitive(0))) << slack;
  }
  for (std::size_t k = 0; k < kHuntedNorms.size(); ++k) {
    const double radius = certificates->radius(0, k);
    tally.combination();
    tally.radius(radius);
    ASSERT_FALSE(std::isnan(radius));
    if (radius == 0) continue;
    ASSERT_TRUE(certificates->sensitive(0));
    const AttackProblem problem(reference, ground.hard.x, kHuntedNorms[k], ground.threat);
    // an infinite radius is hunted in where inputs still look like inputs
    const double reach = std::isinf(radius) ? 1e3 : radius;
    const auto weak = weak_points(*classifier, ground, kHuntedNorms[k]);
    for (const double share : {1 - 1e-12, 1 - std::pow(10.0, random.uniform(-11, -3))}) {
      const auto starts = lowest_inside(problem, share * reach, weak);
      for (std::size_t s = 0; s < std::min<std::size_t>(2, starts.size()); ++s) {
        UlpHunter hunter(*classifier, problem, deployed ? &error : nullptr, radius);
        const auto found = hunter.hunt(starts[s], random, kBudget);
        tally.tried(hunter.tried());
        ASSERT_FALSE(found) << *found << "\n"
                            << ::testing::PrintToString(ground.hard.x) << "\n"
                            << describe(model) << describe(ground.threat);
      }
    }
  }
}

TEST(UlpHunter, NoFloat32InputInsideARadiusIsOfTheOtherClassInRealArithmetic) {
  Tally tally("hunted in real arithmetic");
  for_each_case(1000, [&](Random& random) { hunt_around(random, tally, random_ground(random), Guarantee::kReal); });
}

TEST(UlpHunter, NoFloat32InputInsideADeployedRadiusGetsTheOtherVerdict) {
  Tally tally("hunted in the deployed program");
  for_each_case(1000, [&](Random& random) { hunt_around(random, tally, random_ground(random), Guarantee::kDeployed); });
}

TEST(UlpHunter, RadiiAThousandthTooLargeAreFoundOut) {
  // a hunter that misses these would make every test above pass
  std::size_t caught = 0, caught_inside = 0, all = 0;
  for_each_case(120, [&](Random& random) {
    Ground ground;
    auto& generated = ground.hard.generated;
    generated = random_model(random, Family::kAffine, MapFamily::kSeparable);
    ground.hard.x = random_input(random, generated);
    set_margin(generated.model, ground.hard.x, random.uniform(0.1, 1));
    const Reference reference(generated.model);
    if (!(reference.condition(widen(ground.hard.x)) < 1e3)) return;
    const auto classifier = make_classifier(generated.model);
    const auto error = deployed::deployed_error(generated.model);
    for (const auto norm : kHuntedNorms) {
      const double radius = radius_of(classifier, ground.hard.x, norm, ground.threat) * 1.001;
      const auto& map = generated.model.feature_map;
      if (std::isinf(radius) || (!map.empty() && map.back().kind == model::MapKind::kAbs))
        continue;  // not always exact
      const AttackProblem problem(reference, ground.hard.x, norm, ground.threat);
      const auto starts = lowest_inside(problem, radius, weak_points(classifier, ground, norm));
      UlpHunter real(classifier, problem, nullptr, radius), deployed(classifier, problem, &error, radius);
      ++all;
      if (real.hunt(starts.front(), random, kBudget) && deployed.hunt(starts.front(), random, kBudget)) ++caught;
      if (flip_inside(problem, radius)) ++caught_inside;
    }
  });
  std::cout << caught << " and " << caught_inside << " of " << all << " found out\n";
  if (all < 50) return;  // repeated alone, a case has no share
  EXPECT_GE(caught, all * 9 / 10);
  EXPECT_GE(caught_inside, all * 9 / 10);
}

TEST(UlpHunter, ASumWhoseRoundingsAllGoOneWayStaysSensitive) {
  // the logit is as far below f as float32 allows, so that a slack one tenth smaller would flip the verdict
  for (const std::size_t n : {std::size_t{40}, std::size_t{200}, std::size_t{1000}}) {
    const auto classifier = make_classifier(one_way_sum(n));
    CertifyOptions options;
    options.guarantee = Guarantee::kDeployed;
    const auto certificates = classifier.certify(std::vector<float>(n, 1), 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    const double logit = certificates->logits[0];
    ASSERT_LE(logit, -0x1p-24 * static_cast<double>(n - 8)) << n;
    EXPECT_TRUE(certificates->sensitive(0)) << n;
    EXPECT_LE(certificates->slack[0], -1.5 * logit) << n;
    for (std::size_t k = 0; k < 3; ++k) EXPECT_GT(certificates->radius(0, k), 0) << n;
  }
}

}  // namespace
}  // namespace standfast::support
