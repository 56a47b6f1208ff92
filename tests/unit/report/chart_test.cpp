#include "report/chart.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::report {
namespace {

TEST(Chart, LinearTicksAreRoundAndInside) {
  for (const double hi : {0.087, 1.0, 4.0, 9.5, 40.0, 784.0, 1e-9, 3e11}) {
    const auto axis = linear_axis(hi, 5);
    ASSERT_GE(axis.ticks.size(), 3u) << hi;
    ASSERT_LE(axis.ticks.size(), 7u) << hi;
    EXPECT_EQ(axis.ticks.front(), 0);
    EXPECT_LE(axis.ticks.back(), hi * 1.000001);
    EXPECT_EQ(axis.ticks.size(), axis.labels.size());
  }
  EXPECT_EQ(linear_axis(1, 5).labels[1], "0.2");
  EXPECT_EQ(linear_axis(2, 5, true).labels, (std::vector<std::string>{"0", "1", "2"}));
}

TEST(Chart, AnAxisWithoutASensibleEndStillIsOne) {
  for (const double hi : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(),
                          5e-324, std::numeric_limits<double>::max()}) {
    const auto axis = linear_axis(hi, 5);
    EXPECT_GT(axis.hi, 0);
    EXPECT_LE(axis.ticks.size(), 10u);
  }
}

TEST(Chart, LogarithmicTicksArePowersOfTen) {
  const auto axis = percent_log_axis(0.001);
  EXPECT_EQ(axis.labels, (std::vector<std::string>{"0.1 %", "1 %", "10 %", "100 %"}));
  EXPECT_EQ(percent_log_axis(1.0 / 450).labels.front(), "0.1 %");
}

TEST(Chart, PointsOutsideAreDrawnAtTheEdge) {
  Chart chart;
  chart.x = percent_log_axis(0.01);
  chart.line = {{0, 0}, {0, 0.5}, {1, 1}};
  const auto svg = svg_chart(chart);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_NE(svg.find("M46.00 197.00"), std::string::npos) << svg;
}

TEST(Chart, StairsTurnWhereTheyAreTold) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  chart.line = {{0, 0}, {1, 1}};
  chart.shape = LineShape::kRightThenUp;
  EXPECT_NE(svg_chart(chart).find("M46.00 197.00H316.00V18.00"), std::string::npos);
  chart.shape = LineShape::kDownThenRight;
  EXPECT_NE(svg_chart(chart).find("M46.00 197.00V18.00H316.00"), std::string::npos);
}

TEST(Chart, AnEmptyLineDrawsOnlyTheFrame) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  const auto svg = svg_chart(chart);
  EXPECT_EQ(svg.find("<path"), std::string::npos);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
}

TEST(Chart, SeveralLinesKeepTheirLooksAndHaveNoArea) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  chart.series = {{{{0, 1}, {1, 0}}, "s1"}, {{}, "s2"}, {{{0, 0.5}, {1, 0.5}}, "\"><b>"}};
  const auto svg = svg_chart(chart);
  EXPECT_NE(svg.find("<path class=\"series s1\" d=\"M46.00 18.00L316.00 197.00\"/>"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("s2"), std::string::npos) << "a line of no points is not drawn";
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_EQ(svg.find("area"), std::string::npos);
}

TEST(Chart, TheBandIsWhatLiesBetweenTwoLines) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  chart.line = {{0, 0.5}, {1, 0}};
  EXPECT_EQ(svg_chart(chart).find("band"), std::string::npos);
  chart.upper = {{0, 1}, {1, 0.5}};
  chart.line_label = "below";
  chart.upper_label = "<above>";
  const auto svg = svg_chart(chart);
  EXPECT_NE(svg.find("fill-rule=\"evenodd\" d=\"M46.00 18.00L316.00 107.50V197.00H46.00ZM46.00 107.50L316.00 197.00"),
            std::string::npos)
      << svg;
  EXPECT_NE(svg.find(">below<"), std::string::npos);
  EXPECT_NE(svg.find("&lt;above&gt;"), std::string::npos);
}

TEST(Chart, DotsOutsideAreDrawnAtTheEdge) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  chart.dots = {{7, 1.5}, {0, std::numeric_limits<double>::infinity()}};
  const auto svg = svg_chart(chart);
  EXPECT_NE(svg.find("cx=\"316.00\" cy=\"18.00\""), std::string::npos) << svg;
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Chart, LabelsAreEscaped) {
  Chart chart;
  chart.x = linear_axis(1, 5);
  chart.x.title = "<b>";
  chart.description = "\"><script>";
  chart.markers = {{{0.5, 0.5}, "<i>"}};
  const auto svg = svg_chart(chart);
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_EQ(svg.find("<i>"), std::string::npos);
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace standfast::report
