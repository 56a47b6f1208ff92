// No change moves a feature of a linear map farther than the bound.
#include "model/map_reach.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "support/step_matrix.hpp"
#include "unit/model/builders.hpp"

namespace standfast::model {
namespace {

using test::step_of;

Model model_with(FeatureMap map, Shape input) {
  Model model;
  model.input_shape = std::move(input);
  model.feature_map = std::move(map);
  return model;
}

TEST(MapReach, OfAMatrixIsTheDualNormOfItsRows) {
  const Model model = model_with({step_of(MapKind::kLinear, {{2, 2}, {3, -4, 0, 2}})}, {2});
  const std::vector<double> cost = {1, 1};
  const auto row = [&](Norm norm) { return map_reach_upper(model, step_norms_upper(model), cost, norm).unit; };
  EXPECT_NEAR(row(Norm::l1())[0], 4, 1e-12);
  EXPECT_NEAR(row(Norm::l2())[0], 5, 1e-12);
  EXPECT_NEAR(row(Norm::linf())[0], 7, 1e-12);
  EXPECT_NEAR(row(Norm::l2())[1], 2, 1e-12);
  EXPECT_EQ(row(Norm::l0())[0], kInfinity);
}

TEST(MapReach, CostsAndScalesCountFeatureByFeature) {
  const Model model =
      model_with({step_of(MapKind::kScale, {{2}, {10, 1}}), step_of(MapKind::kLinear, {{1, 2}, {3, 4}})}, {2});
  EXPECT_NEAR(map_reach_upper(model, step_norms_upper(model), std::vector<double>{100, 2}, Norm::linf()).unit[0],
              0.3 + 2, 1e-12);
}

TEST(MapReach, NoRandomChangeGoesFarther) {
  Random random(41);
  std::size_t compared = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const Shape input = {2, 5, 4};
    MapStep conv = step_of(MapKind::kConv2d, test::uniform({3, 2, 3, 3}, -1, 1, random));
    conv.padding = static_cast<std::int64_t>(random.below(3));
    conv.stride = 1 + static_cast<std::int64_t>(random.below(2));
    const MapStep scale = step_of(MapKind::kScale, test::uniform({40}, 0.1, 3, random));
    const Shape middle = infer_map_shapes({conv}, input).value().back();
    const auto count = static_cast<std::int64_t>(element_count(middle));
    const MapStep linear = step_of(MapKind::kLinear, test::uniform({5, count}, -1, 1, random));
    const bool two = trial % 2 == 0;
    const Model model = model_with(two ? FeatureMap{scale, conv, linear} : FeatureMap{scale, conv}, input);
    std::vector<double> cost(40);
    for (double& c : cost) c = std::exp(random.normal());
    const Norm norm = std::vector<Norm>{Norm::l1(), Norm::l2(), Norm::linf()}[random.below(3)];
    const MapReach reach = map_reach_upper(model, step_norms_upper(model), cost, norm);
    for (int k = 0; k < 10; ++k) {
      std::vector<double> price(40), change(40);
      for (double& p : price) p = k % 2 == 0 ? random.normal() : (random.below(2) == 0 ? -1 : 1);
      if (k % 5 == 0) price.assign(40, 0), price[random.below(40)] = 1;
      const double length = norm.of_vector(price);
      for (std::size_t i = 0; i < 40; ++i) change[i] = price[i] / length / cost[i] * scale.values.values[i];
      std::vector<double> moved = support::StepMatrix(conv, input).times(change);
      if (two) moved = support::StepMatrix(linear, {count}).times(moved);
      for (std::size_t i = 0; i < moved.size(); ++i) EXPECT_LE(std::fabs(moved[i]), reach.unit[i] * (1 + 1e-12));
      if (norm != Norm::l1()) {
        EXPECT_LE(Norm::l2().of_vector(moved), reach.joint * (1 + 1e-12));
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 3000U);
}

}  // namespace
}  // namespace standfast::model
