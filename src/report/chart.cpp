// Plain geometry: data to units of the view box, two decimals, which is a hundredth of a pixel.
#include "report/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "report/html_text.hpp"

namespace standfast::report {
namespace {

constexpr double kWidth = 340, kHeight = 245;
constexpr double kLegend = 14;  // the height of the line above the picture that says which line is which
constexpr double kLeft = 46, kRight = 24, kTop = 18, kBottom = 48;

using Out = std::back_insert_iterator<std::string>;

double fraction(const ChartAxis& axis, double value) {
  const double clamped = std::clamp(value, axis.lo, axis.hi);
  if (axis.logarithmic) return std::log(clamped / axis.lo) / std::log(axis.hi / axis.lo);
  return axis.hi > axis.lo ? (clamped - axis.lo) / (axis.hi - axis.lo) : 0;
}

double px(const Chart& chart, double x) { return kLeft + fraction(chart.x, x) * (kWidth - kLeft - kRight); }
double py(double share) { return kHeight - kBottom - std::clamp(share, 0.0, 1.0) * (kHeight - kTop - kBottom); }

void draw_frame(const Chart& chart, Out out) {
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = py(share);
    fmt::format_to(out, R"(<line class="grid" x1="{}" x2="{}" y1="{:.2f}" y2="{:.2f}"/>)", kLeft, kWidth - kRight, y,
                   y);
    fmt::format_to(out, R"(<text class="tick" x="{}" y="{:.2f}" text-anchor="end">{:.0f} %</text>)", kLeft - 7, y + 4,
                   share * 100);
  }
  for (std::size_t i = 0; i < chart.x.ticks.size(); ++i) {
    const double x = px(chart, chart.x.ticks[i]);
    fmt::format_to(out, R"(<line class="grid" x1="{0:.2f}" x2="{0:.2f}" y1="{1}" y2="{2}"/>)", x, kTop,
                   kHeight - kBottom + 4);
    fmt::format_to(out, R"(<text class="tick" x="{:.2f}" y="{}" text-anchor="middle">{}</text>)", x,
                   kHeight - kBottom + 18, html_escape(chart.x.labels[i]));
  }
  fmt::format_to(out, R"(<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>)", kLeft, kWidth - kRight,
                 kHeight - kBottom);
  fmt::format_to(out, R"(<text class="title" x="{}" y="{}" text-anchor="middle">{}</text>)",
                 (kLeft + kWidth - kRight) / 2, kHeight - 8, html_escape(chart.x.title));
}

std::string path_of(const Chart& chart, const std::vector<ChartPoint>& line) {
  std::string path;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto& [x, y] = line[i];
    if (i == 0) {
      path += fmt::format("M{:.2f} {:.2f}", px(chart, x), py(y));
    } else if (chart.shape == LineShape::kRightThenUp) {
      path += fmt::format("H{:.2f}V{:.2f}", px(chart, x), py(y));
    } else if (chart.shape == LineShape::kDownThenRight) {
      path += fmt::format("V{:.2f}H{:.2f}", py(y), px(chart, x));
    } else {
      path += fmt::format("L{:.2f} {:.2f}", px(chart, x), py(y));
    }
  }
  return path;
}

void draw_line(const Chart& chart, Out out) {
  if (chart.line.empty()) return;
  const auto path = path_of(chart, chart.line);
  const auto close = fmt::format("V{:.2f}H{:.2f}Z", py(0), px(chart, chart.line.front().x));
  fmt::format_to(out, R"(<path class="area" d="{}{}"/>)", path, close);
  if (!chart.upper.empty()) {
    const auto upper = path_of(chart, chart.upper);
    // what lies under the upper line and not under the lower one
    fmt::format_to(out, R"(<path class="band" fill-rule="evenodd" d="{}{}{}{}"/>)", upper, close, path, close);
    fmt::format_to(out, R"(<path class="upper" d="{}"/>)", upper);
  }
  fmt::format_to(out, R"(<path class="line" d="{}"/>)", path);
}

void draw_series(const Chart& chart, Out out) {
  for (const auto& [line, look] : chart.series) {
    if (line.empty()) continue;
    fmt::format_to(out, R"(<path class="series {}" d="{}"/>)", html_escape(look), path_of(chart, line));
  }
}

void draw_legend(const Chart& chart, Out out) {
  if (chart.upper.empty()) return;
  // above the plot, where no curve passes
  constexpr double kBaseline = -2, kSample = 18, kPerEntry = 82;
  double x = kLeft;
  for (const auto& [kind, label] : {std::pair("line", &chart.line_label), std::pair("upper", &chart.upper_label)}) {
    fmt::format_to(out, R"(<path class="{}" d="M{:.2f} {:.2f}H{:.2f}"/>)", kind, x, kBaseline - 4, x + kSample);
    fmt::format_to(out, R"(<text class="label" x="{:.2f}" y="{:.2f}">{}</text>)", x + kSample + 5, kBaseline,
                   html_escape(*label));
    x += kPerEntry;
  }
}

void draw_dots(const Chart& chart, Out out) {
  for (const auto& [x, y] : chart.dots) {
    fmt::format_to(out, R"(<circle class="dot" cx="{:.2f}" cy="{:.2f}" r="1.8"/>)", px(chart, x), py(y));
  }
}

void draw_reference(const Chart& chart, Out out) {
  if (!(chart.reference >= 0)) return;
  const double y = py(chart.reference);
  fmt::format_to(out, R"(<line class="reference" x1="{}" x2="{}" y1="{:.2f}" y2="{:.2f}"/>)", kLeft, kWidth - kRight, y,
                 y);
  fmt::format_to(out, R"(<text class="label" x="{}" y="{:.2f}" text-anchor="end">{}</text>)", kWidth - kRight, y - 5,
                 html_escape(chart.reference_label));
}

void draw_markers(const Chart& chart, Out out) {
  for (const auto& [at, label] : chart.markers) {
    const double x = px(chart, at.x);
    const double y = py(at.y);
    // beside the marker on the side where the picture goes on
    const bool left = x > kWidth * 0.6;
    const bool above = y > kHeight - kBottom - 24;
    fmt::format_to(out, R"(<circle class="marker" cx="{:.2f}" cy="{:.2f}" r="4"/>)", x, y);
    fmt::format_to(out, R"(<text class="label" x="{:.2f}" y="{:.2f}" text-anchor="{}">{}</text>)", left ? x - 8 : x + 8,
                   above ? y - 8 : y + 15, left ? "end" : "start", html_escape(label));
  }
}

}  // namespace

std::string svg_chart(const Chart& chart) {
  std::string svg;
  const auto out = std::back_inserter(svg);
  fmt::format_to(out, R"(<svg viewBox="0 {} {} {}" role="img" aria-label="{}">)", -kLegend, kWidth, kHeight + kLegend,
                 html_escape(chart.description));
  draw_frame(chart, out);
  draw_line(chart, out);
  draw_series(chart, out);
  draw_dots(chart, out);
  draw_reference(chart, out);
  draw_legend(chart, out);
  draw_markers(chart, out);
  return svg + "</svg>\n";
}

ChartAxis linear_axis(double hi, int count, bool whole) {
  ChartAxis axis;
  axis.hi = hi > 0 && std::isfinite(hi) ? hi : 1;
  const double power = std::pow(10.0, std::floor(std::log10(axis.hi / count)));
  if (!(power > 0) || !std::isfinite(axis.hi / power)) return axis;  // at the ends of double's range: no ticks
  double step = 10 * power;
  for (const double digits : {5.0, 2.0, 1.0}) {
    if (digits * power * count >= axis.hi) step = digits * power;
  }
  if (whole) step = std::max(step, 1.0);
  for (int k = 0; k <= count && k * step <= axis.hi + step * 1e-9; ++k) {
    axis.ticks.push_back(k * step);
    axis.labels.push_back(fmt::format("{:.6g}", k * step));
  }
  return axis;
}

ChartAxis percent_log_axis(double lo) {
  ChartAxis axis;
  axis.logarithmic = true;
  const int first = static_cast<int>(std::floor(std::log10(lo) + 1e-9));
  axis.lo = std::pow(10.0, first);
  for (int exponent = first; exponent <= 0; ++exponent) {
    axis.ticks.push_back(std::pow(10.0, exponent));
    axis.labels.push_back(fmt::format("{:.6g} %", std::pow(10.0, exponent + 2)));
  }
  return axis;
}

}  // namespace standfast::report
