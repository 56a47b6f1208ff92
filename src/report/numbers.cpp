// Rounding for print: radii towards zero, so that what stands on the page is still a certificate.
#include "report/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace standfast {
namespace {

constexpr int kDigits = 4;

// The decimal number of kDigits digits next to `value`, not above it for `direction` -1, not below it for 1; value is
// finite and > 0.
std::string rounded(double value, int direction) {
  std::string text = fmt::format("{:.{}g}", value, kDigits);
  if (direction * (std::strtod(text.c_str(), nullptr) - value) >= 0) return text;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - (kDigits - 1));
  return fmt::format("{:.{}g}", value + direction * unit * 0.75, kDigits);  // a half would be a tie
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
  return rounded(radius, -1);
}

std::string distance_text(double distance) {
  if (std::isnan(distance)) return "-";
  if (distance == 0 || std::isinf(distance)) return distance == 0 ? "0" : "inf";
  return rounded(distance, 1);
}

std::string certified_share_text(double share) {
  if (!std::isfinite(share)) return std::isnan(share) ? "-" : "inf";
  return fmt::format("{:.4f}", std::floor(share * 1e4) / 1e4);
}

std::string gap_text(double share) {
  if (!std::isfinite(share)) return "-";
  return fmt::format("{:.2f} %", std::ceil((1 - share) * 1e4) / 1e2 + 0.0);  // never "-0.00 %"
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
