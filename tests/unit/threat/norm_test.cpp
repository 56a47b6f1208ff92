#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/threat.hpp"

namespace standfast::threat {
namespace {

double value(Norm norm, std::vector<double> values) { return norm.of_vector(values); }

TEST(Norm, EachFixedNormMeasuresAVector) {
  const std::vector<double> values = {3, 0, -4};
  EXPECT_EQ(value(Norm::l0(), values), 2);
  EXPECT_EQ(value(Norm::l1(), values), 7);
  EXPECT_EQ(value(Norm::l2(), values), 5);
  EXPECT_EQ(value(Norm::linf(), values), 4);
  EXPECT_NEAR(value(*Norm::of(3), values), std::cbrt(91.0), 1e-14);
}

TEST(Norm, AnEmptyVectorAndAZeroVectorMeasureZero) {
  for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf(), *Norm::of(1.5)}) {
    EXPECT_EQ(value(norm, {}), 0) << norm.name();
    EXPECT_EQ(value(norm, {0, -0.0}), 0) << norm.name();
  }
}

TEST(Norm, HugeAndTinyEntriesNeitherOverflowNorVanish) {
  EXPECT_DOUBLE_EQ(value(Norm::l2(), {3e200, 4e200}), 5e200);
  EXPECT_DOUBLE_EQ(value(Norm::l2(), {3e-200, 4e-200}), 5e-200);
}

TEST(Norm, InfinityAndNanComeThrough) {
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf(), *Norm::of(1.5)}) {
    EXPECT_EQ(value(norm, {1, -kInfinity}), kInfinity) << norm.name();
    EXPECT_TRUE(std::isnan(value(norm, {1, std::nan(""), 2}))) << norm.name();
  }
}

TEST(Norm, ParseReadsNumbersWithAndWithoutTheLetter) {
  for (const std::string text : {"0", "1", "1.5", "2", "inf"}) {
    const auto plain = Norm::parse(text);
    const auto lettered = Norm::parse("l" + text);
    ASSERT_TRUE(plain.ok()) << text;
    ASSERT_TRUE(lettered.ok()) << text;
    EXPECT_EQ(*plain, *lettered);
    EXPECT_EQ(plain->name(), "l" + text);
  }
}

TEST(Norm, ParseGivesBackWhatNameWrote) {
  for (const double p : {1.0, 1.1, 1.0 / 3 + 1, 2.0, 7.25, 1e9, 1e300, kInfinity}) {
    const Norm norm = *Norm::of(p);
    const auto again = Norm::parse(norm.name());
    ASSERT_TRUE(again.ok()) << norm.name();
    EXPECT_EQ(again->p(), p);
  }
}

TEST(Norm, ParseRefusesWhatIsNoNorm) {
  const std::string huge(100'000, '9');
  for (const std::string text : {"", "l", "ll2", "L2", "0.5", "-1", "-0", "nan", "lnan", "infinity", "1e999", "2 ",
                                 " 2", "2x", "0x2", "+2", ".5", huge.c_str()}) {
    const auto norm = Norm::parse(text);
    ASSERT_FALSE(norm.ok()) << text.substr(0, 20);
    EXPECT_EQ(norm.error().code, ErrorCode::kBadOption);
    EXPECT_LT(norm.error().message.size(), 120u);
  }
}

TEST(Norm, OfRefusesExponentsBelowOneAndNan) {
  for (const double p : {0.5, -1.0, 1 - 1e-16, -kInfinity, std::nan("")}) EXPECT_FALSE(Norm::of(p).ok()) << p;
  EXPECT_EQ(Norm::of(-0.0)->name(), "l0");
}

TEST(Norm, DualExponentsBelongTogether) {
  EXPECT_EQ(Norm::l1().dual_exponent(), kInfinity);
  EXPECT_EQ(Norm::linf().dual_exponent(), 1);
  EXPECT_EQ(Norm::l2().dual_exponent(), 2);
  EXPECT_DOUBLE_EQ(Norm::of(1.5)->dual_exponent(), 3);
}

}  // namespace
}  // namespace standfast::threat
