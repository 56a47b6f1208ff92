#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/instruction_set.hpp"
#include "kernels/kernels.hpp"
#include "kernels/panels.hpp"
#include "support/float_sums.hpp"

namespace standfast::kernels {
namespace {

using support::random_floats;

struct Size {
  std::size_t rows, terms;
};
/// One row, one term, every kind of rest of a panel, a block and the terms that are worked on at a time.
constexpr Size kSizes[] = {{1, 1},   {1, 300},  {2, 5},    {5, 2},   {6, 7},   {7, 127}, {11, 128}, {16, 129},
                           {17, 64}, {50, 200}, {63, 513}, {64, 20}, {65, 31}, {79, 3},  {130, 40}, {251, 33}};

class Linear : public testing::TestWithParam<InstructionSet> {
 protected:
  struct Case {
    Size size;
    AlignedFloats weight, bias, x;  // x is a tile
    Panels panels;
  };
  static Case random_case(Random& random, Size size) {
    Case made{size,
              random_floats(random, size.rows * size.terms),
              random_floats(random, size.rows),
              random_floats(random, size.terms * kLanes),
              {}};
    made.panels = Panels::pack(size.rows, size.terms,
                               [&](std::size_t row, std::size_t term) { return made.weight[row * size.terms + term]; });
    return made;
  }
  static AlignedFloats lane_of(const AlignedFloats& tile, std::size_t lane) {
    AlignedFloats values(tile.size() / kLanes);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = tile[i * kLanes + lane];
    return values;
  }
  const Kernels& kernels_ = kernels_of(GetParam());
};

TEST_P(Linear, TileIsTheProductWithinItsRounding) {
  Random random(1);
  for (const Size size : kSizes) {
    const Case c = random_case(random, size);
    AlignedFloats y(size.rows * kLanes, 7.0F);
    kernels_.linear_tile(c.panels.product(), {c.bias.data(), 1, 0}, c.x.data(), y.data());
    for (std::size_t i = 0; i < y.size(); ++i) {
      support::FloatSum sum(c.bias[i / kLanes]);
      for (std::size_t t = 0; t < size.terms; ++t) {
        sum.add(c.weight[i / kLanes * size.terms + t], c.x[t * kLanes + i % kLanes]);
      }
      EXPECT_NEAR(y[i], sum.value, sum.bound()) << size.rows << " x " << size.terms;
    }
  }
}

TEST_P(Linear, OneInputHasTheBitsOfItsLane) {
  Random random(2);
  for (const Size size : kSizes) {
    const Case c = random_case(random, size);
    AlignedFloats y(size.rows * kLanes);
    kernels_.linear_tile(c.panels.product(), {c.bias.data(), 1, 0}, c.x.data(), y.data());
    for (const std::size_t lane : {std::size_t{0}, std::size_t{13}, kLanes - 1}) {
      AlignedFloats one(size.rows);
      kernels_.linear_one(c.panels.product(), {c.bias.data(), 1, 0}, lane_of(c.x, lane).data(), one.data());
      EXPECT_EQ(one, lane_of(y, lane)) << size.rows << " x " << size.terms;
    }
  }
}

TEST_P(Linear, SumsGoOnFromWhatIsThere) {
  Random random(3);
  for (const Size size : kSizes) {
    const Case c = random_case(random, size);
    const auto before = random_floats(random, size.rows * kLanes);
    AlignedFloats y = before;
    kernels_.linear_tile(c.panels.product(), {nullptr, 0, 0}, c.x.data(), y.data());
    for (std::size_t i = 0; i < y.size(); ++i) {
      support::FloatSum sum(before[i]);
      for (std::size_t t = 0; t < size.terms; ++t) {
        sum.add(c.weight[i / kLanes * size.terms + t], c.x[t * kLanes + i % kLanes]);
      }
      EXPECT_NEAR(y[i], sum.value, sum.bound()) << size.rows << " x " << size.terms;
    }
    AlignedFloats one = lane_of(before, 5);
    kernels_.linear_one(c.panels.product(), {nullptr, 0, 0}, lane_of(c.x, 5).data(), one.data());
    EXPECT_EQ(one, lane_of(y, 5));
  }
}

TEST_P(Linear, AddedRowsHaveTheBitsOfTheTransposedProduct) {
  Random random(5);
  for (const Size size : kSizes) {  // `rows` of W^T are columns of W
    const Case c = random_case(random, {size.terms, size.rows});
    const auto transposed = Panels::pack(
        size.rows, size.terms, [&](std::size_t row, std::size_t term) { return c.weight[term * size.rows + row]; });
    const AlignedFloats dual = random_floats(random, size.terms);
    AlignedFloats expected(size.rows, 0.25F), y = expected;
    kernels_.linear_one(transposed.product(), {nullptr, 0, 0}, dual.data(), expected.data());
    std::vector<const float*> rows;
    for (std::size_t t = 0; t < size.terms; ++t) rows.push_back(c.weight.data() + t * size.rows);
    kernels_.add_rows(rows.data(), dual.data(), size.terms, size.rows, y.data());
    EXPECT_EQ(y, expected) << size.rows << " x " << size.terms;
  }
}

TEST_P(Linear, RowsBeyondTheCacheAreAddedToo) {
  const std::vector<float> row(10001, 2.0F);
  const float* rows[] = {row.data(), row.data(), row.data(), row.data(), row.data()};
  const float scale[] = {1, 2, 3, 4, 5};
  std::vector<float> y(row.size(), 1.0F);
  kernels_.add_rows(rows, scale, 5, y.size(), y.data());
  EXPECT_EQ(y, std::vector<float>(row.size(), 31.0F));
}

TEST_P(Linear, ANotANumberIsNeverSkipped) {
  const Panels panels = Panels::pack(1, 2, [](std::size_t, std::size_t) { return 0.0F; });
  const float x[] = {std::nanf(""), 1};
  float y[1];
  const float zero = 0;
  kernels_.linear_one(panels.product(), {&zero, 0, 0}, x, y);
  EXPECT_TRUE(std::isnan(y[0]));
}

INSTANTIATE_TEST_SUITE_P(EachSet, Linear, testing::ValuesIn(available_sets().begin(), available_sets().end()),
                         [](const auto& each) { return name_of(each.param); });

}  // namespace
}  // namespace standfast::kernels
