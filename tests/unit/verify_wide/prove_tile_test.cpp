// Inputs side by side: each has the bits that it has alone, whatever its neighbours are.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/lanes.hpp"
#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/wide_proofs.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ProvenMinorant;

struct Batch {
  std::vector<float> x;                  ///< (count, dim).
  std::vector<minorant::Slopes> slopes;  ///< One per input.
};

Batch random_batch(Random& random, const support::RandomModel& made, std::size_t count) {
  Batch batch;
  const infer::Plan plan(made.model);
  infer::InferWorkspace infer;
  for (std::size_t lane = 0; lane < count; ++lane) {
    const std::vector<float> x = support::random_input(random, made);
    plan.forward(x, infer);
    batch.x.insert(batch.x.end(), x.begin(), x.end());
    for (minorant::NodeSlopes& node : infer.slopes) {  // nonsense in some
      for (float& s : node.relu) {
        if (random.uniform() < 0.1) s = static_cast<float>(random.uniform(-2, 3));
        if (random.uniform() < 0.02) s = std::numeric_limits<float>::quiet_NaN();
      }
      for (std::int32_t& w : node.winner) {
        if (random.uniform() < 0.1) w = static_cast<std::int32_t>(random.below(1000)) - 500;
      }
    }
    batch.slopes.push_back(infer.slopes);
  }
  return batch;
}

/// [unit][lane]; lanes without an input hold what must not be read.
minorant::Slopes tile_of(const std::vector<minorant::Slopes>& slopes) {
  minorant::Slopes tile = slopes[0];
  for (std::size_t k = 0; k < tile.size(); ++k) {
    const std::size_t units = slopes[0][k].relu.size(), outputs = slopes[0][k].winner.size();
    tile[k].relu.assign(units * kLanes, 0.7F);
    tile[k].winner.assign(outputs * kLanes, 0);
    for (std::size_t lane = 0; lane < slopes.size(); ++lane) {
      for (std::size_t u = 0; u < units; ++u) tile[k].relu[u * kLanes + lane] = slopes[lane][k].relu[u];
      for (std::size_t o = 0; o < outputs; ++o) tile[k].winner[o * kLanes + lane] = slopes[lane][k].winner[o];
    }
  }
  return tile;
}

void expect_same(const ProvenMinorant& a, const ProvenMinorant& b) {
  ASSERT_EQ(a.is_separable, b.is_separable);
  if (a.is_separable) {
    ASSERT_EQ(a.separable.margin, b.separable.margin);
    ASSERT_EQ(a.separable.coefficient, b.separable.coefficient);
    ASSERT_EQ(a.separable.bend, b.separable.bend);
    ASSERT_EQ(a.separable.offset, b.separable.offset);
  } else {
    ASSERT_EQ(a.feature.margin, b.feature.margin);
    ASSERT_EQ(a.feature.gradient, b.feature.gradient);
  }
  ASSERT_EQ(a.gradient_error, b.gradient_error);
}

TEST(ProveTile, EveryLaneHasTheBitsThatItHasAlone) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Random random(seed);
    const auto maps = seed % 3 == 0 ? support::MapFamily::kMixing : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, support::random_family_of_one_head(random), maps);
    const auto& products = has_fused_products() && seed % 4 != 0 ? kFusedProducts : kPlainProducts;
    const auto verifier = support::wide_proofs(made.model, products);
    if (!verifier) continue;
    VerifyWorkspace tile_workspace, workspace;
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, 1 + random.below(kLanes), kLanes}) {
      const Batch batch = random_batch(random, made, count);
      std::vector<ProvenMinorant> proven(count);
      std::vector<ProvenMinorant*> out;
      for (ProvenMinorant& m : proven) out.push_back(&m);
      const std::size_t left_out = random.below(count + 1);
      if (left_out < count) out[left_out] = nullptr;
      const Precision precision = random.below(2) == 0 ? Precision::kFloat32 : Precision::kFloat64;
      verifier->wide.prove_tile(batch.x, count, tile_of(batch.slopes), tile_workspace, out, precision);
      const std::size_t dim = made.model.dim();
      for (std::size_t lane = 0; lane < count; ++lane) {
        if (out[lane] == nullptr) {
          ASSERT_TRUE(proven[lane].gradient_error.empty());
          continue;
        }
        ProvenMinorant alone;
        verifier->wide.prove(std::span(batch.x).subspan(lane * dim, dim), batch.slopes[lane], workspace, alone,
                             precision);
        SCOPED_TRACE("seed " + std::to_string(seed) + " lane " + std::to_string(lane) + " of " + std::to_string(count));
        expect_same(proven[lane], alone);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 1500U);
}

TEST(ProveTile, SlopesOfTheWrongLengthCountAsMissing) {
  Random random(3);
  const auto made = support::random_model(random, support::Family::kDense, support::MapFamily::kSeparable);
  const auto verifier = support::wide_proofs(made.model);
  ASSERT_NE(verifier, nullptr);
  const Batch batch = random_batch(random, made, 3);
  const std::size_t dim = made.model.dim();
  VerifyWorkspace workspace;
  std::vector<ProvenMinorant> proven(3);
  std::vector<ProvenMinorant*> out = {&proven[0], &proven[1], &proven[2]};
  minorant::Slopes none = batch.slopes[0];
  for (minorant::NodeSlopes& node : none) node.relu.clear(), node.winner.clear();
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, kLanes - 1}) {
    minorant::Slopes tile = tile_of(batch.slopes);
    for (minorant::NodeSlopes& node : tile) {
      if (!node.relu.empty()) node.relu.resize(length);
      if (!node.winner.empty()) node.winner.resize(length == 1 ? 0 : length);
    }
    verifier->wide.prove_tile(batch.x, 3, tile, workspace, out);
    for (std::size_t lane = 0; lane < 3; ++lane) {
      ProvenMinorant alone;
      verifier->wide.prove(std::span(batch.x).subspan(lane * dim, dim), none, workspace, alone);
      expect_same(proven[lane], alone);
    }
  }
}

}  // namespace
}  // namespace standfast::verify_wide
