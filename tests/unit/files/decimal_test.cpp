#include "files/decimal.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::files {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kInf = std::numeric_limits<double>::infinity();

double read_back(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

TEST(Decimal, LiesOnTheRightSideAndNextToTheNumber) {
  Random random(7);
  for (int i = 0; i < 50'000; ++i) {
    const double value = std::exp(random.uniform(-700, 700)) * (random.below(2) == 0 ? 1 : -1);
    const int digits = 1 + static_cast<int>(random.below(12));
    const double down = read_back(decimal_rounded_down(value, digits));
    const double up = read_back(decimal_rounded_up(value, digits));
    const double step = std::pow(10.0, 1 - digits) * std::fabs(value) * 1.0001;
    EXPECT_LE(down, value);
    EXPECT_GE(up, value);
    EXPECT_GE(down, value - step) << value << " with " << digits;
    EXPECT_LE(up, value + step) << value << " with " << digits;
  }
}

TEST(Decimal, NeighboursOfShortDecimalsAndPowersOfTenKeepTheirSide) {
  for (const double middle : {0.001, 0.3, 1.0, 1.234, 999.5, 1000.0, 1e15, 1e22, 1e-300, 9.9995}) {
    double value = middle;
    for (int i = 0; i < 5; ++i) value = std::nextafter(value, 0.0);
    for (int i = 0; i < 11; ++i, value = std::nextafter(value, kInf)) {
      for (int digits = 1; digits <= 17; ++digits) {
        EXPECT_LE(read_back(decimal_rounded_down(value, digits)), value);
        EXPECT_GE(read_back(decimal_rounded_up(value, digits)), value);
      }
    }
  }
  EXPECT_EQ(decimal_rounded_down(std::nextafter(1000.0, 0.0), 4), "999.9");
  EXPECT_EQ(decimal_rounded_up(std::nextafter(1000.0, kInf), 4), "1001");
  EXPECT_EQ(decimal_rounded_up(std::nextafter(999.9, kInf), 4), "1000");
}

TEST(Decimal, TheEndsOfTheRangeKeepTheirSide) {
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  for (const double value : {kSmallest, 3 * kSmallest, 7 * kSmallest, std::numeric_limits<double>::min(), kLargest,
                             std::nextafter(kLargest, 0.0)}) {
    for (int digits = 1; digits <= 17; ++digits) {
      EXPECT_LE(read_back(decimal_rounded_down(value, digits)), value) << value << " with " << digits;
      EXPECT_GE(read_back(decimal_rounded_up(value, digits)), value) << value << " with " << digits;
      EXPECT_GE(read_back(decimal_rounded_up(-value, digits)), -value) << -value << " with " << digits;
    }
  }
  EXPECT_EQ(decimal_rounded_down(kLargest, 4), "1.797e+308");
  EXPECT_EQ(decimal_rounded_down(kInf, 4), "inf");
  EXPECT_EQ(decimal_rounded_up(-kInf, 4), "-inf");
  EXPECT_EQ(decimal_rounded_down(std::nan(""), 4), "nan");
}

TEST(Decimal, ReadsWell) {
  EXPECT_EQ(decimal_rounded_down(0, 4), "0");
  EXPECT_EQ(decimal_rounded_down(-0.0, 4), "0");
  EXPECT_EQ(decimal_rounded_down(1.5, 4), "1.5");
  EXPECT_EQ(decimal_rounded_down(0.3, 4), "0.3") << "a decimal that reads back as the number itself";
  EXPECT_EQ(decimal_rounded_down(1.99999, 4), "1.999");
  EXPECT_EQ(decimal_rounded_up(1.99999, 4), "2");
  EXPECT_EQ(decimal_rounded_up(-1.99999, 4), "-1.999");
  EXPECT_EQ(decimal_rounded_down(123456, 3), "1.23e+05");
}

TEST(Decimal, SharesKeepTheirSide) {
  EXPECT_EQ(share_rounded_down(0.99999), "0.9999");
  EXPECT_EQ(share_rounded_down(std::nan("")), "-");
  EXPECT_EQ(share_rounded_down(kInf), "inf");
  EXPECT_EQ(percent_rounded_up(0.00701), "0.71 %");
  EXPECT_EQ(percent_rounded_up(-1e-9), "0.00 %");
  EXPECT_EQ(percent_rounded_up(kInf), "-");
  Random random(8);
  for (int i = 0; i < 20'000; ++i) {
    const double exact = static_cast<double>(random.below(10'001)) / 1e4;
    const double share = random.below(2) == 0 ? std::nextafter(exact, 0.0) : std::nextafter(exact, 2.0);
    EXPECT_LE(read_back(share_rounded_down(share)), share);
    EXPECT_GE(read_back(percent_rounded_up(share)) / 100, share);
  }
}

}  // namespace
}  // namespace standfast::files
