#include "separate/exact_score.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "separate/fitted_model.hpp"

namespace standfast::separate {
namespace {

Dataset one_row(std::vector<float> x, bool image) {
  Dataset data;
  data.source = "row";
  data.input_shape =
      image ? Shape{1, 1, static_cast<std::int64_t>(x.size())} : Shape{static_cast<std::int64_t>(x.size())};
  data.features = std::move(x);
  data.source_index = {0};
  data.labels = {0};
  data.class_names = {"a", "b"};
  data.is_image = image;
  return data;
}

int sign_of(const Dataset& data, const std::vector<double>& weights, double offset, const InputUnits& units) {
  const auto score = ExactScore::make(max_affine_model(data, Planes{weights, {offset}}, "a", "b"), units);
  EXPECT_TRUE(score.ok()) << score.error().message;
  return score.ok() ? score->sign(data.row(0)) : 99;
}

TEST(ExactScore, SeesWhatFloat64Rounds) {
  // 2^30 + 2^-25 - 2^30: no double holds the first sum
  const Dataset data = one_row({0x1p30F, 0x1p-25F, 1.0F}, false);
  const auto units = dyadic_units(data);
  ASSERT_TRUE(units.ok());
  EXPECT_EQ(sign_of(data, {1, 1, -0x1p30}, 0, *units), 1);
  EXPECT_EQ(sign_of(data, {1, -1, -0x1p30}, 0, *units), -1);
  EXPECT_EQ(sign_of(data, {1, 0, -0x1p30}, 0, *units), 0) << "exactly on the plane";
}

TEST(ExactScore, TakesABytesFloat32ForTheByteItself) {
  // 255 (85 / 255) - 85 is 0 for the byte, and is not for the float32 nearest to a third
  const Dataset data = one_row({85 / 255.0F}, true);
  ASSERT_TRUE(holds_bytes(data));
  EXPECT_EQ(sign_of(data, {3}, -1, byte_units()), 0);
  const auto units = dyadic_units(data);
  ASSERT_TRUE(units.ok());
  EXPECT_EQ(sign_of(data, {3}, -1, *units), 1);
}

TEST(ExactScore, KnowsWhichFeaturesAreBytes) {
  std::vector<float> all;
  for (int p = 0; p < 256; ++p) all.push_back(static_cast<float>(p) / 255.0F);
  EXPECT_TRUE(holds_bytes(one_row(all, true)));
  EXPECT_FALSE(holds_bytes(one_row({0.5F}, true)));
  EXPECT_FALSE(holds_bytes(one_row({0.0F}, false))) << "no image";
  EXPECT_FALSE(holds_bytes(one_row({std::nanf("")}, true)));
}

TEST(ExactScore, CountsAWrongPlaneAsWrong) {
  Dataset data = one_row({0.0F}, true);
  data.features = {10 / 255.0F, 20 / 255.0F, 30 / 255.0F};
  data.input_shape = {1, 1, 1};
  data.source_index = {0, 1, 2};
  data.labels = {1, 1, 0};
  const std::vector<std::uint8_t> positive = {0, 0, 1};
  const auto count = [&](double offset) {
    const auto counted =
        count_exactly(max_affine_model(data, Planes{{255}, {offset}}, "a", "b"), data, positive, byte_units(), 1);
    EXPECT_TRUE(counted.ok());
    return counted.ok() ? counted->right : 99;
  };
  EXPECT_EQ(count(-25), 3U);
  EXPECT_EQ(count(-20), 2U) << "a score of 0 is no proof";
  EXPECT_EQ(count(-30), 2U);
  EXPECT_EQ(count(-15), 2U);
}

TEST(ExactScore, RefusesNumbersTooFarApart) {
  const Dataset data = one_row({1.0F, 1.0F}, false);
  const auto units = dyadic_units(data);
  ASSERT_TRUE(units.ok());
  Model model = max_affine_model(data, Planes{{1, 1}, {0}}, "a", "b");
  model.graph.nodes[0].weight.values = {0x1p100F, 0x1p-100F};
  EXPECT_EQ(ExactScore::make(model, *units).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(dyadic_units(one_row({0x1p60F, 0x1p-60F}, false)).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(dyadic_units(one_row({INFINITY}, false)).error().code, ErrorCode::kBadValue);
}

}  // namespace
}  // namespace standfast::separate
