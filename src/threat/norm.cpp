// The l_p norms by number and by name. Definitions: any text on normed spaces; p = 0 counts the non-zeros, as the field
// does.
#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "standfast/threat.hpp"

namespace standfast {
namespace {

double largest_magnitude(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

// Scaled by the largest entry: squares of 1e200 overflow and squares of 1e-200 vanish.
double scaled_norm(std::span<const double> values, double p) {
  const double scale = largest_magnitude(values);
  if (scale == 0 || !std::isfinite(scale)) return scale;
  double sum = 0;
  for (const double value : values) {
    const double ratio = std::abs(value) / scale;
    sum += p == 2 ? ratio * ratio : std::pow(ratio, p);
  }
  return scale * (p == 2 ? std::sqrt(sum) : std::pow(sum, 1 / p));
}

}  // namespace

Result<Norm> Norm::of(double p) {
  if (p == 0) return l0();  // also for -0.0, whose name would be another
  if (p >= 1) return Norm(p);
  return Error{ErrorCode::kBadOption, fmt::format("norm: p is {}, expected 0 or a number of at least 1", p)};
}

Result<Norm> Norm::parse(std::string_view text) {
  const auto digits = text.starts_with('l') ? text.substr(1) : text;
  if (digits == "inf") return linf();
  double p = 0;
  const auto end = digits.data() + digits.size();
  const bool starts_with_digit = !digits.empty() && digits.front() >= '0' && digits.front() <= '9';
  const auto parsed = std::from_chars(digits.data(), end, p);
  if (!starts_with_digit || parsed.ec != std::errc{} || parsed.ptr != end) {
    constexpr std::size_t kShown = 40;  // longer texts are no norms, and would fill the screen
    return Error{ErrorCode::kBadOption, fmt::format("norm: found '{}', expected 0, 1, 2, inf or a number of at least 1",
                                                    text.substr(0, kShown))};
  }
  return of(p);
}

double Norm::dual_exponent() const {
  assert(p_ >= 1 && "the dual exponent is defined for p >= 1 only");
  if (p_ == 1) return kInfinity;
  if (p_ == kInfinity) return 1;
  return p_ / (p_ - 1);
}

std::string Norm::name() const { return fmt::format("l{}", p_); }

double Norm::of_vector(std::span<const double> values) const {
  if (p_ == 0) {
    return static_cast<double>(std::count_if(values.begin(), values.end(), [](double value) { return value != 0; }));
  }
  if (p_ == kInfinity) return largest_magnitude(values);
  if (p_ != 1) return scaled_norm(values, p_);
  double sum = 0;
  for (const double value : values) sum += std::abs(value);
  return sum;
}

}  // namespace standfast
