// One and two features: every direction on a fine grid, every crossing along it.
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "support/attack_problem.hpp"
#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

RandomModel small_model(Random& random, std::int64_t dim) {
  for (;;) {
    auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    if (generated.model.input_shape == model::Shape{dim}) return generated;
  }
}

/// Tries the points of the ball inside the radius, densest near its surface.
void expect_no_point_inside(const AttackProblem& problem, double radius, std::span<const double> direction,
                            const std::string& context) {
  const double reach = std::isinf(radius) ? 1e6 : radius;
  for (int k = 0; k <= 40; ++k) {
    const double share = k == 0 ? 1 - 1e-12 : 1.0 - std::pow(k / 40.0, 2);
    auto point = problem.input();
    double unit = 0;
    std::vector<double> priced(direction.begin(), direction.end());
    for (std::size_t i = 0; i < priced.size(); ++i) priced[i] *= problem.cost(i);
    unit = problem.norm().of_vector(priced);
    for (std::size_t i = 0; i < point.size(); ++i)
      point[i] = problem.clip(i, point[i] + share * reach / unit * direction[i]);
    if (!(problem.distance_upper(point) < radius)) continue;
    ASSERT_FALSE(problem.reference().surely_other(point))
        << problem.norm().name() << " radius " << ::testing::PrintToString(radius) << " at "
        << ::testing::PrintToString(problem.input()) << " flipped by " << ::testing::PrintToString(point) << "\n"
        << context;
  }
}

void check_all_directions(Random& random, const RandomModel& generated, int directions) {
  const auto x = random_input(random, generated);
  const auto threat = random_threat(random, generated, x);
  const auto classifier = make_classifier(generated.model);
  const Reference reference(generated.model);
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    const double radius = radius_of(classifier, x, norm, threat);
    if (radius == 0) continue;
    const AttackProblem problem(reference, x, norm, threat);
    for (int k = 0; k < directions; ++k) {
      const double angle = 2 * std::numbers::pi * k / directions;
      std::vector<double> direction{std::cos(angle), std::sin(angle)};
      direction.resize(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) direction[i] /= problem.cost(i);
      expect_no_point_inside(problem, radius, direction, describe(generated.model) + describe(threat));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(BruteForce, NoPointOfALineInsideTheRadiusIsOfTheOtherClass) {
  for_each_case(150, [](Random& random) { check_all_directions(random, small_model(random, 1), 2); });
}

TEST(BruteForce, NoPointOfAPlaneInsideTheRadiusIsOfTheOtherClass) {
  for_each_case(60, [](Random& random) { check_all_directions(random, small_model(random, 2), 64); });
}

}  // namespace
}  // namespace standfast::support
