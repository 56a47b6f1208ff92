// What was found, for a terminal: the facts first, then what they do not mean.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "standfast/separate.hpp"

namespace standfast {
namespace {

constexpr const char* kMeaning =
    "A perfect fit is memorisation: with this many features a random labelling is fitted as well\n"
    "(--random-labels SEED shows it). Only a test split says how other inputs are judged.\n";

/// Three digits, rounded down: what is printed is promised.
double lowered(double value) {
  if (!(value > 0 && std::isfinite(value))) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  return std::floor(value * (1 - 0x1p-50) / unit) * unit;
}

/// Distances between images of bytes read best in grey levels.
std::string distance_text(double distance, const Dataset& data) {
  return data.is_image ? fmt::format("{:.3g} grey levels", lowered(distance * 255))
                       : fmt::format("{:.3g}", lowered(distance));
}

std::string exact_text(const ExactAccuracy& accuracy, const char* where) {
  return fmt::format("  {:<12}{} of {} right on {}; exact integers, sums below 2^{}\n", "training", accuracy.right,
                     accuracy.count, where, accuracy.bits);
}

std::string test_text(const ExactAccuracy& accuracy, const char* name, const char* what) {
  return fmt::format("  {:<12}{} of {} right{}, {:.1f} %\n", name, accuracy.right, accuracy.count, what,
                     100.0 * static_cast<double>(accuracy.right) / static_cast<double>(accuracy.count));
}

std::string fit_text(const PerfectFit& fit, const Dataset& train) {
  const std::string what =
      fit.method == "pieces"   ? fmt::format("a maximum of {} affine pieces", fit.pieces)
      : fit.method == "repair" ? fmt::format("a model file's score, lowered, and {} planes that lift", fit.pieces)
      : fit.method == "cone"   ? fmt::format("a linear score and an input-convex layer, {} epochs", fit.epochs)
                               : fmt::format("an input-convex network, {} epochs", fit.epochs);
  std::string text = fmt::format("{} above {}: {}\n", fit.sensitive, fit.other, what);
  if (fit.contradictions > 0)
    text += fmt::format("  {:<12}{} inputs equal one of the other class: no function fits them all\n", "impossible",
                        fit.contradictions);
  if (fit.model.empty()) return text + fmt::format("  {:<12}no model was found\n", "training");
  if (fit.bytes) text += exact_text(*fit.bytes, "the stored bytes");
  text += exact_text(fit.floats, "the float32 inputs");
  if (fit.perfect() && fit.smallest_margin_l2 && fit.median_margin_l2)
    text += fmt::format("  {:<12}smallest {}, median {} (l2)\n", "margin",
                        distance_text(*fit.smallest_margin_l2, train), distance_text(*fit.median_margin_l2, train));
  if (fit.test) text += test_text(*fit.test, "test", "");
  if (fit.linear_test) text += test_text(*fit.linear_test, "linear", " of the test inputs, by a linear classifier");
  return text;
}

std::string distances_text(const HullReport& report, const Dataset& data) {
  std::vector<double> distances;
  for (const auto& answer : report.answers)
    if (answer.side == HullAnswer::Side::kOutside) distances.push_back(answer.distance_lower);
  if (distances.empty()) return {};
  std::ranges::sort(distances);
  return fmt::format("  {:<12}at least {}, median {} (l2)\n", "distance", distance_text(distances.front(), data),
                     distance_text(distances[distances.size() / 2], data));
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

std::string to_text(const std::vector<PerfectFit>& fits, const Dataset& train) {
  std::string text;
  for (const auto& fit : fits) text += fit_text(fit, train);
  return text + kMeaning;
}

}  // namespace standfast
