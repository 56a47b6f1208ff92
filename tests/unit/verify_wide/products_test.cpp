// The verifier's inner loops, for every instruction set: sums within their proven bound, the same bits in every lane.
#include "verify_wide/products.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/rounding.hpp"
#include "unit/verify_wide/product_sets.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {
namespace {

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

/// The most that a sum of so many products may be off, as a share of the sum of their sizes.
double narrow_gamma(std::size_t rows) {
  return static_cast<double>(std::min(rows, Products::kRowsAtOnce) + 1) * 0x1p-24 * 1.001;
}

TEST(Products, EverySumInFloat32IsWithinItsBound) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      Random random(seed);
      const std::size_t lanes = std::vector<std::size_t>{1, 8, 16}[random.below(3)];
      Case c = random_case(random, lanes);
      for (float& w : c.weight) w = random.uniform() < 0.2 ? 0 : static_cast<float>(random.normal());
      c.matrix.at = c.weight.data();
      std::vector<float> dual;
      for (std::size_t i = 0; i < c.dual.size(); ++i) {
        dual.push_back(random.uniform() < 0.3 ? 0 : static_cast<float>(random.normal()));
      }
      for (double& start : c.start) start = random.normal();
      std::vector<double> value = c.start;
      set->add_narrow(c.matrix, lanes, dual.data(), value.data());
      for (std::size_t at = 0; at < value.size(); ++at) {
        double exact = c.start[at], size = 0;
        for (std::size_t r = 0; r < c.matrix.rows; ++r) {
          const float w = c.matrix.at[r * c.matrix.row_stride + at / lanes * c.matrix.column_stride];
          const double product = static_cast<double>(c.matrix.magnitudes ? std::fabs(w) : w) *
                                 static_cast<double>(dual[r * lanes + at % lanes]);
          exact += product;
          size += std::fabs(product);
        }
        ASSERT_LE(std::fabs(value[at] - exact), narrow_gamma(c.matrix.rows) * size + 1e-13 * (size + 10))
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
        std::vector<float> narrow_dual(dual.begin(), dual.end()), narrow_duals(c.dual.begin(), c.dual.end());
        std::vector<double> narrow_alone(c.matrix.columns, 0.5), narrow(c.start.size(), 0.5);
        set->add_narrow(c.matrix, 1, narrow_dual.data(), narrow_alone.data());
        set->add_narrow(c.matrix, lanes, narrow_duals.data(), narrow.data());
        for (std::size_t i = 0; i < alone.size(); ++i) {
          ASSERT_EQ(alone[i], value[i * lanes + lane]) << set->name << " seed " << seed << " lane " << lane;
          // infinities and what they make may be there, where nothing is proven
          if (std::isnan(narrow_alone[i]) && std::isnan(narrow[i * lanes + lane])) continue;
          ASSERT_EQ(narrow_alone[i], narrow[i * lanes + lane]) << set->name << " seed " << seed << " lane " << lane;
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

std::int64_t between(Random& random, std::int64_t lo, std::int64_t hi) {
  return lo + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(hi - lo + 1)));
}

/// Every product of a convolution, by its definition.
template <class Tap>
void for_each_tap(const Affine& op, Tap&& tap) {
  const model::Shape& k = op.weight->shape;
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

struct ConvolutionCase {
  Affine op;
  model::Tensor weight;
};

template <class Number>
ConvolutionCase random_convolution(Random& random, const Number& number) {
  ConvolutionCase made;
  Affine& op = made.op;
  op.is_conv = true;
  op.stride = between(random, 1, 3);
  op.padding = between(random, 0, 3);
  op.dilation = between(random, 1, 2);
  const std::int64_t kh = between(random, 1, 5), kw = between(random, 1, 5);
  const auto reach = [&](std::int64_t k) { return op.dilation * (k - 1) + 1; };
  const auto extent = [&](std::int64_t k) { return std::max<std::int64_t>(1, reach(k) - 2 * op.padding); };
  op.in = {between(random, 1, 7), extent(kh) + between(random, 0, 9), extent(kw) + between(random, 0, 9)};
  op.out = {between(random, 1, random.below(4) == 0 ? 20 : 7), (op.in[1] + 2 * op.padding - reach(kh)) / op.stride + 1,
            (op.in[2] + 2 * op.padding - reach(kw)) / op.stride + 1};
  made.weight.shape = {op.out[0], op.in[0], kh, kw};
  for (std::size_t i = 0; i < model::element_count(made.weight.shape); ++i) {
    made.weight.values.push_back(static_cast<float>(number()));
  }
  return made;
}

TEST(AffineOps, AConvolutionIsTheSumOfItsTapsBothWays) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Random random(seed);
      // small integers: every sum is exact, in float32 as well
      const auto integer = [&] { return static_cast<double>(between(random, -9, 9)); };
      ConvolutionCase made = random_convolution(random, integer);
      Affine& op = made.op;
      op.weight = &made.weight;
      const std::size_t lanes = std::vector<std::size_t>{1, 8, 16}[random.below(3)];
      const std::size_t ins = model::element_count(op.in), outs = model::element_count(op.out);
      std::vector<double> x(ins * lanes), dual(outs * lanes);
      for (double& value : x) value = integer();
      for (double& value : dual) value = integer();
      for (const Weights weights : {Weights::kSigned, Weights::kMagnitudes}) {
        std::vector<double> back(ins * lanes, 3), expected_back = back, narrow = back, out(outs * lanes, -2),
                                                  expected_out = out;
        add_transposed(*set, op, weights, lanes, dual, back);
        add_product(*set, op, weights, lanes, x, out);
        for_each_tap(op, [&](float w, std::size_t in, std::size_t to) {
          const double used = weights == Weights::kMagnitudes ? std::fabs(w) : w;
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            expected_back[in * lanes + lane] += used * dual[to * lanes + lane];
            expected_out[to * lanes + lane] += used * x[in * lanes + lane];
          }
        });
        ASSERT_EQ(back, expected_back) << set->name << " seed " << seed;
        ASSERT_EQ(out, expected_out) << set->name << " seed " << seed;
        if (weights == Weights::kMagnitudes) continue;
        add_transposed(*set, op, lanes, std::vector<float>(dual.begin(), dual.end()), narrow);
        ASSERT_EQ(narrow, expected_back) << set->name << " seed " << seed;
      }
    }
  }
}

TEST(AffineOps, ALaneOfAConvolutionHasTheBitsThatItHasAlone) {
  for (const Products* set : every_set()) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Random random(seed);
      ConvolutionCase made = random_convolution(random, [&] { return random.normal(); });
      made.op.weight = &made.weight;
      const std::size_t lanes = 8 + 8 * random.below(2), ins = model::element_count(made.op.in);
      std::vector<double> dual(model::element_count(made.op.out) * lanes), back(ins * lanes), narrow = back;
      for (double& value : dual) value = random.uniform() < 0.3 ? 0 : random.normal();
      const std::vector<float> rounded(dual.begin(), dual.end());
      add_transposed(*set, made.op, Weights::kSigned, lanes, dual, back);
      add_transposed(*set, made.op, lanes, rounded, narrow);
      const std::size_t lane = random.below(lanes);
      std::vector<double> one, back_alone(ins), narrow_alone(ins);
      for (std::size_t at = lane; at < dual.size(); at += lanes) one.push_back(dual[at]);
      add_transposed(*set, made.op, Weights::kSigned, 1, one, back_alone);
      add_transposed(*set, made.op, 1, std::vector<float>(one.begin(), one.end()), narrow_alone);
      for (std::size_t i = 0; i < ins; ++i) {
        ASSERT_EQ(back_alone[i], back[i * lanes + lane]) << set->name << " seed " << seed;
        ASSERT_EQ(narrow_alone[i], narrow[i * lanes + lane]) << set->name << " seed " << seed;
      }
    }
  }
}

TEST(AffineOps, AnInputIsJoinedToTheOutputsThatItsWeightsReach) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    ConvolutionCase made = random_convolution(random, [&] { return static_cast<double>(random.below(3) == 0); });
    Affine& op = made.op;
    op.weight = &made.weight;
    if (random.below(3) == 0) {
      op = {};
      made.weight.shape = {between(random, 1, 9), between(random, 1, 9)};
      made.weight.values.resize(model::element_count(made.weight.shape));
      op.weight = &made.weight;
      op.in = {made.weight.shape[1]};
      op.out = {made.weight.shape[0]};
    }
    std::vector<double> touched(model::element_count(op.out)), reached(model::element_count(op.in));
    for (double& t : touched) t = random.below(8) == 0 ? 1 : 0;
    add_transposed(best_products(), op, Weights::kMagnitudes, 1, touched, reached);
    const std::size_t channels = op.is_conv ? static_cast<std::size_t>(op.out[0]) : touched.size();
    const std::size_t positions = touched.size() / channels;
    const auto any_touched = [&](std::size_t position) {
      bool any = false;
      for (std::size_t at = position; at < touched.size(); at += positions) any = any || touched[at] != 0;
      return any;
    };
    for (std::size_t i = 0; i < reached.size(); ++i) {
      ASSERT_EQ(joined_to(op, i, any_touched, [&](std::size_t o) { return touched[o] != 0; }), reached[i] != 0) << seed;
    }
  }
}

}  // namespace
}  // namespace standfast::verify_wide
