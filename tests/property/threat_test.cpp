// How a radius answers to its threat model: less freedom for the attacker never costs radius.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/attack_problem.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

// the verifier shrinks a radius by 1e-11 * 4^k until it can confirm it; twelve steps of that stay below
constexpr double kConfirmSlack = 1e-11 * 16777216;

std::vector<double> filled(std::vector<double> values, std::size_t dim, double otherwise) {
  if (values.empty()) values.assign(dim, otherwise);
  return values;
}

/// Costs raised and bounds moved towards x, feature by feature.
ThreatModel tightened(Random& random, const ThreatModel& threat, std::span<const float> x) {
  const auto dim = x.size();
  auto tight = threat_of(filled(threat.cost, dim, 1), filled(threat.lower, dim, -kInfinity),
                         filled(threat.upper, dim, kInfinity), filled(threat.max_decrease, dim, kInfinity),
                         filled(threat.max_increase, dim, kInfinity));
  for (std::size_t i = 0; i < dim; ++i) {
    const double value = static_cast<double>(x[i]);
    if (random.below(3) == 0) tight.cost[i] *= 1 + 3 * random.uniform();
    if (random.below(3) == 0)
      tight.lower[i] = std::max(tight.lower[i], std::min(value, tight.upper[i]) - random.uniform());
    if (random.below(3) == 0)
      tight.upper[i] = std::min(tight.upper[i], std::max(value, tight.lower[i]) + random.uniform());
    if (random.below(4) == 0) tight.max_decrease[i] *= random.uniform(0.1, 1);
    if (random.below(4) == 0)
      tight.max_increase[i] = random.below(2) == 0 ? 0 : std::min(tight.max_increase[i], random.uniform());
  }
  return tight;
}

struct PricedSubject {
  RandomModel generated;
  std::vector<float> x;
  ThreatModel threat;
};

/// With a margin that rounding cannot eat, so that a slack is about the search and not about cancellation.
PricedSubject random_subject(Random& random) {
  for (;;) {
    PricedSubject subject{random_model(random, random_family(random), MapFamily::kSeparable), {}, {}};
    subject.x = random_input(random, subject.generated);
    set_margin(subject.generated.model, subject.x, random.uniform(0.5, 2));
    if (!(Reference(subject.generated.model).condition(widen(subject.x)) < 1e4)) continue;
    subject.threat = random_threat(random, subject.generated, subject.x);
    return subject;
  }
}

TEST(Threat, LessFreedomNeverCostsRadius) {
  for_each_case(400, [](Random& random) {
    const auto subject = random_subject(random);
    const auto classifier = make_classifier(subject.generated.model);
    const auto tight = tightened(random, subject.threat, subject.x);
    ASSERT_TRUE(tight.validate(subject.x.size()).ok());
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double before = radius_of(classifier, subject.x, norm, subject.threat);
      const double after = radius_of(classifier, subject.x, norm, tight);
      EXPECT_GE(after, before * (1 - kConfirmSlack))
          << norm.name() << "\n"
          << describe(subject.generated.model) << ::testing::PrintToString(subject.x) << "\n"
          << describe(subject.threat) << "tightened to\n"
          << describe(tight);
    }
  });
}

TEST(Threat, TheRadiusScalesWithTheCosts) {
  for_each_case(250, [](Random& random) {
    const auto subject = random_subject(random);
    const auto classifier = make_classifier(subject.generated.model);
    const double factor = std::pow(10.0, random.uniform(-3, 3));
    auto scaled = subject.threat;
    scaled.cost = filled(scaled.cost, subject.x.size(), 1);
    for (auto& cost : scaled.cost) cost *= factor;
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      for (const auto method : {Method::kClosedForm, Method::kSeparable}) {
        const double plain = radius_of(classifier, subject.x, norm, subject.threat, method);
        const double dear = radius_of(classifier, subject.x, norm, scaled, method);
        if (std::isinf(plain)) {
          EXPECT_TRUE(std::isinf(dear)) << norm.name() << " " << dear;
          continue;
        }
        EXPECT_NEAR(dear, plain * factor, plain * factor * kConfirmSlack)
            << norm.name() << method_name(method) << factor << "\n"
            << describe(subject.generated.model) << describe(subject.threat) << ::testing::PrintToString(subject.x);
      }
    }
  });
}

/// a - b > limit in real arithmetic (Knuth's two-sum gives the difference without error).
bool difference_exceeds(double a, double b, double limit) {
  const double difference = a - b, part = difference - a;
  const double rest = (a - (difference - part)) + (-b - part);
  return difference > limit || (difference == limit && rest > 0);
}

TEST(Threat, TheIntervalOfChangesLeavesNoAllowedChangeOut) {
  for_each_case(2000, [](Random& random) {
    const auto draw = [&] { return random.normal() * std::pow(10.0, random.uniform(-6, 6)); };
    const double x = static_cast<double>(static_cast<float>(draw())), a = draw(), b = draw();
    const auto threat = threat_of({}, {std::min(a, b)}, {std::max(a, b)});
    const auto interval = threat.interval_rounded_out(0, x);
    EXPECT_LE(interval.lo, 0);
    EXPECT_GE(interval.hi, 0);
    if (x < threat.upper[0]) {
      EXPECT_FALSE(difference_exceeds(threat.upper[0], x, interval.hi)) << x;
    }
    if (x > threat.lower[0]) {
      EXPECT_FALSE(difference_exceeds(x, threat.lower[0], -interval.lo)) << x;
    }
  });
}

TEST(Threat, FrozenFeaturesAndBoundsAtTheInputLeaveNothingToFear) {
  for_each_case(60, [](Random& random) {
    const auto subject = random_subject(random);
    const auto classifier = make_classifier(subject.generated.model);
    const std::vector<double> none(subject.x.size(), 0.0), here(subject.x.begin(), subject.x.end());
    const auto frozen = threat_of({}, {}, {}, none, none), pinned = threat_of({}, here, here);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      EXPECT_TRUE(std::isinf(radius_of(classifier, subject.x, norm, frozen)))
          << norm.name() << describe(subject.generated.model);
      EXPECT_TRUE(std::isinf(radius_of(classifier, subject.x, norm, pinned)))
          << norm.name() << describe(subject.generated.model);
    }
  });
}

TEST(Threat, TheWeakestDirectionIsAllowedAndHasTheSizeOfItsRadius) {
  for_each_case(1500, [](Random& random) {
    const auto subject = random_subject(random);
    const auto classifier = make_classifier(subject.generated.model);
    const Reference reference(subject.generated.model);
    const auto threat = random_bounded_threat(random, subject.generated, subject.x);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      const auto weakest = classifier.weakest_direction(subject.x, norm, threat);
      ASSERT_TRUE(weakest.ok()) << weakest.error().message;
      ASSERT_EQ(weakest->change.size(), subject.x.size());
      const AttackProblem problem(reference, subject.x, norm, threat);
      std::vector<double> priced;
      for (std::size_t i = 0; i < subject.x.size(); ++i) {
        const double x = problem.input()[i], change = weakest->change[i], size = std::fabs(x) + std::fabs(change);
        // the change itself is rounded once and the interval once, both relative to what they were added from
        EXPECT_GE(x + change, problem.lower(i) - 0x1p-50 * size) << norm.name() << " feature " << i;
        EXPECT_LE(x + change, problem.upper(i) + 0x1p-50 * size) << norm.name() << " feature " << i;
        priced.push_back(problem.cost(i) * change);
      }
      // a count of k harmless changes is exceeded by the (k + 1)-th
      const double allowed = norm.p() == 0 ? weakest->radius + 1 : weakest->radius * (1 + 1e-6);
      EXPECT_LE(norm.of_vector(priced), allowed)
          << norm.name() << describe(subject.generated.model) << describe(threat);
    }
  });
}

}  // namespace
}  // namespace standfast::support
