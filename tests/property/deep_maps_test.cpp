// The promise for deep maps: no change smaller than a printed radius flips a verdict, in any norm.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

TEST(DeepMaps, NoAttackFlipsAVerdictInsideARadius) {
  Tally tally("DeepMaps.NoAttack");
  std::size_t positive = 0;
  for_each_case(120, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kDeep);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const Reference reference(generated.model);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      tally.combination();
      const double radius = radius_of(classifier, x, norm, threat, Method::kClosedForm);
      ASSERT_GE(radius, 0);
      tally.radius(radius);
      if (radius == 0) continue;
      ++positive;
      const auto attack = smallest_attack(AttackProblem(reference, x, norm, threat), random);
      EXPECT_FALSE(disproves(norm, radius, attack.distance_upper))
          << norm.name() << " radius " << radius << ", but a change of " << attack.distance_upper << " flips\n"
          << describe(generated.model) << describe(threat);
    }
  });
  EXPECT_GT(positive, 40U);
}

TEST(DeepMaps, ARadiusByTheRatioOfTheNormsIsNeverBelowThatOfTheNormItself) {
  for_each_case(100, [](Random& random) {
    const auto generated = random_model(random, random_family_of_one_head(random), MapFamily::kDeep);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const double l1 = radius_of(classifier, x, Norm::l1(), {}, Method::kClosedForm);
    const double l2 = radius_of(classifier, x, Norm::l2(), {}, Method::kClosedForm);
    const double linf = radius_of(classifier, x, Norm::linf(), {}, Method::kClosedForm);
    EXPECT_GE(l1, l2 * (1 - 1e-12)) << "the norm 2 of a change is at most its norm 1";
    EXPECT_GE(linf, l2 / std::sqrt(static_cast<double>(x.size())) * (1 - 1e-9));
  });
}

}  // namespace
}  // namespace standfast::support
