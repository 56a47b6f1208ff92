// Where the exact radius is known: affine functions, one affine piece over (t, |t|), polygons in the plane.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/exact.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

model::MapStep step(model::MapKind kind, std::vector<float> values) {
  model::MapStep result;
  result.kind = kind;
  if (!values.empty()) result.values = {{static_cast<std::int64_t>(values.size())}, std::move(values)};
  return result;
}

/// f(x) = a.(x - mu) + b.|x - mu| + bias, with b only where `bends` is set; its margin at `x` is 0.1 to 3.
struct OnePiece {
  RandomModel generated;
  std::vector<float> x;
};

OnePiece random_piece(Random& random, std::size_t dim, bool bends, bool convex) {
  OnePiece result;
  auto& model = result.generated.model;
  model.input_shape = {static_cast<std::int64_t>(dim)};
  std::vector<float> center(dim);
  for (auto& value : center) value = static_cast<float>(random.normal());
  model.feature_map = {step(model::MapKind::kCenter, center)};
  if (bends) model.feature_map.push_back(step(model::MapKind::kAbs, {}));
  model::Node node;
  node.name = "piece";
  node.inputs = {model::kGraphInput};
  const std::size_t columns = bends ? 2 * dim : dim;
  node.weight.shape = {1, static_cast<std::int64_t>(columns)};
  for (std::size_t i = 0; i < columns; ++i) {
    const auto weight = random_weight(random, random.below(5) == 0 ? Weights::kSparse : Weights::kGaussian, 1);
    node.weight.values.push_back(convex && i >= dim ? std::fabs(weight) : weight);
  }
  model.graph.input_shape = {static_cast<std::int64_t>(columns)};
  model.graph.nodes = {node};
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  result.generated.scale.assign(dim, 1.0);
  result.x = random_input(random, result.generated);
  set_margin(model, result.x, random.uniform(0.1, 3));
  return result;
}

/// The verified radius is at most the truth and, where the minorant is the function itself, all of it but rounding.
void expect_exact(const OnePiece& piece, const ThreatModel& threat, Norm norm, bool reached) {
  const auto classifier = make_classifier(piece.generated.model);
  const Reference reference(piece.generated.model);
  const AttackProblem problem(reference, piece.x, norm, threat);
  const double exact = exact_distance(problem, separable_function(piece.generated.model, problem.input()));
  const double radius = radius_of(classifier, piece.x, norm, threat);
  const auto context = norm.name() + "\n" + ::testing::PrintToString(piece.x) + "\n" + describe(piece.generated.model) +
                       describe(threat);
  if (norm.p() == 0) {
    // a certified count is the largest harmless one: one less than the smallest that flips
    EXPECT_EQ(radius, std::isinf(exact) ? exact : exact - 1) << context;
    return;
  }
  // the enumeration itself is rounded to double once
  EXPECT_LE(radius, exact * (1 + 0x1p-52)) << context;
  if (reached) {
    EXPECT_GE(radius, exact * (1 - 1e-9)) << context;
  }
}

TEST(GroundTruth, AnAffineClassifierGetsItsExactRadius) {
  for_each_case(400, [](Random& random) {
    const auto dim = random.below(10) == 0 ? 300 : 1 + random.below(20);
    const auto piece = random_piece(random, dim, false, false);
    const auto threat = random_threat(random, piece.generated, piece.x);
    const auto bounded = random_bounded_threat(random, piece.generated, piece.x);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) expect_exact(piece, threat, norm, true);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) expect_exact(piece, bounded, norm, true);
  });
}

TEST(GroundTruth, AConvexBendLosesNothing) {
  for_each_case(300, [](Random& random) {
    const auto piece = random_piece(random, 1 + random.below(6), true, true);
    const auto threat = random_threat(random, piece.generated, piece.x);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) expect_exact(piece, threat, norm, true);
  });
}

TEST(GroundTruth, AnyBendIsExactForLinfAndForCounts) {
  for_each_case(300, [](Random& random) {
    const auto piece = random_piece(random, 1 + random.below(6), true, false);
    const auto threat = random_bounded_threat(random, piece.generated, piece.x);
    for (const auto norm : {Norm::l0(), Norm::linf()}) expect_exact(piece, threat, norm, true);
    for (const auto norm : {Norm::l1(), Norm::l2()}) expect_exact(piece, threat, norm, false);
  });
}

/// Every affine piece of w.relu(A x + b) + a.x + c: one per set of active units.
std::vector<HalfPlane> pieces_of(const model::Model& model) {
  const auto& hidden = model.graph.nodes[0];
  const auto& score = model.graph.nodes[2].weight.values;
  const auto& skip = model.graph.nodes[3];
  std::vector<HalfPlane> planes;
  for (std::size_t active = 0; active < (std::size_t{1} << score.size()); ++active) {
    HalfPlane plane{{skip.weight.values[0], skip.weight.values[1]},
                    static_cast<double>(skip.bias.values[0]) - static_cast<double>(model.threshold)};
    for (std::size_t k = 0; k < score.size(); ++k) {
      if (((active >> k) & 1U) == 0) continue;
      const double w = score[k];
      plane.normal[0] += w * static_cast<double>(hidden.weight.values[2 * k]);
      plane.normal[1] += w * static_cast<double>(hidden.weight.values[2 * k + 1]);
      plane.offset += w * static_cast<double>(hidden.bias.values[k]);
    }
    planes.push_back(plane);
  }
  return planes;
}

model::Node linear(std::string name, std::int32_t from, model::Shape shape, std::vector<float> weight,
                   std::vector<float> bias) {
  model::Node node;
  node.name = std::move(name);
  node.inputs = {from};
  node.weight = {std::move(shape), std::move(weight)};
  if (!bias.empty()) node.bias = {{static_cast<std::int64_t>(bias.size())}, std::move(bias)};
  return node;
}

model::Model random_polygon_model(Random& random) {
  const auto units = static_cast<std::int64_t>(1 + random.below(6));
  const auto draw = [&](std::int64_t count, bool positive) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto weight = random_weight(random, Weights::kGaussian, 1);
      values.push_back(positive ? std::fabs(weight) : weight);
    }
    return values;
  };
  model::Model model;
  model.input_shape = {2};
  model.graph.input_shape = {2};
  model.graph.nodes = {linear("hidden", model::kGraphInput, {units, 2}, draw(2 * units, false), draw(units, false)),
                       model::Node{}, linear("score", 1, {1, units}, draw(units, true), {}),
                       linear("skip", model::kGraphInput, {1, 2}, draw(2, false), draw(1, false)), model::Node{}};
  model.graph.nodes[1].kind = model::NodeKind::kRelu;
  model.graph.nodes[1].name = "relu";
  model.graph.nodes[1].inputs = {0};
  model.graph.nodes[4].kind = model::NodeKind::kAdd;
  model.graph.nodes[4].name = "sum";
  model.graph.nodes[4].inputs = {2, 3};
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

TEST(GroundTruth, NoRadiusExceedsTheDistanceToThePolygonOfTheOtherClass) {
  for_each_case(400, [](Random& random) {
    auto model = random_polygon_model(random);
    const std::vector<float> x{static_cast<float>(2 * random.normal()), static_cast<float>(2 * random.normal())};
    set_margin(model, x, random.uniform(0.05, 2));
    const auto planes = pieces_of(model);
    const auto wide = widen(x);
    const auto at = [&](const HalfPlane& plane) {
      return plane.normal[0] * wide[0] + plane.normal[1] * wide[1] + plane.offset;
    };
    const auto tangent =
        *std::max_element(planes.begin(), planes.end(), [&](auto& a, auto& b) { return at(a) < at(b); });
    const auto classifier = make_classifier(model);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double exact = polygon_distance(wide, planes, norm);
      const double half_plane = polygon_distance(wide, std::span(&tangent, 1), norm);
      for (const auto method : {Method::kSeparable, Method::kClosedForm}) {
        const double radius = radius_of(classifier, x, norm, {}, method);
        // polygon_distance accepts points that lie outside by 2^-45 of their terms
        EXPECT_LE(radius, exact * (1 + 1e-9)) << norm.name() << describe(model);
        EXPECT_NEAR(radius, half_plane, 1e-9 * half_plane) << norm.name() << describe(model);
      }
    }
  });
}

TEST(GroundTruth, TheAttacksReachTheExactDistanceOfAffineClassifiers) {
  // weak attacks would make every soundness test pass
  for_each_case(60, [](Random& random) {
    const auto piece = random_piece(random, 1 + random.below(8), false, false);
    const auto threat = random_bounded_threat(random, piece.generated, piece.x);
    const Reference reference(piece.generated.model);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      const AttackProblem problem(reference, piece.x, norm, threat);
      const double exact = exact_distance(problem, separable_function(piece.generated.model, problem.input()));
      const auto attack = smallest_attack(problem, random);
      EXPECT_GE(attack.distance_upper, exact) << norm.name();
      if (std::isfinite(exact)) {
        EXPECT_LE(attack.distance_upper, exact * (1 + 1e-6)) << norm.name() << describe(threat);
      }
    }
  });
}

}  // namespace
}  // namespace standfast::support
