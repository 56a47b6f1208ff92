// The exact method against the truth: models whose robust radius is known by enumeration, bounds included.
#include "support/exact.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"
#include "verify/verifier.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kExactNorms{Norm::l1(), Norm::l2(), Norm::linf()};
constexpr double kGap = 0.01;

struct Plane {
  model::Model model;
  std::vector<float> x;
  std::vector<HalfPlane> pieces;  ///< f(x) <= 0 where all of them are <= 0.
  ThreatModel threat;
};

HalfPlane piece_of(const std::vector<float>& weight, float bias) {
  return {{static_cast<double>(weight[0]), static_cast<double>(weight[1])}, static_cast<double>(bias)};
}

/// f(x) = max_j a_j . x + b_j in the plane, some with a domain; sensitive at x.
Plane random_plane(Random& random) {
  Plane plane;
  plane.x = {static_cast<float>(random.normal()), static_cast<float>(random.normal())};
  plane.model = affine_model({0, 0}, 0);
  auto& node = plane.model.graph.nodes[0];
  node.weight = {};
  node.bias = {};
  const auto count = 1 + random.below(6);
  for (std::size_t k = 0; k < count; ++k) {
    const std::vector<float> weight{static_cast<float>(random.normal()), static_cast<float>(random.normal())};
    const auto bias = static_cast<float>(random.normal());
    node.weight.values.insert(node.weight.values.end(), weight.begin(), weight.end());
    node.bias.values.push_back(bias);
  }
  node.weight.shape = {static_cast<std::int64_t>(count), 2};
  node.bias.shape = {static_cast<std::int64_t>(count)};
  model::Node max;
  max.kind = model::NodeKind::kMax;
  max.name = "max";
  max.inputs = {0};
  plane.model.graph.nodes.push_back(max);
  set_margin(plane.model, plane.x, random.uniform(0.05, 2));
  for (std::size_t k = 0; k < count; ++k) {
    const auto& weight = plane.model.graph.nodes[0].weight.values;
    plane.pieces.push_back(piece_of({weight[2 * k], weight[2 * k + 1]}, plane.model.graph.nodes[0].bias.values[k]));
    plane.pieces.back().offset -= static_cast<double>(plane.model.threshold);
  }
  if (random.below(2) == 0) return plane;
  for (std::size_t i = 0; i < 2; ++i) {
    const double x = static_cast<double>(plane.x[i]);
    plane.threat.lower.push_back(random.below(4) == 0 ? x : x - 2 * random.uniform());
    plane.threat.upper.push_back(random.below(4) == 0 ? x : x + 2 * random.uniform());
  }
  return plane;
}

/// The pieces and the sides of the domain.
std::vector<HalfPlane> constraints_of(const Plane& plane) {
  auto all = plane.pieces;
  if (plane.threat.lower.empty()) return all;
  all.push_back({{-1, 0}, plane.threat.lower[0]});
  all.push_back({{0, -1}, plane.threat.lower[1]});
  all.push_back({{1, 0}, -plane.threat.upper[0]});
  all.push_back({{0, 1}, -plane.threat.upper[1]});
  return all;
}

CertifyOptions exact_options(const ThreatModel& threat) {
  CertifyOptions options;
  options.method = Method::kExact;
  options.norms = kExactNorms;
  options.threat = threat;
  options.attack = true;
  options.gap = kGap;
  options.threads = 1;
  return options;
}

/// How often the certificate and the attack met, of the radii that are finite.
struct Meetings {
  Tally tally;
  std::size_t met = 0, finite = 0;
};

void expect_between(const Certificates& certificates, std::size_t k, double exact, Meetings& meetings,
                    const std::string& context) {
  const double radius = certificates.radius(0, k), attack = certificates.attack(0, k);
  meetings.tally.combination();
  meetings.tally.radius(radius);
  // the enumerations accept points that lie outside by 2^-45 of their terms
  EXPECT_LE(radius, exact * (1 + 1e-9)) << context;
  EXPECT_GE(attack, exact * (1 - 1e-9)) << context;
  if (std::isinf(exact)) return;
  ++meetings.finite;
  if (radius < (1 - kGap) * attack) return;
  ++meetings.met;
  meetings.tally.met();
  EXPECT_GE(radius, (1 - kGap) * exact * (1 - 1e-9)) << context;
}

TEST(Exact, TheRadiusOfAPolygonIsMetFromBothSides) {
  Meetings meetings{Tally("polygons")};
  for_each_case(300, [&](Random& random) {
    const auto plane = random_plane(random);
    const auto classifier = make_classifier(plane.model);
    const auto certificates = classifier.certify(plane.x, 1, exact_options(plane.threat));
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    const auto wide = widen(plane.x);
    for (std::size_t k = 0; k < kExactNorms.size(); ++k) {
      const double exact = polygon_distance(wide, constraints_of(plane), kExactNorms[k]);
      expect_between(*certificates, k, exact, meetings,
                     kExactNorms[k].name() + "\n" + describe(plane.model) + describe(plane.threat));
    }
  });
  if (meetings.finite > 100) {
    EXPECT_GE(static_cast<double>(meetings.met), 0.9 * static_cast<double>(meetings.finite));
  }
}

/// The least change that brings a piece up to 0, for an input whose verdict is `other`.
double distance_to_nearest_piece(const Plane& plane, const AttackProblem& problem) {
  const model::Node& node = plane.model.graph.nodes[0];
  double nearest = kInfinity;
  for (std::size_t j = 0; j < node.bias.values.size(); ++j) {
    const double right = node.weight.values[2 * j], up = node.weight.values[2 * j + 1];
    const double threshold = plane.model.threshold;
    SeparableFunction f;
    f.margin = -(static_cast<long double>(right) * problem.input()[0] +
                 static_cast<long double>(up) * problem.input()[1] + node.bias.values[j] - threshold);
    f.slope = {-right, -up};
    f.bend = f.offset = {0, 0};
    nearest = std::min(nearest, exact_distance(problem, f));
  }
  return nearest;
}

TEST(Exact, NoOtherVerdictOfAPolygonIsCertifiedBeyondItsNearestPiece) {
  Tally tally("both classes");
  for_each_case(300, [&](Random& random) {
    auto plane = random_plane(random);
    set_margin(plane.model, plane.x, -random.uniform(0.05, 2));
    auto options = exact_options(plane.threat);
    options.method = random.below(2) == 0 ? Method::kSeparable : Method::kRefined;
    options.attack = false;
    options.both_classes = true;
    const auto certificates = make_classifier(plane.model).certify(plane.x, 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    ASSERT_FALSE(certificates->sensitive(0));
    const Reference reference(plane.model);
    for (std::size_t k = 0; k < kExactNorms.size(); ++k) {
      tally.combination();
      tally.radius(certificates->radius(0, k));
      const AttackProblem problem(reference, plane.x, kExactNorms[k], plane.threat);
      const double exact = distance_to_nearest_piece(plane, problem);
      EXPECT_LE(certificates->radius(0, k), exact * (1 + 1e-9)) << kExactNorms[k].name() << describe(plane.model);
      EXPECT_GE(certificates->radius(0, k), exact * (1 - 1e-6)) << kExactNorms[k].name() << describe(plane.model);
    }
  });
}

TEST(Exact, TheCoreProvesNoOtherVerdictBeyondItsNearestPiece) {
  Tally tally("both classes, any proposal");
  for_each_case(300, [&](Random& random) {
    auto plane = random_plane(random);
    set_margin(plane.model, plane.x, -random.uniform(0.05, 2));
    const auto core = verify::Verifier::create(plane.model);
    ASSERT_TRUE(core.ok());
    const Reference reference(plane.model);
    for (const Norm norm : kExactNorms) {
      minorant::OtherProposal proposal{norm, {}};
      for (std::size_t j = 0; j < core->pieces(); ++j) {
        const double size = std::exp(2 * random.normal());
        proposal.pieces.push_back({random.chance(0.3), {size, size, std::exp(2 * random.normal())}});
      }
      const double exact = distance_to_nearest_piece(plane, AttackProblem(reference, plane.x, norm, plane.threat));
      const auto proven = core->prove_other(plane.threat, plane.x, proposal);
      ASSERT_TRUE(proven.ok()) << proven.error().message;
      tally.combination();
      tally.radius(*proven);
      EXPECT_LE(*proven, exact * (1 + 1e-9)) << norm.name() << describe(plane.model);
    }
  });
}

/// a . t + b . |t| with t = x - centre, costs and bounds: the attack's rays must turn at the kinks.
TEST(Exact, OnePieceOverAnAbsMapIsNeverCertifiedBeyondTheTruth) {
  Meetings meetings{Tally("one piece over an abs map")};
  for_each_case(300, [&](Random& random) {
    RandomModel generated;
    const auto dim = 1 + random.below(6);
    std::vector<float> weight, center;
    for (std::size_t i = 0; i < 2 * dim; ++i) weight.push_back(static_cast<float>(random.normal()));
    for (std::size_t i = 0; i < dim; ++i) center.push_back(static_cast<float>(random.normal()));
    generated.model = affine_model(weight, 0);
    generated.model.input_shape = {static_cast<std::int64_t>(dim)};
    model::MapStep step, abs;
    step.values = {{static_cast<std::int64_t>(dim)}, center};
    abs.kind = model::MapKind::kAbs;
    generated.model.feature_map = {step, abs};
    generated.scale.assign(dim, 1.0);
    const auto x = random_input(random, generated);
    set_margin(generated.model, x, random.uniform(0.1, 2));
    const auto threat = random_threat(random, generated, x);
    const auto certificates = make_classifier(generated.model).certify(x, 1, exact_options(threat));
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    const Reference reference(generated.model);
    for (std::size_t k = 0; k < kExactNorms.size(); ++k) {
      const AttackProblem problem(reference, x, kExactNorms[k], threat);
      const double exact = exact_distance(problem, separable_function(generated.model, problem.input()));
      expect_between(
          *certificates, k, exact, meetings,
          kExactNorms[k].name() + ::testing::PrintToString(x) + "\n" + describe(generated.model) + describe(threat));
    }
  });
  if (meetings.finite > 100) {
    EXPECT_GE(static_cast<double>(meetings.met), 0.6 * static_cast<double>(meetings.finite));
  }
}

}  // namespace
}  // namespace standfast::support
