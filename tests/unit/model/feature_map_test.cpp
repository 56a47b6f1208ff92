#include "model/feature_map.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

#include "builders.hpp"
#include "model/lipschitz.hpp"

namespace standfast::model {
namespace {

using test::constant;
using test::step_of;
using test::uniform;

Norm norm_of(double p) { return *Norm::of(p); }

void expect_refused(const FeatureMap& map, const Shape& input, ErrorCode code, const std::string& part) {
  const auto shapes = infer_map_shapes(map, input);
  ASSERT_FALSE(shapes.ok()) << part;
  EXPECT_EQ(shapes.error().code, code) << shapes.error().message;
  EXPECT_NE(shapes.error().message.find(part), std::string::npos) << shapes.error().message;
}

TEST(FeatureMap, KindNamesSurviveTheRoundTrip) {
  for (const auto kind :
       {MapKind::kCenter, MapKind::kScale, MapKind::kLinear, MapKind::kConv2d, MapKind::kAbs, MapKind::kKnots}) {
    ASSERT_TRUE(parse_map_kind(map_kind_name(kind)).ok());
    EXPECT_EQ(*parse_map_kind(map_kind_name(kind)), kind);
  }
  EXPECT_EQ(parse_map_kind("fourier").error().code, ErrorCode::kBadFormat);
}

TEST(FeatureMap, EveryStepHasItsOutputShape) {
  MapStep conv = step_of(MapKind::kConv2d, constant({4, 2, 2, 2}, 1), constant({4}, 0));
  conv.stride = 2;
  const FeatureMap map = {step_of(MapKind::kCenter, constant({18}, 1)), step_of(MapKind::kScale, constant({1}, 2)),
                          conv, step_of(MapKind::kAbs, {}), step_of(MapKind::kLinear, constant({3, 8}, 1))};
  const auto shapes = infer_map_shapes(map, {2, 3, 3});
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(*shapes, (std::vector<Shape>{{2, 3, 3}, {2, 3, 3}, {4, 1, 1}, {8, 1, 1}, {3}}));
}

MapStep knots_step(Tensor knots, Tensor slopes) {
  MapStep step = step_of(MapKind::kKnots, std::move(knots));
  step.slopes = std::move(slopes);
  return step;
}

TEST(FeatureMap, KnotsKeepTheShapeAndActOnEachFeatureAlone) {
  const MapStep knots = knots_step({{4, 2}, {0, 1, -1, -1, 2, 3, 0, 0}}, constant({4, 3}, 2));
  const FeatureMap map = {knots, step_of(MapKind::kCenter, constant({4}, 1)),
                          step_of(MapKind::kScale, constant({1}, 3))};
  const auto shapes = infer_map_shapes(map, {1, 2, 2});
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(*shapes, (std::vector<Shape>(3, {1, 2, 2})));
  EXPECT_TRUE(is_separable(map));
  EXPECT_TRUE(has_knots(map));
  EXPECT_FALSE(is_affine_with_abs(map));
  for (const double p : {1.0, 2.0, 3.0}) EXPECT_NEAR(lipschitz_upper(map, {1, 2, 2}, norm_of(p)), 6, 1e-12);
}

TEST(FeatureMap, BadKnotsAreRefusedAndNamed) {
  const Tensor knots{{2, 2}, {0, 1, 3, 3}}, slopes = constant({2, 3}, 1);
  const auto with = [](Tensor tensor, std::size_t at, float value) {
    tensor.values[at] = value;
    return tensor;
  };
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
  expect_refused({knots_step(constant({4}, 0), slopes)}, {2}, ErrorCode::kBadShape,
                 "values are (4), expected (2, knots)");
  expect_refused({knots_step(constant({3, 2}, 0), slopes)}, {2}, ErrorCode::kBadShape, "values are (3, 2)");
  expect_refused({knots_step(constant({2, 17}, 0), constant({2, 18}, 1))}, {2}, ErrorCode::kBadShape, "1 to 16 knots");
  expect_refused({knots_step(knots, constant({2, 2}, 1))}, {2}, ErrorCode::kBadShape,
                 "slopes are (2, 2), expected (2, 3)");
  expect_refused({knots_step(knots, {})}, {2}, ErrorCode::kBadShape, "slopes");
  expect_refused({knots_step({}, slopes)}, {2}, ErrorCode::kBadShape, "values");
  expect_refused({knots_step(with(knots, 3, 2.5F), slopes)}, {2}, ErrorCode::kBadValue,
                 "knot 1 of feature 1 is 2.5, expected at least the one before, 3");
  expect_refused({knots_step(with(knots, 0, kNan), slopes)}, {2}, ErrorCode::kBadValue, "expected a finite number");
  expect_refused({knots_step(knots, with(slopes, 4, 0))}, {2}, ErrorCode::kBadValue,
                 "slope 1 of feature 1 is 0, expected one above 0");
  expect_refused({knots_step(knots, with(slopes, 0, -1))}, {2}, ErrorCode::kBadValue, "slope 0 of feature 0 is -1");
  expect_refused({knots_step(knots, with(slopes, 0, kInf))}, {2}, ErrorCode::kBadValue, "expected a finite number");
  MapStep biased = knots_step(knots, slopes);
  biased.bias = constant({2}, 1);
  expect_refused({biased}, {2}, ErrorCode::kBadValue, "does not use");
  MapStep sloped = step_of(MapKind::kCenter, constant({2}, 1));
  sloped.slopes = slopes;
  expect_refused({sloped}, {2}, ErrorCode::kBadValue, "does not use");
  expect_refused({step_of(MapKind::kCenter, constant({2}, 1)), knots_step(knots, slopes)}, {2}, ErrorCode::kUnsupported,
                 "step 1 (knots): comes after feature map step 0 (center)");
  for (const MapStep& step :
       {step_of(MapKind::kAbs, {}), step_of(MapKind::kLinear, constant({1, 2}, 1)), knots_step(knots, slopes)}) {
    const FeatureMap map = {knots_step(knots, slopes), step};
    EXPECT_FALSE(is_separable(map));
    const auto shapes = infer_map_shapes(map, {2});
    ASSERT_FALSE(shapes.ok());
    EXPECT_EQ(shapes.error().code, ErrorCode::kUnsupported) << shapes.error().message;
  }
}

TEST(FeatureMap, BadStepsAreRefusedAndNamed) {
  expect_refused({step_of(MapKind::kCenter, constant({3}, 1))}, {4}, ErrorCode::kBadShape,
                 "step 0 (center): values are (3)");
  expect_refused({step_of(MapKind::kScale, constant({1}, 0))}, {4}, ErrorCode::kBadValue, "expected a scale above 0");
  expect_refused({step_of(MapKind::kScale, constant({1}, -1))}, {4}, ErrorCode::kBadValue, "value 0 is -1");
  expect_refused({step_of(MapKind::kLinear, constant({2, 3}, 1))}, {4}, ErrorCode::kBadShape, "expected (out, 4)");
  expect_refused({step_of(MapKind::kLinear, constant({2, 4}, 1), constant({3}, 1))}, {4}, ErrorCode::kBadShape,
                 "bias is (3)");
  expect_refused({step_of(MapKind::kConv2d, constant({2, 1, 1, 1}, 1))}, {4}, ErrorCode::kBadShape, "input is (4)");
  expect_refused({step_of(MapKind::kAbs, constant({1}, 1))}, {4}, ErrorCode::kBadValue, "does not use");
  expect_refused({step_of(MapKind::kCenter, {})}, {4}, ErrorCode::kBadShape, "values");
  expect_refused({}, {std::int64_t{1} << 60}, ErrorCode::kUnsupported, "2^31");
  expect_refused({step_of(MapKind::kAbs, {})}, {std::int64_t{1} << 31}, ErrorCode::kUnsupported, "2^24");
  expect_refused({step_of(MapKind::kAbs, {})}, {std::int64_t{1} << 23}, ErrorCode::kUnsupported, "step 0 (abs)");
}

TEST(FeatureMap, ValuesThatAreNotFiniteAreRefused) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const auto kind : {MapKind::kCenter, MapKind::kScale}) {
      expect_refused({step_of(kind, constant({1}, bad))}, {4}, ErrorCode::kBadValue, "finite");
    }
  }
}

TEST(FeatureMap, LipschitzConstantOfAbsIsThePapers) {
  const FeatureMap map = with_abs(identity_map({0, 0}));
  EXPECT_EQ(lipschitz_upper(map, {2}, Norm::l1()), 2);
  EXPECT_EQ(lipschitz_upper(map, {2}, Norm::linf()), 1);
  EXPECT_GE(lipschitz_upper(map, {2}, Norm::l2()), std::sqrt(2.0L));
  EXPECT_LE(lipschitz_upper(map, {2}, Norm::l2()), std::sqrt(2.0L) * (1 + 0x1p-48L));
  EXPECT_GE(lipschitz_upper(map, {2}, norm_of(3)), std::exp2(1 / 3.0L));
  EXPECT_LE(lipschitz_upper(map, {2}, norm_of(3)), std::exp2(1 / 3.0L) * (1 + 0x1p-48L));
}

TEST(FeatureMap, CentresAndOneCommonScaleAreExact) {
  const FeatureMap map = standardise_map({1, 2}, {3});
  for (const double p : {1.0, 1.5, 2.0, kInfinity}) EXPECT_EQ(lipschitz_upper(map, {2}, norm_of(p)), 3);
  EXPECT_EQ(lipschitz_upper({}, {2}, Norm::l2()), 1);
  EXPECT_EQ(lipschitz_upper(standardise_map({0}, {0.5F, 7, 3}), {3}, Norm::l1()), 7);
}

TEST(FeatureMap, LinearBoundsAreColumnAndRowSums) {
  const FeatureMap map = {step_of(MapKind::kLinear, {{2, 3}, {1, -2, 3, -4, 5, 0.5F}})};
  const double slack = 1 + 0x1p-40;
  EXPECT_GE(lipschitz_upper(map, {3}, Norm::l1()), 7);
  EXPECT_LE(lipschitz_upper(map, {3}, Norm::l1()), 7 * slack);
  EXPECT_GE(lipschitz_upper(map, {3}, Norm::linf()), 9.5);
  EXPECT_LE(lipschitz_upper(map, {3}, Norm::linf()), 9.5 * slack);
  EXPECT_LE(lipschitz_upper(map, {3}, Norm::l2()), std::sqrt(55.25) * slack) << "no more than the Frobenius norm";
  EXPECT_NEAR(lipschitz_upper(map, {3}, norm_of(4)), std::pow(7, 0.25) * std::pow(9.5, 0.75), 1e-9);
}

TEST(FeatureMap, AnIdentityMatrixHasTheConstantOne) {
  const FeatureMap map = {step_of(MapKind::kLinear, {{2, 2}, {1, 0, 0, 1}})};
  for (const double p : {1.0, 1.5, 2.0, 8.0, kInfinity}) {
    EXPECT_GE(lipschitz_upper(map, {2}, norm_of(p)), 1);
    EXPECT_LE(lipschitz_upper(map, {2}, norm_of(p)), 1 + 0x1p-40);
  }
}

TEST(FeatureMap, HugeWeightsGiveABoundThatIsNotNan) {
  const float huge = std::numeric_limits<float>::max();
  FeatureMap map;
  for (int i = 0; i < 12; ++i) map.push_back(step_of(MapKind::kLinear, constant({2, 2}, huge)));
  for (const double p : {1.0, 1.5, 2.0, kInfinity}) EXPECT_EQ(lipschitz_upper(map, {2}, norm_of(p)), kInfinity);
  map.push_back(step_of(MapKind::kLinear, constant({2, 2}, 0)));
  EXPECT_EQ(lipschitz_upper(map, {2}, Norm::l2()), 0) << "a constant map";
}

// phi in plain loops, for the two kinds whose constant is a bound.
std::vector<double> apply(const MapStep& step, const Shape& input, const Shape& output, const std::vector<double>& u) {
  std::vector<double> result(element_count(output), 0.0);
  if (step.kind == MapKind::kLinear) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      for (std::size_t k = 0; k < u.size(); ++k) result[i] += step.values.values[i * u.size() + k] * u[k];
    }
    return result;
  }
  const Shape& w = step.values.shape;
  std::size_t position = 0;
  for (std::int64_t o = 0; o < output[0]; ++o) {
    for (std::int64_t r = 0; r < output[1]; ++r) {
      for (std::int64_t s = 0; s < output[2]; ++s, ++position) {
        for (std::int64_t c = 0; c < w[1]; ++c) {
          for (std::int64_t i = 0; i < w[2]; ++i) {
            for (std::int64_t j = 0; j < w[3]; ++j) {
              const std::int64_t y = r * step.stride - step.padding + i * step.dilation;
              const std::int64_t x = s * step.stride - step.padding + j * step.dilation;
              if (y < 0 || x < 0 || y >= input[1] || x >= input[2]) continue;
              result[position] += step.values.values[static_cast<std::size_t>(((o * w[1] + c) * w[2] + i) * w[3] + j)] *
                                  u[static_cast<std::size_t>((c * input[1] + y) * input[2] + x)];
            }
          }
        }
      }
    }
  }
  return result;
}

TEST(FeatureMap, NoChangeGrowsByMoreThanTheConstant) {
  Random random(20);
  for (int trial = 0; trial < 200; ++trial) {
    MapStep step = trial % 2 == 0 ? step_of(MapKind::kLinear, uniform({5, 18}, -1, 1, random))
                                  : step_of(MapKind::kConv2d, uniform({3, 2, 2, 2}, -1, 1, random));
    if (step.kind == MapKind::kConv2d) {
      step.stride = 1 + trial % 3;
      step.padding = trial % 2;
      step.dilation = 1 + trial % 2;
    }
    const Shape input = {2, 3, 3};
    const auto shapes = infer_map_shapes({step}, input);
    ASSERT_TRUE(shapes.ok()) << shapes.error().message;
    std::vector<double> change(18);
    for (double& value : change) value = trial % 3 == 0 ? (random.uniform() < 0.5 ? -1 : 1) : random.normal();
    if (trial % 5 == 0) change.assign(18, 0), change[random.below(18)] = 1;
    const std::vector<double> moved = apply(step, input, shapes->back(), change);
    for (const double p : {1.0, 1.3, 2.0, 5.0, kInfinity}) {
      const Norm norm = norm_of(p);
      EXPECT_LE(norm.of_vector(moved), lipschitz_upper({step}, input, norm) * norm.of_vector(change) * (1 + 0x1p-40));
    }
  }
}

TEST(FeatureMap, SeparableMeansDiagonalStepsAndAtMostOneFinalAbs) {
  EXPECT_TRUE(is_separable({}));
  EXPECT_TRUE(is_separable(standardise_map({0}, {1})));
  EXPECT_TRUE(is_separable(with_abs(standardise_map({0}, {1}))));
  EXPECT_FALSE(is_separable(with_abs(with_abs({}))));
  FeatureMap late_centre = with_abs({});
  late_centre.push_back(step_of(MapKind::kCenter, constant({1}, 1)));
  EXPECT_FALSE(is_separable(late_centre));
  EXPECT_FALSE(is_separable({step_of(MapKind::kLinear, constant({1, 1}, 1))}));
}

}  // namespace
}  // namespace standfast::model
