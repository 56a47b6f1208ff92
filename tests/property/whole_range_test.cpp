// Affine scores under costs, bounds, weights and inputs from the whole range of their types, where the exact radius is
// known: no radius may be larger. long double holds every product and power of two float64 numbers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/hard_models.hpp"
#include "support/random_model.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

using Real = long double;

constexpr Real kSlack = 1 + 0x1p-40L;  // covers the roundings of the truth, which has 64 bits

double any_positive(Random& random) {
  constexpr double kEnds[] = {5e-324, std::numeric_limits<double>::min(), 1e-160, 1, 9e154,
                              1e308,  std::numeric_limits<double>::max()};
  if (random.chance(0.3)) return kEnds[random.below(std::size(kEnds))];
  if (random.chance(0.4)) return std::pow(10.0, random.uniform(-3, 3));
  return std::max(std::pow(10.0, random.uniform(-330, 308.2)), 5e-324);
}

float any_float(Random& random) {
  constexpr float kEnds[] = {1e-45F, 1.2e-38F, 1, 3e38F};
  const float size = random.chance(0.2)   ? kEnds[random.below(std::size(kEnds))]
                     : random.chance(0.6) ? static_cast<float>(std::pow(10.0, random.uniform(-3, 3)))
                                          : static_cast<float>(std::pow(10.0, random.uniform(-46, 38.4)));
  return random.chance(0.5) ? size : -size;
}

/// One feature as an attacker of an affine score sees it.
struct Feature {
  Real slope;  ///< What a unit of change takes from the score at most, > 0.
  Real cost;
  Real cap;  ///< The largest change in that direction; infinite if there is no bound.
};

struct Scene {
  std::vector<float> weight, x;
  float bias;
  ThreatModel threat;
};

Scene random_scene(Random& random) {
  Scene scene;
  const std::size_t n = 1 + random.below(4);
  const bool far = random.chance(0.5);
  for (std::size_t i = 0; i < n; ++i) {
    scene.weight.push_back(random.chance(0.1) ? 0 : any_float(random));
    scene.x.push_back(far ? any_float(random) : 0);
  }
  scene.bias = std::fabs(any_float(random));
  ThreatModel& threat = scene.threat;
  for (std::size_t i = 0; i < n && random.chance(0.9); ++i) threat.cost.push_back(any_positive(random));
  if (threat.cost.size() < n) threat.cost.clear();
  if (random.chance(0.5)) {
    for (std::size_t i = 0; i < n; ++i) {
      threat.max_increase.push_back(random.chance(0.3) ? kInfinity : random.chance(0.1) ? 0 : any_positive(random));
      threat.max_decrease.push_back(random.chance(0.3) ? kInfinity : random.chance(0.1) ? 0 : any_positive(random));
    }
  }
  if (random.chance(0.3)) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = static_cast<double>(scene.x[i]);
      threat.lower.push_back(std::max(value - any_positive(random), std::numeric_limits<double>::lowest()));
      threat.upper.push_back(std::min(value + any_positive(random), std::numeric_limits<double>::max()));
    }
  }
  return scene;
}

std::vector<Feature> features_of(const Scene& scene) {
  const auto at = [](const std::vector<double>& v, std::size_t i, double otherwise) {
    return v.empty() ? otherwise : v[i];
  };
  std::vector<Feature> features;
  for (std::size_t i = 0; i < scene.x.size(); ++i) {
    const Real w = scene.weight[i], x = scene.x[i];
    const ThreatModel& t = scene.threat;
    const Real down = std::min<Real>(x - at(t.lower, i, -kInfinity), at(t.max_decrease, i, kInfinity));
    const Real up = std::min<Real>(at(t.upper, i, kInfinity) - x, at(t.max_increase, i, kInfinity));
    const Real cap = w > 0 ? down : up;
    if (w != 0 && cap > 0) features.push_back({std::fabs(w), at(t.cost, i, 1), cap});
  }
  return features;
}

/// The smallest s with reached(s) >= margin, from above; infinite if there is none. Requires: reached is monotone.
template <class Reached>
Real first_reaching(Real margin, const Reached& reached) {
  Real low = 1e-4900L, high = 1e4900L;
  if (reached(high) < margin) return std::numeric_limits<Real>::infinity();
  for (int k = 0; k < 400; ++k) {
    const Real middle = std::sqrt(low) * std::sqrt(high);
    (reached(middle) >= margin ? high : low) = middle;
  }
  return high;
}

Real exact_l0(std::vector<Feature> features, Real margin) {
  std::ranges::sort(features, std::ranges::greater{}, [](const Feature& f) { return f.slope * f.cap; });
  Real reached = 0;
  for (std::size_t k = 0; k < features.size(); ++k) {
    reached += features[k].slope * features[k].cap;
    if (reached >= margin) return static_cast<Real>(k);
  }
  return std::numeric_limits<Real>::infinity();
}

Real exact_l1(std::vector<Feature> features, Real margin) {
  std::ranges::sort(features, std::ranges::greater{}, [](const Feature& f) { return f.slope / f.cost; });
  Real price = 0;
  for (const Feature& f : features) {
    if (f.slope * f.cap >= margin) return price + margin / f.slope * f.cost;
    margin -= f.slope * f.cap;
    price += f.cost * f.cap;
  }
  return std::numeric_limits<Real>::infinity();
}

Real exact_linf(const std::vector<Feature>& features, Real margin) {
  return first_reaching(margin, [&](Real price) {
    Real sum = 0;
    for (const Feature& f : features) sum += f.slope * std::min(price / f.cost, f.cap);
    return sum;
  });
}

Real exact_l2(const std::vector<Feature>& features, Real margin) {
  const auto change = [](const Feature& f, Real lambda) { return std::min(lambda * f.slope / f.cost / f.cost, f.cap); };
  const Real lambda = first_reaching(margin, [&](Real l) {
    Real sum = 0;
    for (const Feature& f : features) sum += f.slope * change(f, l);
    return sum;
  });
  if (std::isinf(lambda)) return lambda;
  Real squares = 0;
  for (const Feature& f : features) squares += f.cost * change(f, lambda) * f.cost * change(f, lambda);
  return std::sqrt(squares);
}

/// An upper bound on the exact radius, larger by little.
Real exact_radius(Norm norm, const std::vector<Feature>& features, Real margin) {
  margin *= kSlack;
  if (norm == Norm::l0()) return exact_l0(features, margin);
  if (norm == Norm::l1()) return exact_l1(features, margin) * kSlack;
  if (norm == Norm::l2()) return exact_l2(features, margin) * kSlack;
  return exact_linf(features, margin) * kSlack;
}

TEST(WholeRange, NoRadiusIsLargerThanTheExactOneOfAnAffineScore) {
  Tally tally("the whole range");
  for_each_case(1500, [&](Random& random) {
    const Scene scene = random_scene(random);
    Real margin = scene.bias, sizes = std::fabs(scene.bias);
    for (std::size_t i = 0; i < scene.x.size(); ++i) {
      const Real term = static_cast<Real>(scene.weight[i]) * scene.x[i];
      margin += term;
      sizes += std::fabs(term);
    }
    const auto model = affine_model(scene.weight, scene.bias);
    const auto classifier = try_make_classifier(model);
    if (!classifier.ok()) return tally.refused();
    margin += sizes * 0x1p-60L;  // what the sum itself may have lost
    const std::vector<Feature> features = features_of(scene);
    for (const Method method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
      CertifyOptions options;
      options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
      if (method != Method::kClosedForm) options.norms.push_back(Norm::l0());
      options.method = method;
      options.threat = scene.threat;
      options.threads = 1;
      options.guarantee = random.chance(0.5) ? Guarantee::kReal : Guarantee::kDeployed;
      options.precision = random.chance(0.2) ? Precision::kFloat32 : Precision::kFloat64;
      const auto found = classifier->certify(scene.x, 1, options);
      ASSERT_TRUE(found.ok()) << found.error().message;
      for (std::size_t n = 0; n < options.norms.size(); ++n) {
        const double radius = found->radius(0, n);
        tally.combination();
        tally.radius(radius);
        ASSERT_FALSE(std::isnan(radius));
        if (radius == 0) continue;
        const Real exact = exact_radius(options.norms[n], features, margin);
        // a flip that costs more than any double is out of every attacker's reach
        if (exact > static_cast<Real>(std::numeric_limits<double>::max())) continue;
        EXPECT_LE(static_cast<Real>(radius), exact)
            << method_name(method) << " " << options.norms[n].name() << " exact " << static_cast<double>(exact) << "\n"
            << describe(model) << describe(scene.threat) << ::testing::PrintToString(scene.x);
        if (static_cast<Real>(radius) >= 0.9L * exact) tally.met();
      }
    }
  });
}

}  // namespace
}  // namespace standfast::support
