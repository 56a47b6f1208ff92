// Rounding for print: radii towards zero, so that what stands on the page is still a certificate.
#include "report/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace standfast {
namespace {

constexpr int kDigits = 4;

// The largest decimal number of kDigits digits that is at most `value`; value is finite and > 0.
std::string rounded_down(double value) {
  std::string text = fmt::format("{:.{}g}", value, kDigits);
  if (std::strtod(text.c_str(), nullptr) <= value) return text;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - (kDigits - 1));
  return fmt::format("{:.{}g}", value - unit / 2, kDigits);
}

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

std::string percent_text(double share) {
  if (std::isnan(share)) return "-";
  return fmt::format("{:.2f} %", share * 100);
}

std::string radius_text(double radius) {
  if (std::isnan(radius)) return "-";
  if (radius == 0 || std::isinf(radius)) return radius == 0 ? "0" : "inf";
  return rounded_down(radius);
}

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

double median_radius(const Evaluation::CertifiedCurve& curve) {
  for (const auto& quantile : curve.quantiles) {
    if (quantile.share == 0.5) return quantile.radius;
  }
  return std::nan("");
}

std::vector<std::size_t> spread_indices(std::size_t size, std::size_t count) {
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
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    const std::string shown = control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
    if (result.size() + shown.size() > max_bytes) {
      while (!result.empty() && (static_cast<unsigned char>(result.back()) & 0xC0U) == 0x80U) result.pop_back();
      if (!result.empty() && (static_cast<unsigned char>(result.back()) & 0xC0U) == 0xC0U) result.pop_back();
      return result + "~";
    }
    result += shown;
  }
  return result;
}

}  // namespace standfast
