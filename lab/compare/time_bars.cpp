// Bars from the left end of a logarithmic axis of milliseconds; each has its method's name above it.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lab/compare/page_parts.hpp"
#include "report/html_text.hpp"

namespace standfast::lab {
namespace {

constexpr double kBarsWidth = 340, kBarsLeft = 16, kBarsRight = 46, kRowHeight = 27, kBarsBottom = 44;
constexpr std::size_t kNameBytes = 58;

struct TimeRange {
  double lo = -3;  // powers of ten
  double hi = 0;
};

TimeRange range_of(std::span<const MethodLine> lines) {
  double least = INFINITY, most = 0;
  for (const auto& line : lines) {
    const double time = line.method->milliseconds;
    if (!(time > 0) || !std::isfinite(time)) continue;
    least = std::min(least, time);
    most = std::max(most, time);
  }
  if (most == 0) return {};
  const double lo = std::floor(std::log10(least) - 0.15);
  return {lo, std::max(std::ceil(std::log10(most)), lo + 1)};
}

std::string power_label(double power) {
  return power >= -3 && power <= 4 ? fmt::format("{:g}", std::pow(10, power)) : fmt::format("1e{:g}", power);
}

}  // namespace

std::string short_milliseconds(double milliseconds) {
  return std::isnan(milliseconds) ? "-" : fmt::format("{:.3g}", milliseconds);
}

std::string svg_time_bars(std::span<const MethodLine> lines, std::span<const std::string> looks) {
  const TimeRange range = range_of(lines);
  const double width = kBarsWidth - kBarsLeft - kBarsRight;
  const auto x_of = [&](double power) {
    return kBarsLeft + std::clamp((power - range.lo) / (range.hi - range.lo), 0.0, 1.0) * width;
  };
  const double bottom = kRowHeight * static_cast<double>(lines.size()) + 6;
  std::string svg = fmt::format(
      R"(<svg class="bars" viewBox="0 0 {} {:.0f}" role="img" aria-label="milliseconds per certificate, a bar per method">)",
      kBarsWidth, bottom + kBarsBottom);
  const double step = range.hi - range.lo > 6 ? 2 : 1;
  for (double power = range.lo; power <= range.hi; power += step)
    svg += fmt::format(
        R"(<line class="grid" x1="{0:.2f}" x2="{0:.2f}" y1="2" y2="{1:.2f}"/><text class="tick" x="{0:.2f}" y="{2:.2f}" text-anchor="middle">{3}</text>)",
        x_of(power), bottom + 4, bottom + 18, power_label(power));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& method = *lines[i].method;
    const double top = kRowHeight * static_cast<double>(i);
    const bool timed = method.milliseconds > 0 && std::isfinite(method.milliseconds);
    const double end = timed ? x_of(std::log10(method.milliseconds)) : kBarsLeft;
    svg += fmt::format(R"(<text class="label" x="{}" y="{:.2f}">{}</text>)", kBarsLeft, top + 13,
                       report::html_escape(method.label, kNameBytes));
    svg += fmt::format(R"(<path class="series {}" d="M{} {:.2f}H{:.2f}"/>)", looks[i], kBarsLeft, top + 21,
                       std::max(end, kBarsLeft + 1));
    svg += fmt::format(R"(<text class="label" x="{:.2f}" y="{:.2f}">{}</text>)", end + 5, top + 25,
                       short_milliseconds(method.milliseconds));
  }
  return svg +
         fmt::format(R"(<text class="title" x="{}" y="{:.2f}" text-anchor="middle">ms per certificate</text></svg>)",
                     kBarsLeft + width / 2, bottom + 36);
}

}  // namespace standfast::lab
