// The verifier must be right whatever the search proposes: slopes, multipliers and radii here are often nonsense.
#include "verify_wide/wide_verifier.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/wide_proofs.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ProvenMinorant;

using support::Reference;

/// The proven minorant at x + d, less all its errors, in long double.
long double minorant_at(const ProvenMinorant& m, const std::vector<float>& x, const std::vector<double>& moved) {
  long double value = m.separable.margin;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double d = static_cast<long double>(moved[i]) - x[i];
    value += m.separable.coefficient[i] * d - m.gradient_error[i] * std::fabs(d);
    if (m.separable.has_bends()) {
      value += m.separable.bend[i] *
               (std::fabs(m.separable.offset[i] + d) - std::fabs(static_cast<long double>(m.separable.offset[i])));
    }
  }
  return value;
}

/// Slopes as an adversary would send them: random, outside [0, 1], NaN, of the wrong length.
void spoil(Random& random, minorant::Slopes& slopes) {
  for (minorant::NodeSlopes& node : slopes) {
    for (float& s : node.relu) {
      const double draw = random.uniform();
      if (draw < 0.3) s = static_cast<float>(random.uniform());
      if (draw > 0.9) s = static_cast<float>(random.uniform(-3, 3));
      if (draw > 0.98) s = std::numeric_limits<float>::quiet_NaN();
    }
    for (std::int32_t& winner : node.winner) {
      if (random.uniform() < 0.3) winner = static_cast<std::int32_t>(random.below(1000)) - 500;
    }
    if (random.uniform() < 0.05) node.relu.clear();
    if (random.uniform() < 0.05) node.winner.clear();
  }
}

TEST(Verifier, EverySlopeGivesAFunctionBelowTheClassifier) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kSeparable);
    const Reference reference(made.model);
    const infer::Plan plan(made.model);
    const auto verifier = support::wide_proofs(made.model);
    if (!verifier) continue;
    const std::vector<float> x = support::random_input(random, made);
    infer::InferWorkspace infer;
    plan.forward(x, infer);
    if (seed % 2 == 1) spoil(random, infer.slopes);
    VerifyWorkspace workspace;
    ProvenMinorant m;
    verifier->wide.prove(x, infer.slopes, workspace, m);
    ASSERT_TRUE(m.is_separable);
    for (int k = 0; k < 20; ++k) {
      const double size = std::pow(10, random.uniform(-8, 1));
      std::vector<double> moved(x.begin(), x.end());
      if (k > 0) {
        for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += size * made.scale[i] * random.normal();
      }
      const auto f = reference.bounded_value(moved);
      const long double h = minorant_at(m, x, moved);
      if (!std::isfinite(f.value) || !std::isfinite(h)) continue;
      ++compared;
      // f.error also covers long double's own rounding in h, whose terms are not larger than those of f
      ASSERT_LE(h, f.value + 2 * f.error + 0x1p-60L * (std::fabs(f.value) + std::fabs(h)))
          << "seed " << seed << " point " << k;
    }
  }
  EXPECT_GT(compared, 4000U);
}

TEST(Verifier, TheTangentLosesNextToNothing) {
  Random random(11);
  const auto made = support::random_model(random, support::Family::kDense, support::MapFamily::kSeparable);
  const Reference reference(made.model);
  const infer::Plan plan(made.model);
  const auto verifier = support::wide_proofs(made.model);
  ASSERT_NE(verifier, nullptr);
  const std::vector<float> x = support::random_input(random, made);
  infer::InferWorkspace infer;
  plan.forward(x, infer);
  VerifyWorkspace workspace;
  ProvenMinorant m;
  verifier->wide.prove(x, infer.slopes, workspace, m);
  const auto f = reference.bounded_value(std::vector<double>(x.begin(), x.end()));
  EXPECT_LE(m.separable.margin, static_cast<double>(f.value + f.error));
  // the wide bound is made with 2^-64: 2^13 of it is what 53 bits may lose
  EXPECT_GE(m.separable.margin, static_cast<double>(f.value) - 0x1p14 * static_cast<double>(f.error));
}

}  // namespace
}  // namespace standfast::verify_wide
