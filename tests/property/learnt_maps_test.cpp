// The promise for maps with a linear step: no change smaller than a printed radius flips a verdict, and no radius is
// smaller than the closed form's.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

void expect_no_attack_inside(Random& random, const RandomModel& generated, const std::vector<float>& x,
                             const ThreatModel& threat, const Classifier& classifier, Norm norm) {
  const double radius = radius_of(classifier, x, norm, threat, Method::kSeparable);
  ASSERT_GE(radius, 0);
  if (radius == 0) return;
  const Reference reference(generated.model);
  const AttackProblem problem(reference, x, norm, threat);
  const auto attack = smallest_attack(problem, random);
  EXPECT_FALSE(disproves(norm, radius, attack.distance_upper))
      << norm.name() << " radius " << ::testing::PrintToString(radius) << ", but a change of "
      << ::testing::PrintToString(attack.distance_upper) << " flips the verdict of\n"
      << ::testing::PrintToString(x) << "\nto that of\n"
      << ::testing::PrintToString(attack.point) << "\n"
      << describe(generated.model) << describe(threat);
}

TEST(LearntMaps, NoAttackFlipsAVerdictInsideARadius) {
  for_each_case(400, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kMixing);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const auto bounded = random_bounded_threat(random, generated, x);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      expect_no_attack_inside(random, generated, x, threat, classifier, norm);
    }
    expect_no_attack_inside(random, generated, x, bounded, classifier, Norm::l0());
  });
}

TEST(LearntMaps, TheSignSplitIsNeverSmallerThanTheClosedForm) {
  std::vector<std::vector<double>> ratios(3);
  const std::vector<Norm> norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  for_each_case(200, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kMixing);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    for (std::size_t k = 0; k < norms.size(); ++k) {
      const double closed = radius_of(classifier, x, norms[k], threat, Method::kClosedForm);
      const double split = radius_of(classifier, x, norms[k], threat, Method::kSeparable);
      EXPECT_GE(split, closed);
      if (closed > 0 && split < kInfinity) ratios[k].push_back(split / closed);
    }
  });
  for (std::size_t k = 0; k < norms.size(); ++k) {
    std::sort(ratios[k].begin(), ratios[k].end());
    ASSERT_FALSE(ratios[k].empty());
    const double median = ratios[k][ratios[k].size() / 2];
    std::cout << fmt::format("{}: median ratio {:.2f} of {} inputs\n", norms[k].name(), median, ratios[k].size());
    if (std::getenv("STANDFAST_CASES") == nullptr) {
      EXPECT_GT(median, 1.05) << norms[k].name();
    }
  }
}

}  // namespace
}  // namespace standfast::support
