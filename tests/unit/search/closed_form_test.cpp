#include "search/closed_form.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::search {
namespace {

const std::vector<double> kCostOfOne = {1, 1};

TEST(ClosedForm, IsTheMarginOverTheDualNorm) {
  const minorant::SeparableMinorant m{6, {3, -4}, {}, {}};
  EXPECT_DOUBLE_EQ(closed_form_radius(m, kCostOfOne, Norm::l1(), 1), 1.5);
  EXPECT_DOUBLE_EQ(closed_form_radius(m, kCostOfOne, Norm::l2(), 1), 1.2);
  EXPECT_DOUBLE_EQ(closed_form_radius(m, kCostOfOne, Norm::linf(), 1), 6.0 / 7);
  const Norm three = Norm::of(3).value();
  EXPECT_NEAR(closed_form_radius(m, kCostOfOne, three, 1), 6 / std::pow(std::pow(3, 1.5) + std::pow(4, 1.5), 2.0 / 3),
              1e-12);
}

TEST(ClosedForm, RadiusGrowsWithTheMargin) {
  minorant::SeparableMinorant m{1, {3, -4}, {}, {}};
  const double small = closed_form_radius(m, kCostOfOne, Norm::l2(), 1);
  m.margin = 2;
  EXPECT_DOUBLE_EQ(closed_form_radius(m, kCostOfOne, Norm::l2(), 1), 2 * small);
}

TEST(ClosedForm, AFlatMinorantIsInfiniteAndNoMarginIsZero) {
  EXPECT_EQ(closed_form_radius(minorant::SeparableMinorant{1, {0, 0}, {}, {}}, kCostOfOne, Norm::l2(), 1), kInfinity);
  EXPECT_EQ(closed_form_radius(minorant::SeparableMinorant{0, {1, 0}, {}, {}}, kCostOfOne, Norm::l2(), 1), 0);
  EXPECT_EQ(closed_form_radius(minorant::SeparableMinorant{NAN, {1, 0}, {}, {}}, kCostOfOne, Norm::l2(), 1), 0);
}

TEST(ClosedForm, HugeAndTinySlopesNeitherOverflowNorVanish) {
  EXPECT_DOUBLE_EQ(
      closed_form_radius(minorant::SeparableMinorant{5e200, {3e200, 4e200}, {}, {}}, kCostOfOne, Norm::l2(), 1), 1);
  EXPECT_DOUBLE_EQ(
      closed_form_radius(minorant::SeparableMinorant{5e-200, {3e-200, 4e-200}, {}, {}}, kCostOfOne, Norm::l2(), 1), 1);
}

}  // namespace
}  // namespace standfast::search
