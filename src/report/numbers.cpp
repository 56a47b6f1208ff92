// Rounding for print: radii towards zero, so that what stands on the page is still a certificate.
#include "report/numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "files/decimal.hpp"
#include "files/names.hpp"
#include "files/utf8.hpp"
#include "standfast/report.hpp"

namespace standfast {
namespace {

constexpr int kDigits = 4;  // more than any radius is good for, few enough for a column

std::string subscript(std::string_view digits) {
  static constexpr std::string_view kDigit[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
  std::string result;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') {
      result += kDigit[c - '0'];
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

}  // namespace standfast

namespace standfast::report {

std::string percent_text(double share) {
  if (std::isnan(share)) return "-";
  return fmt::format("{:.2f} %", share * 100);
}

std::string rate_text(double share, const RateInterval& interval) {
  if (std::isnan(share)) return "-";
  return fmt::format("{} ({} to {})", percent_text(share), percent_text(interval.lower), percent_text(interval.upper));
}

std::string radius_text(double radius) {
  return std::isnan(radius) ? "-" : files::decimal_rounded_down(radius, kDigits);
}

std::string distance_text(double distance) {
  return std::isnan(distance) ? "-" : files::decimal_rounded_up(distance, kDigits);
}

}  // namespace standfast::report

namespace standfast {

std::string radius_rounded_down(double radius, int digits) { return files::decimal_rounded_down(radius, digits); }

std::string distance_rounded_up(double distance, int digits) { return files::decimal_rounded_up(distance, digits); }

std::string gap_in_words(double certified_share) { return files::percent_rounded_up(1 - certified_share); }

}  // namespace standfast

namespace standfast::report {

std::string logit_text(double logit) {
  if (std::isnan(logit)) return "-";
  return std::isinf(logit) ? fmt::format("{:+}", logit) : fmt::format("{:+.3f}", logit);
}

std::string norm_symbol(Norm norm) {
  if (norm == Norm::linf()) return "ℓ∞";
  return "ℓ" + subscript(norm.name().substr(1));
}

std::string_view norm_meaning(Norm norm) {
  if (norm == Norm::l0()) return "number of features changed";
  if (norm == Norm::l1()) return "sum of all changes";
  if (norm == Norm::l2()) return "Euclidean length of the change";
  if (norm == Norm::linf()) return "largest change of any feature";
  return "length of the change in this norm";
}

bool in_words(const Evaluation& evaluation, Norm norm) {
  return evaluation.whole_prices && norm == Norm::l1() && !evaluation.price_unit.empty();
}

std::string norm_symbol(const Evaluation& evaluation, Norm norm) {
  return in_words(evaluation, norm) ? evaluation.price_unit : norm_symbol(norm);
}

std::string norm_meaning(const Evaluation& evaluation, Norm norm) {
  if (!in_words(evaluation, norm)) return std::string(norm_meaning(norm));
  return evaluation.price_unit == "words" ? "words added or removed" : evaluation.price_unit;
}

std::string norm_word(const Evaluation& evaluation, Norm norm) {
  if (!in_words(evaluation, norm)) return norm.name();
  return evaluation.price_unit.substr(0, evaluation.price_unit.find(' '));
}

double median_radius(const Evaluation::CertifiedCurve& curve) {
  for (const auto& quantile : curve.quantiles) {
    if (quantile.share == 0.5) return quantile.radius;
  }
  return std::nan("");
}

std::vector<std::size_t> evenly_spaced_indices(std::size_t size, std::size_t count) {
  std::vector<std::size_t> indices;
  if (size <= count) {
    for (std::size_t i = 0; i < size; ++i) indices.push_back(i);
    return indices;
  }
  for (std::size_t k = 0; k < count; ++k) indices.push_back(k * (size - 1) / (count - 1));
  return indices;
}

std::string terminal_text(std::string_view text, std::size_t max_bytes) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(files::utf8_character_length(text), 1);
    const std::string shown = printable(text.substr(0, length));
    if (result.size() + shown.size() > max_bytes) return result + "~";
    result += shown;
    text.remove_prefix(length);
  }
  return result;
}

}  // namespace standfast::report

namespace standfast {

std::string printable(std::string_view text) { return files::visible_text(text); }
std::string closest_name(std::string_view word, std::span<const std::string> names) {
  return files::closest_name(word, names);
}

}  // namespace standfast
