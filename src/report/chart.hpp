// Line charts as SVG, drawn by us: a report needs no script.
#pragma once

#include <string>
#include <vector>

namespace standfast::report {

struct ChartAxis {
  double lo = 0;
  double hi = 1;
  bool logarithmic = false;  ///< Requires: lo > 0; smaller values are drawn at lo.
  std::vector<double> ticks;
  std::vector<std::string> labels;  ///< One per tick, as plain text.
  std::string title;
};

struct ChartPoint {
  double x = 0;
  double y = 0;
};

struct ChartMarker {
  ChartPoint at;
  std::string label;  ///< Drawn beside the marker.
};

/// How two points are joined.
enum class LineShape {
  kStraight,
  kRightThenUp,    ///< The value between two points is that of the left one.
  kDownThenRight,  ///< The value between two points is that of the right one.
};

/// One line among several, looked up in the page's legend.
struct ChartSeries {
  std::vector<ChartPoint> line;
  std::string look;  ///< The CSS class of the line, such as "s1".
};

/// Shares (0 to 1) over x. All text is plain and gets escaped.
struct Chart {
  std::string description;  ///< For readers who do not see the picture.
  ChartAxis x;
  std::vector<ChartPoint> line;
  std::vector<ChartPoint> upper;  ///< A second line, nowhere below the first; the band between them is shaded.
  std::string line_label;         ///< Its name in the legend, which is drawn if there is an upper line.
  std::string upper_label;
  std::vector<ChartSeries> series;  ///< Drawn in this order, in place of `line` or over it.
  std::vector<ChartPoint> dots;
  LineShape shape = LineShape::kStraight;
  double reference = -1;  ///< A dashed line at this share; none if negative.
  std::string reference_label;
  std::vector<ChartMarker> markers;
};

/// An <svg> element of 340 x 259 units; colours come from the page's style sheet.
std::string svg_chart(const Chart& chart);

/// Ticks from 0 in steps of 1, 2 or 5 times a power of ten, about `count` of them, none above hi; whole numbers on
/// demand.
ChartAxis linear_axis(double hi, int count, bool whole = false);
/// Powers of ten from lo to 1, as percentages. Requires: 0 < lo < 1.
ChartAxis percent_log_axis(double lo);

}  // namespace standfast::report
