#include "lab/fits/exact_score.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "lab/fits/fitted_model.hpp"

namespace standfast::lab {
namespace {

Dataset one_row(std::vector<float> x, bool image) {
  Dataset data;
  data.source = "row";
  data.input_shape = image ? model::Shape{1, 1, static_cast<std::int64_t>(x.size())}
                           : model::Shape{static_cast<std::int64_t>(x.size())};
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

model::Node weighted(model::NodeKind kind, std::int32_t input, model::Tensor weight, model::Tensor bias) {
  model::Node node;
  node.kind = kind;
  node.name = std::to_string(input + 1);
  node.inputs = {input};
  node.weight = std::move(weight);
  node.bias = std::move(bias);
  return node;
}

/// The convolution as a matrix, its padding left out.
model::Tensor as_matrix(const model::Node& conv, const model::Shape& in, const model::Shape& out) {
  model::Tensor matrix{{out[0] * out[1] * out[2], in[0] * in[1] * in[2]}, {}};
  matrix.values.resize(model::element_count(matrix.shape));
  for (std::int64_t o = 0; o < matrix.shape[0]; ++o)
    for (std::int64_t c = 0; c < in[0]; ++c)
      for (std::int64_t i = 0; i < conv.weight.shape[2]; ++i)
        for (std::int64_t j = 0; j < conv.weight.shape[3]; ++j) {
          const std::int64_t y = o / out[2] % out[1] * conv.stride - conv.padding + i * conv.dilation;
          const std::int64_t x = o % out[2] * conv.stride - conv.padding + j * conv.dilation;
          if (y < 0 || y >= in[1] || x < 0 || x >= in[2]) continue;
          const std::int64_t channel = o / (out[1] * out[2]);
          const std::int64_t tap = ((channel * in[0] + c) * conv.weight.shape[2] + i) * conv.weight.shape[3] + j;
          matrix.values[static_cast<std::size_t>(o * matrix.shape[1] + (c * in[1] + y) * in[2] + x)] =
              conv.weight.values[static_cast<std::size_t>(tap)];
        }
  return matrix;
}

model::Tensor random_tensor(model::Shape shape, Random& random) {
  model::Tensor tensor{std::move(shape), {}};
  tensor.values.resize(model::element_count(tensor.shape));
  for (float& value : tensor.values) value = static_cast<float>(std::round(random.uniform(-64, 64)) / 16);
  return tensor;
}

TEST(ExactScore, OfAConvolutionIsThatOfItsMatrix) {
  Random random(5);
  for (const std::int64_t dilation : {1, 2}) {
    Dataset data = one_row(std::vector<float>(2 * 5 * 7), true);
    data.input_shape = {2, 5, 7};
    for (float& x : data.features) x = static_cast<float>(std::floor(random.uniform(0, 256))) / 255.0F;
    model::Node conv = weighted(model::NodeKind::kConv2d, model::kGraphInput, random_tensor({3, 2, 3, 3}, random),
                                random_tensor({3}, random));
    conv.stride = 2;
    conv.padding = 2;
    conv.dilation = dilation;
    model::Model model = blank_model(data, "a", "b");
    const std::int64_t rows = (5 + 4 - 2 * dilation - 1) / 2 + 1;
    const std::int64_t columns = (7 + 4 - 2 * dilation - 1) / 2 + 1;
    const model::Shape out = {3, rows, columns};
    model.graph.nodes = {conv,
                         weighted(model::NodeKind::kLinear, 0, random_tensor({1, 3 * rows * columns}, random), {})};
    model::Model dense = model;
    model::Tensor bias{{3 * rows * columns}, {}};
    for (std::int64_t o = 0; o < bias.shape[0]; ++o)
      bias.values.push_back(conv.bias.values[static_cast<std::size_t>(o / (rows * columns))]);
    dense.graph.nodes[0] =
        weighted(model::NodeKind::kLinear, model::kGraphInput, as_matrix(conv, data.input_shape, out), bias);
    for (const auto& units : {byte_units(), *dyadic_units(data)}) {
      const auto one = ExactScore::make(model, units);
      const auto other = ExactScore::make(dense, units);
      ASSERT_TRUE(one.ok() && other.ok());
      const auto of_conv = one->scores(data, 0, 1);
      const auto of_matrix = other->scores(data, 0, 1);
      EXPECT_EQ(of_conv.scores, of_matrix.scores);
      EXPECT_EQ(of_conv.values, of_matrix.values);
      EXPECT_EQ(of_conv.values.size(), bias.values.size());
    }
  }
}

TEST(ExactScore, RefusesNumbersTooFarApart) {
  const Dataset data = one_row({1.0F, 1.0F}, false);
  const auto units = dyadic_units(data);
  ASSERT_TRUE(units.ok());
  model::Model model = max_affine_model(data, Planes{{1, 1}, {0}}, "a", "b");
  model.graph.nodes[0].weight.values = {0x1p100F, 0x1p-100F};
  EXPECT_EQ(ExactScore::make(model, *units).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(dyadic_units(one_row({0x1p60F, 0x1p-60F}, false)).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(dyadic_units(one_row({INFINITY}, false)).error().code, ErrorCode::kBadValue);
}

}  // namespace
}  // namespace standfast::lab
