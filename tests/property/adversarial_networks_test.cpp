// Networks built to break a certificate: whatever is printed about them, no flip lies inside it.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/hard_models.hpp"
#include "support/inside.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kNorms{Norm::l1(), Norm::l2(), Norm::linf()};

struct Subject {
  const HardCase& hard;
  const ThreatModel& threat;
  const Classifier& classifier;
  const Reference& reference;
};

std::string context(const Subject& subject, Norm norm) {
  return norm.name() + " at " + ::testing::PrintToString(subject.hard.x) + "\n" +
         describe(subject.hard.generated.model) + describe(subject.threat);
}

/// An overflow of float64 has no logit, and certifies nothing.
std::vector<double> radii_of(const Subject& subject, Method method, Guarantee guarantee, Precision precision,
                             std::size_t passes) {
  CertifyOptions options;
  options.norms = kNorms;
  options.method = method;
  options.guarantee = guarantee;
  options.precision = precision;
  options.threat = subject.threat;
  options.passes = passes;
  options.threads = 1;
  const auto certificates = subject.classifier.certify(subject.hard.x, 1, options);
  EXPECT_TRUE(certificates.ok()) << certificates.error().message;
  if (!certificates.ok()) return {};
  const bool certified = std::ranges::any_of(certificates->radii, [](double radius) { return radius > 0; });
  EXPECT_FALSE(certified && std::isnan(certificates->logits[0]));
  return certificates->radii;
}

void expect_no_flip(Random& random, Tally& tally, const Subject& subject) {
  std::vector<Attack> attacks;
  for (const auto norm : kNorms) {
    tally.combination();
    const AttackProblem problem(subject.reference, subject.hard.x, norm, subject.threat);
    attacks.push_back(smallest_attack(problem, random));
  }
  std::vector<double> largest(kNorms.size(), 0.0);
  for (const auto method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
    for (const auto guarantee : {Guarantee::kReal, Guarantee::kDeployed}) {
      const Precision precision = random.below(2) == 0 ? Precision::kFloat32 : Precision::kFloat64;
      const auto radii = radii_of(subject, method, guarantee, precision, 2 + random.below(7));
      for (std::size_t k = 0; k < radii.size(); ++k) {
        tally.radius(radii[k]);
        ASSERT_FALSE(std::isnan(radii[k])) << context(subject, kNorms[k]);
        ASSERT_GE(radii[k], 0) << context(subject, kNorms[k]);
        EXPECT_FALSE(disproves(kNorms[k], radii[k], attacks[k].distance_upper))
            << method_name(method) << " " << guarantee_name(guarantee) << " " << precision_name(precision) << " "
            << ::testing::PrintToString(radii[k]) << " attacked at "
            << ::testing::PrintToString(attacks[k].distance_upper) << " by "
            << ::testing::PrintToString(attacks[k].point) << "\n"
            << context(subject, kNorms[k]);
        if (radii[k] > 0 && radii[k] < kInfinity && radii[k] >= 0.99 * attacks[k].distance_upper) tally.met();
        largest[k] = std::max(largest[k], radii[k]);
      }
      if (radii.empty()) tally.refused();
    }
  }
  for (std::size_t k = 0; k < kNorms.size(); ++k) {
    if (largest[k] == 0) continue;
    const AttackProblem problem(subject.reference, subject.hard.x, kNorms[k], subject.threat);
    const auto flip = flip_inside(problem, largest[k]);
    EXPECT_FALSE(flip) << ::testing::PrintToString(largest[k]) << " flipped by " << ::testing::PrintToString(*flip)
                       << "\n"
                       << context(subject, kNorms[k]);
  }
}

class AdversarialNetworks : public ::testing::TestWithParam<Hardness> {};

TEST_P(AdversarialNetworks, NoPrintedRadiusHoldsAFlip) {
  Tally tally(std::string(hardness_name(GetParam())));
  for_each_case(80, [&](Random& random) {
    const auto hard = hard_case(random, GetParam());
    const auto threat = hard_threat(random, hard);
    ASSERT_TRUE(threat.validate(hard.x.size()).ok());
    const auto classifier = try_make_classifier(hard.generated.model);
    if (!classifier.ok()) {
      EXPECT_EQ(classifier.error().code, ErrorCode::kUnsupported) << classifier.error().message;
      tally.refused();
      return;
    }
    const Reference reference(hard.generated.model);
    expect_no_flip(random, tally, {hard, threat, *classifier, reference});
  });
}

INSTANTIATE_TEST_SUITE_P(All, AdversarialNetworks, ::testing::ValuesIn(kEveryHardness), [](const auto& tested) {
  std::string name(hardness_name(tested.param));
  for (auto& letter : name) letter = letter == ' ' ? '_' : letter;
  return name;
});

}  // namespace
}  // namespace standfast::support
