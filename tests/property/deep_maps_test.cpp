// The promise for deep maps: no change smaller than a printed radius flips a verdict, in any norm and of either class.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "model/max_affine.hpp"
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

/// -f of a model whose g is one affine node.
model::Model negated(model::Model model) {
  model::Node& node = model.graph.nodes.front();
  for (float& w : node.weight.values) w = -w;
  for (float& b : node.bias.values) b = -b;
  model.threshold = -model.threshold;
  return model;
}

TEST(DeepMaps, NoAttackFlipsAnOtherVerdictOfAnAffineScore) {
  Tally tally("DeepMaps.Other");
  std::size_t positive = 0;
  for_each_case(60, [&](Random& random) {
    auto generated = random_model(random, Family::kAffine, MapFamily::kDeep);
    if (generated.model.graph.nodes.size() > 1 || !model::is_max_affine(generated.model)) return tally.refused();
    const auto x = random_input(random, generated);
    set_margin(generated.model, x, -std::exp(random.normal()));
    CertifyOptions options;
    options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
    options.both_classes = true;
    const auto certificates = make_classifier(generated.model).certify(x, 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    ASSERT_FALSE(certificates->sensitive(0));
    const Reference reference(negated(generated.model));
    for (std::size_t k = 0; k < options.norms.size(); ++k) {
      tally.combination();
      const double radius = certificates->radius(0, k);
      tally.radius(radius);
      if (radius == 0) continue;
      ++positive;
      const AttackProblem problem(reference, x, options.norms[k], options.threat);
      const auto attack = smallest_attack(problem, random);
      EXPECT_FALSE(disproves(options.norms[k], radius, attack.distance_upper))
          << options.norms[k].name() << " radius " << radius << " " << attack.distance_upper << "\n"
          << describe(generated.model);
    }
  });
  EXPECT_GT(positive, 15U);
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
