// The nearest decimal of so many digits is read back; if it lies on the wrong side, the next one on the right side is
// found in whole numbers, so that no logarithm decides where a power of ten begins.
#include "files/decimal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

namespace standfast::files {
namespace {

double number_in(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

/// Decimal digits d.ddd x 10^exponent as the whole number dddd, one unit up or down.
std::string next_decimal(const std::string& scientific, int digits, int direction) {
  const std::size_t e = scientific.find('e');
  std::string mantissa = scientific.substr(0, e);
  std::erase(mantissa, '.');
  int exponent = std::atoi(scientific.c_str() + e + 1) - (digits - 1);
  std::int64_t whole = std::atoll(mantissa.c_str());
  std::int64_t smallest = 1;
  for (int i = 1; i < digits; ++i) smallest *= 10;
  if (direction < 0 && whole == smallest) {  // 1000 has a neighbour with one digit more: 999.9
    whole *= 10;
    --exponent;
  }
  return fmt::format("{}e{}", whole + direction, exponent);
}

/// value is finite and > 0; direction is -1 or 1.
std::string positive_rounded(double value, int digits, int direction) {
  const std::string nearest = fmt::format("{:.{}e}", value, digits - 1);
  if (direction * (number_in(nearest) - value) >= 0) return fmt::format("{:.{}g}", value, digits);
  return fmt::format("{:.{}g}", number_in(next_decimal(nearest, digits, direction)), digits);
}

std::string rounded_of_any_sign(double value, int digits, int direction) {
  constexpr int kMostDigits = 17;  // more say nothing of a float64
  if (value == 0) return "0";
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const int shown = std::min(digits, kMostDigits);
  return value > 0 ? positive_rounded(value, shown, direction) : "-" + positive_rounded(-value, shown, -direction);
}

constexpr double kTenThousand = 1e4;

}  // namespace

std::string decimal_rounded_down(double value, int digits) { return rounded_of_any_sign(value, digits, -1); }

std::string decimal_rounded_up(double value, int digits) { return rounded_of_any_sign(value, digits, 1); }

std::string percent_rounded_up(double share) {
  if (!std::isfinite(share)) return "-";
  double parts = std::ceil(share * kTenThousand);
  if (parts / kTenThousand < share) ++parts;          // the product may have been rounded down to a whole number
  return fmt::format("{:.2f} %", parts / 1e2 + 0.0);  // never "-0.00 %"
}

std::string share_rounded_down(double share) {
  if (!std::isfinite(share)) return std::isnan(share) ? "-" : "inf";
  double parts = std::floor(share * kTenThousand);
  if (parts / kTenThousand > share) --parts;
  return fmt::format("{:.4f}", parts / kTenThousand);
}

}  // namespace standfast::files
