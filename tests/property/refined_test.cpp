// Radii from several minorants: no attack wins inside them, and more work never costs radius.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/inside.hpp"
#include "support/random_threat.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

struct Question {
  RandomModel generated;
  std::vector<float> x;
  ThreatModel threat;
};

Question random_question(Random& random) {
  constexpr MapFamily kMaps[] = {MapFamily::kSeparable, MapFamily::kKnots, MapFamily::kKinked};
  const Family family = random_family(random);
  Question question{random_model(random, family, kMaps[random.below(3)]), {}, {}};
  question.x = random_input(random, question.generated);
  question.threat = random.below(2) == 0 ? random_bounded_threat(random, question.generated, question.x)
                                         : random_threat(random, question.generated, question.x);
  return question;
}

CertifyOptions options_for(Random& random, const ThreatModel& threat, Method method) {
  CertifyOptions options;
  options.method = method;
  options.guarantee = random.below(3) == 0 ? Guarantee::kDeployed : Guarantee::kReal;
  options.precision = random.below(3) == 0 ? Precision::kFloat32 : Precision::kFloat64;
  options.threat = threat;
  options.threads = 1;
  options.passes = 2 + random.below(7);
  return options;
}

std::string context(const Question& question, const CertifyOptions& options, Norm norm) {
  return std::string(method_name(options.method)) + " " + norm.name() + " passes " + std::to_string(options.passes) +
         "\n" + ::testing::PrintToString(question.x) + "\n" + describe(question.generated.model) +
         describe(question.threat);
}

/// The library's own adversarial inputs, per norm: the input itself where none was found.
std::vector<std::vector<double>> library_attacks(const Classifier& classifier, const Question& question,
                                                 const std::vector<Norm>& norms, std::vector<double>& distances) {
  AttackOptions options;
  options.norms = norms;
  options.threat = question.threat;
  options.restarts = 1;
  options.threads = 1;
  const auto attacks = classifier.attack(question.x, 1, options);
  EXPECT_TRUE(attacks.ok()) << attacks.error().message;
  std::vector<std::vector<double>> points;
  const auto dim = question.x.size();
  for (std::size_t k = 0; k < norms.size() && attacks.ok(); ++k) {
    points.push_back(widen(std::span(attacks->inputs).subspan(k * dim, dim)));
    distances.push_back(attacks->distance(0, k));
  }
  return points;
}

void expect_unbeaten(Random& random, Tally& tally, const Question& question) {
  const auto classifier = make_classifier(question.generated.model);
  const Reference reference(question.generated.model);
  const std::vector<Norm> norms{Norm::l1(), Norm::l2(), Norm::linf()};
  std::vector<double> distances;
  const auto points = library_attacks(classifier, question, norms, distances);
  ASSERT_EQ(points.size(), norms.size());
  std::vector<Attack> attacks;
  const std::vector<std::vector<float>> others{random_input(random, question.generated)};
  for (std::size_t k = 0; k < norms.size(); ++k) {
    tally.combination();
    const AttackProblem problem(reference, question.x, norms[k], question.threat);
    // an adversarial input that stands is one: no cheaper than it says
    if (std::isfinite(distances[k]) && distances[k] > 0) {
      EXPECT_TRUE(problem.inside(points[k])) << context(question, {}, norms[k]);
      EXPECT_LE(problem.distance_upper(points[k]), distances[k] * (1 + 0x1p-40)) << context(question, {}, norms[k]);
    }
    attacks.push_back(smallest_attack(problem, random, others));
  }
  for (const auto method : {Method::kRefined, Method::kExact}) {
    const auto options = options_for(random, question.threat, method);
    const auto certificates = classifier.certify(question.x, 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    for (std::size_t k = 0; k < norms.size(); ++k) {
      const double radius = certificates->radius(0, k);
      tally.radius(radius);
      ASSERT_FALSE(std::isnan(radius)) << context(question, options, norms[k]);
      ASSERT_GE(radius, 0);
      if (radius == 0) continue;
      if (radius < kInfinity && radius >= 0.99 * attacks[k].distance_upper) tally.met();
      EXPECT_FALSE(disproves(norms[k], radius, attacks[k].distance_upper))
          << radius << " attacked at " << attacks[k].distance_upper << " by "
          << ::testing::PrintToString(attacks[k].point) << "\n"
          << context(question, options, norms[k]);
      EXPECT_TRUE(distances[k] == 0 || !disproves(norms[k], radius, distances[k]))
          << radius << " attacked by the library at " << distances[k] << "\n"
          << context(question, options, norms[k]);
      const AttackProblem problem(reference, question.x, norms[k], question.threat);
      const auto flip =
          flip_inside(problem, radius, std::vector{points[k], attacks[k].point.empty() ? points[k] : attacks[k].point});
      EXPECT_FALSE(flip) << radius << " flipped by " << ::testing::PrintToString(*flip) << "\n"
                         << context(question, options, norms[k]);
    }
  }
}

TEST(Refined, NoAttackFlipsAVerdictInsideARadiusOfSeveralMinorants) {
  Tally tally("refined and exact");
  for_each_case(150, [&](Random& random) { expect_unbeaten(random, tally, random_question(random)); });
}

TEST(Refined, MorePassesThanTheSeparableOneNeverCostRadius) {
  // the search compares radii in rounded arithmetic before the verifier does: 1e-9 relative, and what cancellation adds
  for_each_case(300, [](Random& random) {
    const auto question = random_question(random);
    const auto classifier = make_classifier(question.generated.model);
    const double rounding = 0x1p-48 * Reference(question.generated.model).condition(widen(question.x));
    for (const auto method : {Method::kRefined, Method::kExact}) {
      auto options = options_for(random, question.threat, method);
      options.precision = Precision::kFloat64;  // in float32 the verifier's own rounding is what differs
      const auto more = classifier.certify(question.x, 1, options);
      options.method = Method::kSeparable;
      const auto one = classifier.certify(question.x, 1, options);
      options.method = method;
      ASSERT_TRUE(more.ok() && one.ok());
      for (std::size_t k = 0; k < options.norms.size(); ++k) {
        if (std::isinf(more->radius(0, k)) || one->radius(0, k) == 0) continue;
        EXPECT_GE(more->radius(0, k), one->radius(0, k) * (1 - 1e-9 - rounding))
            << context(question, options, options.norms[k]);
      }
    }
  });
}

TEST(Refined, WhatSeparableProvesInfiniteStaysInfinite) {
  for_each_case(150, [](Random& random) {
    auto question = random_question(random);
    const auto classifier = make_classifier(question.generated.model);
    const std::vector<double> nothing(question.x.size(), 0.0);
    question.threat.max_increase = nothing;
    if (random.below(2) == 0) question.threat.max_decrease = nothing;
    for (const auto method : {Method::kRefined, Method::kExact}) {
      auto options = options_for(random, question.threat, method);
      options.norms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
      const auto more = classifier.certify(question.x, 1, options);
      options.method = Method::kSeparable;
      const auto one = classifier.certify(question.x, 1, options);
      ASSERT_TRUE(more.ok() && one.ok());
      for (std::size_t k = 0; k < options.norms.size(); ++k) {
        if (std::isinf(one->radius(0, k))) {
          EXPECT_TRUE(std::isinf(more->radius(0, k))) << context(question, options, options.norms[k]);
        }
      }
    }
  });
}

TEST(Refined, AKeptProofIsConfirmedAtItsRadius) {
  for_each_case(150, [](Random& random) {
    const auto question = random_question(random);
    const auto classifier = make_classifier(question.generated.model);
    auto options = options_for(random, question.threat, random.below(2) == 0 ? Method::kRefined : Method::kExact);
    options.keep_proofs = true;
    const auto certificates = classifier.certify(question.x, 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    ASSERT_EQ(certificates->proofs.size(), options.norms.size());
    for (std::size_t k = 0; k < options.norms.size(); ++k) {
      const double radius = certificates->radius(0, k);
      const auto confirmed =
          classifier.confirm(question.x, {options.norms[k], radius, certificates->proofs[k]}, question.threat);
      ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
      EXPECT_GE(*confirmed, radius) << context(question, options, options.norms[k]);
    }
  });
}

TEST(Refined, AnOtherVerdictHasRadiusZero) {
  for_each_case(80, [](Random& random) {
    auto question = random_question(random);
    set_margin(question.generated.model, question.x, -1);
    const auto classifier = make_classifier(question.generated.model);
    const auto f = Reference(question.generated.model).bounded_value(widen(question.x));
    if (!(f.value + f.error < -0.5L)) return;
    for (const auto method : {Method::kRefined, Method::kExact}) {
      const auto certificates = classifier.certify(question.x, 1, options_for(random, question.threat, method));
      ASSERT_TRUE(certificates.ok()) << certificates.error().message;
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_EQ(certificates->radius(0, k), 0) << describe(question.generated.model);
    }
  });
}

}  // namespace
}  // namespace standfast::support
