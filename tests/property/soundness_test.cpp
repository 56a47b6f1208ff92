// The promise itself: no change smaller than a printed radius flips a verdict.
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

std::vector<std::vector<float>> inputs_of(Random& random, const RandomModel& generated, int count) {
  std::vector<std::vector<float>> inputs;
  for (int k = 0; k < count; ++k) inputs.push_back(random_input(random, generated));
  return inputs;
}

struct NearbyQuestion {
  const RandomModel& generated;
  const std::vector<std::vector<float>>& inputs;  ///< The first one is attacked; the others are nearby.
  const ThreatModel& threat;
};

void expect_no_attack_inside(Random& random, const NearbyQuestion& question, const Classifier& classifier, Norm norm,
                             Method method) {
  const auto& x = question.inputs.front();
  const double radius = radius_of(classifier, x, norm, question.threat, method);
  ASSERT_GE(radius, 0);
  if (radius == 0) return;
  const Reference reference(question.generated.model);
  const AttackProblem problem(reference, x, norm, question.threat);
  const auto attack = smallest_attack(problem, random, std::span(question.inputs).subspan(1));
  EXPECT_FALSE(disproves(norm, radius, attack.distance_upper))
      << method_name(method) << " " << norm.name() << " radius " << ::testing::PrintToString(radius)
      << ", but a change of " << ::testing::PrintToString(attack.distance_upper) << " flips the verdict of\n"
      << ::testing::PrintToString(x) << "\nto that of\n"
      << ::testing::PrintToString(attack.point) << "\n"
      << describe(question.generated.model) << describe(question.threat);
}

TEST(Soundness, NoAttackFlipsAVerdictInsideASeparableRadius) {
  for_each_case(400, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto inputs = inputs_of(random, generated, 4);
    const auto threat = random_threat(random, generated, inputs.front());
    const auto bounded = random_bounded_threat(random, generated, inputs.front());
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      expect_no_attack_inside(random, {generated, inputs, threat}, classifier, norm, Method::kSeparable);
    }
    expect_no_attack_inside(random, {generated, inputs, bounded}, classifier, Norm::l0(), Method::kSeparable);
  });
}

TEST(Soundness, NoAttackFlipsAVerdictInsideAClosedFormRadius) {
  const std::vector<Norm> norms{Norm::l1(), Norm::of(1.5).value(), Norm::l2(), Norm::of(3).value(), Norm::linf()};
  for_each_case(250, [&](Random& random) {
    const auto maps = random.below(2) == 0 ? MapFamily::kSeparable : MapFamily::kMixing;
    const auto generated = random_model(random, random_family(random), maps);
    const auto classifier = make_classifier(generated.model);
    const auto inputs = inputs_of(random, generated, 3);
    const auto threat = random_threat(random, generated, inputs.front());
    for (const auto norm : norms) {
      expect_no_attack_inside(random, {generated, inputs, threat}, classifier, norm, Method::kClosedForm);
    }
  });
}

TEST(Soundness, BothSidesJudgeTheSameFunction) {
  for_each_case(150, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const Reference reference(generated.model);
    const auto f = reference.bounded_value(widen(x));
    const auto logits = classifier.logits(x, 1, 1);
    ASSERT_TRUE(logits.ok()) << logits.error().message;
    // error / 2^-64 is the sum of all rounded magnitudes; float32 errs by 2^-24 of each, in whatever order
    const auto slack = static_cast<double>(f.error) * 0x1p40 * 2 + 1e-37;
    EXPECT_NEAR(static_cast<double>((*logits)[0]), static_cast<double>(f.value), slack) << describe(generated.model);
  });
}

}  // namespace
}  // namespace standfast::support
