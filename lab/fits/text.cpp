// What was found, for a terminal: the facts first, then what they do not mean.
#include <fmt/format.h>

#include "lab/fits/distance_text.hpp"
#include "lab/fits/fits.hpp"

namespace standfast::lab {
namespace {

constexpr const char* kMeaning =
    "A perfect fit is memorisation: with this many features a random labelling is fitted as well\n"
    "(--random-labels SEED shows it). Only a test split says how other inputs are judged.\n";

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

}  // namespace

std::string to_text(const std::vector<PerfectFit>& fits, const Dataset& train) {
  std::string text;
  for (const auto& fit : fits) text += fit_text(fit, train);
  return text + kMeaning;
}

}  // namespace standfast::lab
