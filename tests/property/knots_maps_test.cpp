// The promise for knots: no change smaller than a printed radius flips a verdict, and where one feature moves the
// radius is where the function really crosses 0.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"

namespace standfast::support {
namespace {

/// Of the methods and guarantees of one question, drawn at random.
struct Certifying {
  Method method;
  Guarantee guarantee;
  Precision precision;
};

Certifying random_certifying(Random& random) {
  constexpr std::array kMethods = {Method::kSeparable, Method::kClosedForm, Method::kRefined, Method::kExact};
  constexpr std::array kGuarantees = {Guarantee::kReal, Guarantee::kDeployed};
  return {kMethods[random.below(kMethods.size())], kGuarantees[random.below(2)],
          random.chance(0.3) ? Precision::kFloat32 : Precision::kFloat64};
}

double certified_radius(const Classifier& classifier, const std::vector<float>& x, Norm norm, const ThreatModel& threat,
                        const Certifying& how) {
  CertifyOptions options;
  options.norms = {norm};
  options.threat = threat;
  options.method = how.method;
  options.guarantee = how.guarantee;
  options.precision = how.precision;
  options.threads = 1;
  const auto found = classifier.certify(x, 1, options);
  EXPECT_TRUE(found.ok()) << found.error().message;
  return found.ok() ? found->radius(0, 0) : 0;
}

TEST(KnotsMaps, NoAttackFlipsAVerdictInsideARadius) {
  std::size_t certified = 0;
  for_each_case(300, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kKnots);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const auto bounded = random_bounded_threat(random, generated, x);
    const Reference reference(generated.model);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      const ThreatModel& rules = norm == Norm::l0() ? bounded : threat;
      Certifying how = random_certifying(random);
      if (norm == Norm::l0() && how.method == Method::kClosedForm) how.method = Method::kSeparable;
      const double radius = certified_radius(classifier, x, norm, rules, how);
      ASSERT_GE(radius, 0);
      if (norm != Norm::l0() && how.method == Method::kSeparable && how.precision == Precision::kFloat64) {
        ASSERT_GE(radius, radius_of(classifier, x, norm, rules, Method::kClosedForm) * (1 - 1e-9));
      }
      if (radius == 0) continue;
      ++certified;
      const AttackProblem problem(reference, x, norm, rules);
      const auto attack = smallest_attack(problem, random);
      EXPECT_FALSE(disproves(norm, radius, attack.distance_upper))
          << method_name(how.method) << " " << norm.name() << " radius " << ::testing::PrintToString(radius)
          << ", but a change of " << ::testing::PrintToString(attack.distance_upper) << " flips the verdict of\n"
          << ::testing::PrintToString(x) << "\n"
          << describe(generated.model) << describe(rules);
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(certified, 400U);
  }
}

/// The smallest |d| with slope (psi(x + d) - psi(x)) <= -margin, piece after piece.
long double exact_distance_of_one_feature(const model::MapStep& knots, long double slope, long double x,
                                          long double margin) {
  const std::vector<float>&t = knots.values.values, &s = knots.slopes.values;
  const long double step = slope > 0 ? -1 : 1;  // the way down
  long double at = x, left = margin / std::fabs(slope);
  while (true) {
    // the piece that lies ahead, and where it ends
    std::size_t piece = 0;
    while (piece < t.size() && (step > 0 ? t[piece] <= at : t[piece] < at)) ++piece;
    const bool last = step > 0 ? piece == t.size() : piece == 0;
    const long double end = last ? step * kInfinity : t[step > 0 ? piece : piece - 1];
    const long double rate = s[piece], length = std::fabs(end - at);
    if (rate * length >= left) return std::fabs(at - x) + left / rate;
    left -= rate * length;
    at = end;
  }
}

TEST(KnotsMaps, RadiiOfOneFeatureAreExact) {
  std::size_t compared = 0;
  for_each_case(400, [&](Random& random) {
    const std::size_t m = 1 + random.below(6);
    model::MapStep step;
    step.kind = model::MapKind::kKnots;
    step.values = {{1, static_cast<std::int64_t>(m)}, {}};
    step.slopes = {{1, static_cast<std::int64_t>(m + 1)}, {}};
    for (std::size_t j = 0; j < m; ++j) step.values.values.push_back(static_cast<float>(random.normal()));
    std::ranges::sort(step.values.values);
    for (std::size_t j = 0; j <= m; ++j) step.slopes.values.push_back(static_cast<float>(std::exp(random.normal())));
    const auto slope = static_cast<float>(random.normal());
    model::Model model = affine_model({slope}, 0);
    model.feature_map = {step};
    const std::vector<float> x = {random.chance(0.2) ? step.values.values[random.below(m)]
                                                     : static_cast<float>(random.normal())};
    set_margin(model, x, std::exp(random.normal()));
    const double margin = Reference(model).value(widen(x));
    const auto exact = static_cast<double>(exact_distance_of_one_feature(step, slope, x[0], margin));
    const auto classifier = make_classifier(model);
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double radius = radius_of(classifier, x, norm, {});
      EXPECT_LE(radius, exact * (1 + 1e-9)) << norm.name();
      // norm 2 is bounded by duality, which loses where the function falls faster farther away
      if (norm == Norm::l2()) continue;
      EXPECT_GE(radius, exact * (1 - 1e-6)) << norm.name();
      ++compared;
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(compared, 600U);
  }
}

float any_size(Random& random) {
  constexpr float kEnds[] = {1e-45F, 1.2e-38F, 1, 3e38F};
  if (random.chance(0.2)) return kEnds[random.below(std::size(kEnds))];
  const double decades = random.chance(0.6) ? random.uniform(-3, 3) : random.uniform(-44, 38);
  return static_cast<float>(std::pow(10.0, decades));
}
float any_number(Random& random) { return (random.chance(0.5) ? 1.0F : -1.0F) * any_size(random); }

TEST(KnotsMaps, NoRadiusOfOneFeatureIsTooLargeWhateverTheNumbers) {
  std::size_t compared = 0;
  for_each_case(3000, [&](Random& random) {
    const std::size_t m = 1 + random.below(5);
    model::MapStep step;
    step.kind = model::MapKind::kKnots;
    step.values = {{1, static_cast<std::int64_t>(m)}, {}};
    step.slopes = {{1, static_cast<std::int64_t>(m + 1)}, {}};
    for (std::size_t j = 0; j < m; ++j) step.values.values.push_back(random.chance(0.1) ? 0 : any_number(random));
    std::ranges::sort(step.values.values);
    for (std::size_t j = 0; j <= m; ++j) step.slopes.values.push_back(any_size(random));
    const float weight = any_number(random);
    model::Model model = affine_model({weight}, random.chance(0.5) ? 0 : any_number(random));
    model.feature_map = {step};
    const std::vector<float> x = {random.chance(0.2) ? step.values.values[random.below(m)] : any_number(random)};
    const auto classifier = try_make_classifier(model);
    if (!classifier.ok()) return;
    const Bounded f = Reference(model).bounded_value(widen(x));
    const long double exact = exact_distance_of_one_feature(step, weight, x[0], std::max(f.value + f.error, 0.0L));
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      for (const Method method : {Method::kSeparable, Method::kClosedForm, Method::kRefined, Method::kExact}) {
        const double radius = radius_of(*classifier, x, norm, {}, method);
        EXPECT_LE(radius, exact * (1 + 0x1p-40L))
            << norm.name() << " " << method_name(method) << describe(model) << ::testing::PrintToString(x);
        compared += static_cast<std::size_t>(radius > 0);
      }
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(compared, 3000U);
  }
}

/// Knots whose slopes are all equal: the function is the line through the first of them.
model::Model as_knots(Random& random, model::Model model) {
  const std::size_t m = 1 + random.below(4), dim = model.dim();
  model::MapStep step, center;
  step.kind = model::MapKind::kKnots;
  step.values.shape = {static_cast<std::int64_t>(dim), static_cast<std::int64_t>(m)};
  step.slopes = {{static_cast<std::int64_t>(dim), static_cast<std::int64_t>(m + 1)},
                 std::vector<float>(dim * (m + 1), 1.0F)};
  center.kind = model::MapKind::kCenter;
  for (std::size_t i = 0; i < dim; ++i) {
    std::vector<float> knots;
    // whole numbers: their differences with the centre are exact
    for (std::size_t j = 0; j < m; ++j) knots.push_back(static_cast<float>(static_cast<int>(random.below(9)) - 4));
    std::ranges::sort(knots);
    step.values.values.insert(step.values.values.end(), knots.begin(), knots.end());
    center.values.values.push_back(-knots.front());
  }
  center.values.shape = {static_cast<std::int64_t>(dim)};
  model.feature_map.insert(model.feature_map.begin(), {step, center});
  return model;
}

TEST(KnotsMaps, EqualSlopesChangeNoRadius) {
  std::size_t compared = 0;
  for_each_case(300, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const model::FeatureMap& map = generated.model.feature_map;
    if (!map.empty() && map.back().kind == model::MapKind::kAbs) return;
    const auto plain = make_classifier(generated.model), knots = make_classifier(as_knots(random, generated.model));
    // where units are 0, roundings of the map choose between minorants: not at centres
    std::vector<float> x;
    for (const double s : generated.scale) x.push_back(static_cast<float>(s * 1.5 * random.normal()));
    for (const ThreatModel& threat :
         {random_threat(random, generated, x), random_bounded_threat(random, generated, x)}) {
      for (const Method method : {Method::kSeparable, Method::kClosedForm}) {
        for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
          if (norm == Norm::l0() && method == Method::kClosedForm) continue;
          const double expected = radius_of(plain, x, norm, threat, method);
          const double found = radius_of(knots, x, norm, threat, method);
          // where a change without end almost pays, the rounding decides how far beyond any input a proof reaches
          if (expected > kFarAway && found > kFarAway) continue;
          EXPECT_NEAR(found, expected, 1e-6 * expected) << norm.name() << " " << method_name(method);
          compared += static_cast<std::size_t>(found > 0);
        }
      }
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(compared, 300U);
  }
}

}  // namespace
}  // namespace standfast::support
