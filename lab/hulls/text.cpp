// What was found, for a terminal: the facts first, then what they do not mean.
#include <algorithm>

#include <fmt/format.h>

#include "lab/fits/distance_text.hpp"
#include "lab/hulls/hulls.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::lab {
namespace {

std::string distances_text(const HullReport& report, const Dataset& data) {
  std::vector<double> distances;
  for (const auto& answer : report.answers)
    if (answer.side == HullAnswer::Side::kOutside) distances.push_back(answer.distance_lower);
  if (distances.empty()) return {};
  return fmt::format("  {:<12}at least {}, median {} (l2)\n", "distance",
                     distance_text(std::ranges::min(distances), data), distance_text(median(distances), data));
}

std::string hull_text(const HullReport& report, const Dataset& data) {
  const std::size_t count = report.answers.size();
  std::string text = fmt::format("{} against the convex hull of {}\n", report.inner, report.hull);
  text += fmt::format("  {:<12}{} of {} inputs proven, by {} planes; exact integers, sums below 2^{}\n", "outside",
                      report.count(HullAnswer::Side::kOutside), count, report.planes, report.bits);
  text += distances_text(report, data);
  if (const auto inside = report.count(HullAnswer::Side::kInside); inside > 0)
    text += fmt::format("  {:<12}{} of {} inputs proven, by combinations with exact rational weights\n", "inside",
                        inside, count);
  if (const auto border = report.count(HullAnswer::Doubt::kBorder); border > 0)
    text += fmt::format("  {:<12}{} of {} inputs: too near to the border for the search in float64\n", "undecided",
                        border, count);
  if (const auto large = report.count(HullAnswer::Doubt::kTooLarge); large > 0)
    text +=
        fmt::format("  {:<12}{} of {} inputs: no plane was found, and too many numbers to search for a combination\n",
                    "undecided", large, count);
  const std::size_t others = data.count() - count;
  text += fmt::format("  {:<12}P >= 10^{:.4g} of all outside, for uniform data of this size\n", "by chance",
                      log10_separable_bound(count, others, data.dim()));
  return text;
}

}  // namespace

std::string to_text(const std::vector<HullReport>& reports, const Dataset& data) {
  std::string text;
  for (const auto& report : reports) text += hull_text(report, data);
  return text +
         "Separability says nothing about other inputs: with this many features random labels are separable too.\n";
}

}  // namespace standfast::lab
