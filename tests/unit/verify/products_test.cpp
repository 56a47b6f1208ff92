// The verifier's inner loops, for every instruction set: sums within their proven bound, the same bits in every lane.
#include "verify/products.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/rounding.hpp"
#include "unit/verify/product_sets.hpp"
#include "verify/affine_ops.hpp"

namespace standfast {
namespace {

using verify_ops::Affine;
using verify_ops::every_set;
using verify_ops::Matrix;
using verify_ops::Products;
using verify_ops::Weights;

/// Numbers of all sizes that the verifier hands over, and zeros.
double any_dual(Random& random) {
  if (random.uniform() < 0.3) return 0;
  return random.normal() * std::exp2(random.uniform() < 0.5 ? 0 : random.uniform(-700, 700));
}

float any_weight(Random& random) {
  const double draw = random.uniform();
  if (draw < 0.1) return 0;
  return static_cast<float>(random.normal() * std::exp2(draw < 0.6 ? 0 : random.uniform(-148, 120)));
}

struct Case {
  std::vector<float> weight;
  Matrix matrix;
  std::vector<double> dual, start;
};

Case random_case(Random& random, std::size_t lanes) {
  Case made;
  Matrix& m = made.matrix;
  m.rows = 1 + random.below(random.below(3) == 0 ? 200 : 20);
  m.columns = 1 + random.below(40);
  const bool flat = random.below(2) == 0;
  m.row_stride = flat ? m.columns : 1;
  m.column_stride = flat ? 1 : m.rows;
  m.magnitudes = random.below(2) == 0;
  for (std::size_t i = 0; i < m.rows * m.columns; ++i) made.weight.push_back(any_weight(random));
  m.at = made.weight.data();
  for (std::size_t i = 0; i < m.rows * lanes; ++i) made.dual.push_back(any_dual(random));
  for (std::size_t i = 0; i < m.columns * lanes; ++i) made.start.push_back(any_dual(random));
  return made;
}

TEST(Products, EverySumIsWithinItsBound) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      Random random(seed);
      const std::size_t lanes = std::vector<std::size_t>{1, 8, 16}[random.below(3)];
      const Case c = random_case(random, lanes);
      std::vector<double> value = c.start;
      set->add(c.matrix, lanes, c.dual.data(), value.data());
      for (std::size_t at = 0; at < value.size(); ++at) {
        long double exact = c.start[at], size = std::fabs(exact);
        for (std::size_t r = 0; r < c.matrix.rows; ++r) {
          const float w = c.matrix.at[r * c.matrix.row_stride + at / lanes * c.matrix.column_stride];
          const long double product = static_cast<long double>(c.matrix.magnitudes ? std::fabs(w) : w) *
                                      static_cast<long double>(c.dual[r * lanes + at % lanes]);
          exact += product;
          size += std::fabs(product);
        }
        // long double has 2^-11 of the roundings that the bound allows
        ASSERT_LE(std::fabs(value[at] - exact), gamma_n(c.matrix.rows + 2) * size * (1 + 0x1p-9L))
            << set->name << " seed " << seed << " element " << at;
      }
    }
  }
}

TEST(Products, ALaneHasTheBitsThatItHasAlone) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Random random(seed);
      const std::size_t lanes = 8 + 8 * random.below(2);
      Case c = random_case(random, lanes);
      for (std::size_t r = 0; r < c.matrix.rows; ++r) {  // a row that only some lanes have
        if (random.below(3) == 0) std::fill_n(c.dual.data() + r * lanes, 1 + random.below(lanes), 0.0);
      }
      std::vector<double> value = c.start;
      set->add(c.matrix, lanes, c.dual.data(), value.data());
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        std::vector<double> dual, alone;
        for (std::size_t r = 0; r < c.matrix.rows; ++r) dual.push_back(c.dual[r * lanes + lane]);
        for (std::size_t i = 0; i < c.matrix.columns; ++i) alone.push_back(c.start[i * lanes + lane]);
        set->add(c.matrix, 1, dual.data(), alone.data());
        for (std::size_t i = 0; i < alone.size(); ++i) {
          ASSERT_EQ(alone[i], value[i * lanes + lane]) << set->name << " seed " << seed << " lane " << lane;
        }
      }
    }
  }
}

TEST(Products, ANumberThatIsNoneReachesEverySumOfItsLaneAndNoOther) {
  for (const Products* set : every_set()) {
    const std::vector<float> weight(3 * 21, 0.0F);
    std::vector<double> dual(3 * 8, 0.0), value(21 * 8, 1.0);
    dual[8 + 5] = std::nan("");
    set->add({weight.data(), 3, 21, 21, 1, false}, 8, dual.data(), value.data());
    for (std::size_t i = 0; i < value.size(); ++i) ASSERT_EQ(std::isnan(value[i]), i % 8 == 5) << set->name << i;
  }
}

TEST(Products, AScaledRowIsWithinOneProductAndOneSum) {
  for (const Products* set : every_set()) {
    Random random(5);
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<double> source, target;
      for (std::size_t i = 0; i < count; ++i) source.push_back(any_dual(random)), target.push_back(any_dual(random));
      std::vector<double> sum = target;
      sum.push_back(7);
      const double weight = any_weight(random);
      set->add_scaled(weight, source.data(), count, sum.data());
      for (std::size_t i = 0; i < count; ++i) {
        const long double product = static_cast<long double>(weight) * source[i];
        const long double size = std::fabs(product) + std::fabs(target[i]);
        ASSERT_LE(std::fabs(sum[i] - (target[i] + product)), gamma_n(2) * size * (1 + 0x1p-8L)) << set->name;
      }
      ASSERT_EQ(sum.back(), 7) << set->name;
    }
  }
}

std::int64_t between(Random& random, std::int64_t lo, std::int64_t hi) {
  return lo + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(hi - lo + 1)));
}

/// Every product of a convolution, by its definition.
template <class Tap>
void for_each_tap(const Affine& op, Tap&& tap) {
  const Shape& k = op.weight->shape;
  std::size_t weight = 0;
  for (std::int64_t o = 0; o < k[0]; ++o) {
    for (std::int64_t c = 0; c < k[1]; ++c) {
      for (std::int64_t at = 0; at < k[2] * k[3]; ++at, ++weight) {
        for (std::int64_t to = 0; to < op.out[1] * op.out[2]; ++to) {
          const std::int64_t row = to / op.out[2] * op.stride + at / k[3] * op.dilation - op.padding;
          const std::int64_t column = to % op.out[2] * op.stride + at % k[3] * op.dilation - op.padding;
          if (row < 0 || row >= op.in[1] || column < 0 || column >= op.in[2]) continue;
          tap(op.weight->values[weight], static_cast<std::size_t>((c * op.in[1] + row) * op.in[2] + column),
              static_cast<std::size_t>(o * op.out[1] * op.out[2] + to));
        }
      }
    }
  }
}

TEST(AffineOps, AConvolutionIsTheSumOfItsTapsBothWays) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Random random(seed);
      Affine op;
      op.is_conv = true;
      op.stride = between(random, 1, 3);
      op.padding = between(random, 0, 3);
      op.dilation = between(random, 1, 2);
      const std::int64_t kh = between(random, 1, 4), kw = between(random, 1, 4);
      const auto reach = [&](std::int64_t k) { return op.dilation * (k - 1) + 1; };
      const auto extent = [&](std::int64_t k) { return std::max<std::int64_t>(1, reach(k) - 2 * op.padding); };
      op.in = {between(random, 1, 3), extent(kh) + between(random, 0, 5), extent(kw) + between(random, 0, 5)};
      op.out = {between(random, 1, 3), (op.in[1] + 2 * op.padding - reach(kh)) / op.stride + 1,
                (op.in[2] + 2 * op.padding - reach(kw)) / op.stride + 1};
      Tensor weight{{op.out[0], op.in[0], kh, kw}, {}};
      // small integers: every sum is exact in float64
      const auto integer = [&] { return static_cast<double>(between(random, -9, 9)); };
      for (std::size_t i = 0; i < element_count(weight.shape); ++i) {
        weight.values.push_back(static_cast<float>(integer()));
      }
      op.weight = &weight;
      const std::size_t lanes = random.below(2) == 0 ? 1 : 8;
      const std::size_t ins = element_count(op.in), outs = element_count(op.out);
      std::vector<double> x(ins * lanes), dual(outs * lanes);
      for (double& value : x) value = integer();
      for (double& value : dual) value = integer();
      for (const Weights weights : {Weights::kSigned, Weights::kMagnitudes}) {
        std::vector<double> back(ins * lanes, 3), expected_back = back, out(outs * lanes, -2), expected_out = out;
        verify_ops::add_transposed(*set, op, weights, lanes, dual, back);
        verify_ops::add_product(*set, op, weights, lanes, x, out);
        for_each_tap(op, [&](float w, std::size_t in, std::size_t to) {
          const double used = weights == Weights::kMagnitudes ? std::fabs(w) : w;
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            expected_back[in * lanes + lane] += used * dual[to * lanes + lane];
            expected_out[to * lanes + lane] += used * x[in * lanes + lane];
          }
        });
        ASSERT_EQ(back, expected_back) << set->name << " seed " << seed;
        ASSERT_EQ(out, expected_out) << set->name << " seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace standfast
