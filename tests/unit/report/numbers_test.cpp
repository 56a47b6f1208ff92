#include "report/numbers.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "files/decimal.hpp"
#include "standfast/report.hpp"

namespace standfast::report {
namespace {

TEST(Numbers, ARadiusNeverGrowsOnPaper) {
  Random random(11);
  for (int i = 0; i < 20'000; ++i) {
    const double radius = std::exp(random.uniform(-300, 300));
    const double shown = std::strtod(radius_text(radius).c_str(), nullptr);
    EXPECT_LE(shown, radius) << radius_text(radius);
    EXPECT_GE(shown, radius * 0.9985) << radius_text(radius);
  }
}

TEST(Numbers, ADistanceNeverShrinksOnPaper) {
  Random random(12);
  for (int i = 0; i < 20'000; ++i) {
    const double distance = std::exp(random.uniform(-300, 300));
    const double shown = std::strtod(distance_text(distance).c_str(), nullptr);
    EXPECT_GE(shown, distance) << distance_text(distance);
    EXPECT_LE(shown, distance * 1.0015) << distance_text(distance);
  }
  for (double distance = 1.234; distance < 1.2340000000001; distance = std::nextafter(distance, 2.0)) {
    ASSERT_GE(std::strtod(distance_text(distance).c_str(), nullptr), distance);
    ASSERT_LE(std::strtod(radius_text(distance).c_str(), nullptr), distance);
  }
}

TEST(Numbers, DistancesReadWell) {
  EXPECT_EQ(distance_text(0), "0");
  EXPECT_EQ(distance_text(1.5), "1.5");
  EXPECT_EQ(distance_text(1.99999), "2");
  EXPECT_EQ(distance_text(0.0867777), "0.08678");
  EXPECT_EQ(distance_text(kInfinity), "inf");
  EXPECT_EQ(distance_text(std::nan("")), "-");
}

TEST(Numbers, AShareIsRoundedDownAndItsGapUp) {
  EXPECT_EQ(files::share_rounded_down(1), "1.0000");
  EXPECT_EQ(gap_in_words(1), "0.00 %");
  EXPECT_EQ(gap_in_words(1.00000001), "0.00 %");
  EXPECT_EQ(gap_in_words(1.5), "-50.00 %") << "a radius above the attack must show";
  EXPECT_EQ(files::share_rounded_down(0.99999), "0.9999");
  EXPECT_EQ(gap_in_words(0.99999), "0.01 %");
  EXPECT_EQ(files::share_rounded_down(0), "0.0000");
  EXPECT_EQ(gap_in_words(0), "100.00 %");
  EXPECT_EQ(files::share_rounded_down(std::nan("")), "-");
  EXPECT_EQ(gap_in_words(std::nan("")), "-");
}

TEST(Numbers, RadiiReadWell) {
  EXPECT_EQ(radius_text(0), "0");
  EXPECT_EQ(radius_text(1.5), "1.5");
  EXPECT_EQ(radius_text(0.3), "0.3");
  EXPECT_EQ(radius_text(1.99999), "1.999");
  EXPECT_EQ(radius_text(0.0867777), "0.08677");
  EXPECT_EQ(radius_text(kInfinity), "inf");
  EXPECT_EQ(radius_text(std::nan("")), "-");
  EXPECT_LE(std::strtod(radius_text(5e-324).c_str(), nullptr), 5e-324);
}

TEST(Numbers, PercentagesAndLogitsReadWell) {
  EXPECT_EQ(percent_text(0.98853), "98.85 %");
  EXPECT_EQ(percent_text(std::nan("")), "-");
  EXPECT_EQ(logit_text(1.25), "+1.250");
  EXPECT_EQ(logit_text(-kInfinity), "-inf");
  EXPECT_EQ(logit_text(std::nan("")), "-");
}

TEST(Numbers, NormsHaveTheirSymbols) {
  EXPECT_EQ(norm_symbol(Norm::l1()), "ℓ₁");
  EXPECT_EQ(norm_symbol(Norm::linf()), "ℓ∞");
  EXPECT_EQ(norm_symbol(*Norm::of(1.5)), "ℓ₁.₅");
}

TEST(Numbers, SpreadIndicesKeepBothEnds) {
  EXPECT_EQ(evenly_spaced_indices(3, 8), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_TRUE(evenly_spaced_indices(0, 8).empty());
  const auto eight = evenly_spaced_indices(41, 8);
  ASSERT_EQ(eight.size(), 8u);
  EXPECT_EQ(eight.front(), 0u);
  EXPECT_EQ(eight.back(), 40u);
}

TEST(Numbers, TerminalTextIsShortAndPrintable) {
  EXPECT_EQ(terminal_text("a\x1b[31m\n", 80), "a\\x1b[31m\\x0a");
  EXPECT_EQ(terminal_text("abcdef", 3), "abc~");
  EXPECT_EQ(terminal_text("aää", 4), "aä~") << "no half character";
}

}  // namespace
}  // namespace standfast::report
