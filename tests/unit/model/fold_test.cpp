#include "model/fold.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "builders.hpp"

namespace standfast::model {
namespace {

using test::conv_node;
using test::linear_node;
using test::uniform;

using Values = std::vector<double>;

Values random_values(std::size_t count, double lo, double hi, Random& random) {
  Values values(count);
  for (double& value : values) value = random.uniform(lo, hi);
  return values;
}

// y = scale z + shift with one value, one per channel or one per element.
Values normalise(const Values& z, std::size_t channels, const ElementwiseAffine& norm) {
  const auto at = [&](const Values& values, std::size_t i) {
    if (values.size() == 1) return values[0];
    return values.size() == channels ? values[i / (z.size() / channels)] : values[i];
  };
  Values y(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) y[i] = at(norm.scale, i) * z[i] + at(norm.shift, i);
  return y;
}

Values linear(const Node& node, const Values& z) {
  Values y(static_cast<std::size_t>(node.weight.shape[0]), 0.0);
  for (std::size_t o = 0; o < y.size(); ++o) {
    if (!node.bias.empty()) y[o] = node.bias.values[o];
    for (std::size_t i = 0; i < z.size(); ++i) y[o] += node.weight.values[o * z.size() + i] * z[i];
  }
  return y;
}

Values conv2d(const Node& node, const Shape& in, const Shape& out, const Values& z) {
  const Shape& w = node.weight.shape;
  Values result(element_count(out), 0.0);
  const auto area = static_cast<std::size_t>(out[1] * out[2]);
  for (std::size_t position = 0; position < result.size(); ++position) {
    const auto channel = static_cast<std::int64_t>(position / area);
    const auto row = static_cast<std::int64_t>(position % area) / out[2];
    const auto column = static_cast<std::int64_t>(position) % out[2];
    if (!node.bias.empty())
      result[position] = node.bias.values[node.bias.shape.size() == 1 ? position / area : position];
    for (std::int64_t tap = 0; tap < w[1] * w[2] * w[3]; ++tap) {
      const std::int64_t c = tap / (w[2] * w[3]);
      const std::int64_t y = row * node.stride - node.padding + tap / w[3] % w[2] * node.dilation;
      const std::int64_t x = column * node.stride - node.padding + tap % w[3] * node.dilation;
      if (y < 0 || x < 0 || y >= in[1] || x >= in[2]) continue;
      result[position] += node.weight.values[static_cast<std::size_t>(channel * w[1] * w[2] * w[3] + tap)] *
                          z[static_cast<std::size_t>((c * in[1] + y) * in[2] + x)];
    }
  }
  return result;
}

// One rounding to float of each weight and bias, over at most 64 terms of size at most 8.
void expect_close(const Values& found, const Values& expected) {
  ASSERT_EQ(found.size(), expected.size());
  const double slack = 64 * 8 * 8 * static_cast<double>(std::numeric_limits<float>::epsilon());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], slack) << "element " << i;
}

Node fold_both(const Node& node, const ElementwiseAffine& before, const Shape& input, const ElementwiseAffine& after) {
  WideLayer layer = widen(node);
  EXPECT_TRUE(fold_before(layer, before, input, LayerReads::kConvex).ok());
  EXPECT_TRUE(fold_after(layer, after, LayerReads::kConvex).ok());
  Node folded = node;
  EXPECT_TRUE(round_into(layer, folded).ok());
  return folded;
}

TEST(Fold, ALinearLayerBetweenTwoNormsIsOneLayer) {
  Random random(1);
  for (const std::size_t before_count : {1, 3, 12}) {
    for (const std::size_t after_count : {1, 5}) {
      for (const bool bias : {false, true}) {
        const Shape input = {3, 2, 2};
        const Node node = linear_node("l", kGraphInput, uniform({5, 12}, -1, 1, random),
                                      bias ? uniform({5}, -1, 1, random) : Tensor{});
        const ElementwiseAffine before{random_values(before_count, 0, 2, random),
                                       random_values(before_count, -1, 1, random)};
        const ElementwiseAffine after{random_values(after_count, 0, 2, random),
                                      random_values(after_count, -1, 1, random)};
        const Values z = random_values(12, -2, 2, random);
        expect_close(linear(fold_both(node, before, input, after), z),
                     normalise(linear(node, normalise(z, 3, before)), 5, after));
      }
    }
  }
}

struct ConvCase {
  std::int64_t stride, padding, dilation;
  std::size_t shifts;  // of the norm before: 1, channels or elements
  int bias;            // 0 none, 1 per channel, 2 map
};

void expect_conv_folds(const ConvCase& c, Random& random) {
  const Shape input = {2, 5, 4};
  Node node = conv_node("c", kGraphInput, uniform({3, 2, 2, 3}, -1, 1, random), c.padding);
  node.stride = c.stride;
  node.dilation = c.dilation;
  const auto extent = [&](std::int64_t in, std::int64_t k) {
    return (in + 2 * c.padding - c.dilation * (k - 1) - 1) / c.stride + 1;
  };
  const Shape output = {3, extent(5, 2), extent(4, 3)};
  if (c.bias > 0) node.bias = uniform(c.bias == 1 ? Shape{3} : output, -1, 1, random);
  const ElementwiseAffine before{random_values(2, 0, 2, random), random_values(c.shifts, -1, 1, random)};
  const ElementwiseAffine after{random_values(3, 0, 2, random), random_values(1, -1, 1, random)};
  const Node folded = fold_both(node, before, input, after);
  const auto shapes = infer_shapes({input, {folded, test::node_of(NodeKind::kMax, "m", {0})}});
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  ASSERT_EQ((*shapes)[0], output);
  const Values z = random_values(40, -2, 2, random);
  expect_close(conv2d(folded, input, output, z),
               normalise(conv2d(node, input, output, normalise(z, 2, before)), 3, after));
}

TEST(Fold, APaddedConvolutionBetweenTwoNormsIsOneLayerWithABiasMap) {
  Random random(2);
  for (const std::size_t shifts : {1, 2, 40}) {
    for (const int bias : {0, 1, 2}) {
      for (const std::int64_t padding : {0, 1, 2}) {
        expect_conv_folds({1, padding, 1, shifts, bias}, random);
        expect_conv_folds({2, padding, 1, shifts, bias}, random);
      }
      expect_conv_folds({1, 2, 2, shifts, bias}, random);
    }
  }
}

TEST(Fold, OnlyAPaddedConvolutionNeedsABiasMap) {
  Random random(3);
  const ElementwiseAffine norm{{2}, {0.5}};
  const Node valid = conv_node("c", kGraphInput, uniform({3, 2, 2, 2}, 0, 1, random), 0);
  EXPECT_EQ(fold_both(valid, norm, {2, 4, 4}, {{1}, {0}}).bias.shape, (Shape{3}));
  const Node padded = conv_node("c", kGraphInput, uniform({3, 2, 3, 3}, 0, 1, random), 1);
  EXPECT_EQ(fold_both(padded, norm, {2, 4, 4}, {{1}, {0}}).bias.shape, (Shape{3, 4, 4}));
}

TEST(Fold, ABatchNormIsAScaleAndAShift) {
  const auto affine = inference_affine({{3, 1}, {0.5, 0}, {2, 0}, {4, 1}, 0});
  ASSERT_TRUE(affine.ok());
  EXPECT_EQ(affine->scale, (Values{1.5, 1}));
  EXPECT_EQ(affine->shift, (Values{-2.5, 0}));
  EXPECT_EQ(inference_affine({{}, {}, {2}, {4}, 0})->scale, (Values{0.5}));
}

TEST(Fold, ABatchNormThatIsNotOneIsRefused) {
  EXPECT_EQ(inference_affine({{1}, {1}, {1, 2}, {1, 2}, 0}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(inference_affine({{}, {}, {}, {}, 0}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(inference_affine({{}, {}, {0}, {-1}, 0}).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(inference_affine({{}, {}, {0}, {0}, 0}).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(inference_affine({{}, {}, {std::nan("")}, {1}, 0}).error().code, ErrorCode::kBadValue);
}

TEST(Fold, ANegativeScaleOnAConvexPathIsRefused) {
  Random random(4);
  const Node node = linear_node("l", kGraphInput, uniform({2, 3}, 0, 1, random));
  const ElementwiseAffine norm{{-1}, {0}};
  WideLayer layer = widen(node);
  EXPECT_EQ(fold_after(layer, norm, LayerReads::kConvex).error().code, ErrorCode::kNotConvex);
  EXPECT_EQ(fold_before(layer, norm, {3}, LayerReads::kConvex).error().code, ErrorCode::kNotConvex);
  EXPECT_TRUE(fold_after(layer, norm, LayerReads::kAffine).ok());
  EXPECT_TRUE(fold_before(layer, norm, {3}, LayerReads::kAffine).ok());
}

TEST(Fold, WrongLengthsAreRefused) {
  Random random(5);
  WideLayer layer = widen(linear_node("l", kGraphInput, uniform({2, 3}, 0, 1, random)));
  EXPECT_EQ(fold_after(layer, {{1, 1, 1}, {0}}, LayerReads::kAffine).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(fold_after(layer, {{1}, {}}, LayerReads::kAffine).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(fold_before(layer, {{1}, {0}}, {4}, LayerReads::kAffine).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(fold_before(layer, {{std::nan("")}, {0}}, {3}, LayerReads::kAffine).error().code, ErrorCode::kBadValue);
  WideLayer conv = widen(conv_node("c", kGraphInput, uniform({1, 2, 1, 1}, 0, 1, random), 0));
  const ElementwiseAffine per_element{Values(8, 1.0), {0}};
  EXPECT_EQ(fold_before(conv, per_element, {2, 2, 2}, LayerReads::kAffine).error().code, ErrorCode::kUnsupported);
}

TEST(Fold, AWeightThatNoFloatHoldsIsRefused) {
  Node node = linear_node("l", kGraphInput, test::constant({1, 1}, 1e30F));
  const Node before = node;
  WideLayer layer = widen(node);
  ASSERT_TRUE(fold_after(layer, {{1e30}, {0}}, LayerReads::kAffine).ok());
  EXPECT_EQ(round_into(layer, node).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(node, before);
}

}  // namespace
}  // namespace standfast::model
