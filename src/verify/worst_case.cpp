// One feature at a time: between its kinks and 0, q is a line. So the worst change is an end of such a piece, or, for
// norm 2, the stationary point of a parabola. Proofs of the roundings: docs/certificates.md, "The verifier", V5.
#include "verify/worst_case.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace standfast::verify {
namespace {

// (C40): a piece with k kinks takes 3 k + 9 roundings at most. Fast sums charge more (C41).
constexpr std::size_t kRoundings = 16, kRoundingsPerKink = 4;
constexpr double kErrorSlack = 1.005;

/// An overflow on the way must not pass for a small decrease: std::max would drop a NaN.
double infinite_if_nan(double decrease) { return std::isnan(decrease) ? kInfinity : decrease; }

/// -q(d) + error |d| = constant + slope d on a piece that no kink and no 0 divides.
struct DecreaseLine {
  double constant, slope;
};

DecreaseLine line_on(const PricedFeature& f, const Interval& piece) {
  DecreaseLine line{0, -f.coefficient};
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    const double kink = -f.offset[j], side = f.offset[j] >= 0 ? 1.0 : -1.0;
    const bool beyond = f.offset[j] >= 0 ? piece.hi <= kink : piece.lo >= kink;
    if (beyond) line.constant += 2 * std::fabs(kink) * f.bend[j];
    line.slope += (beyond ? side : -side) * f.bend[j];
  }
  line.slope += piece.hi <= 0 ? -f.error : f.error;
  return line;
}

/// The largest constant + slope d - lambda d^2 / 2 on a piece.
double largest_on(const Interval& piece, const DecreaseLine& line, double lambda) {
  if (lambda == 0) {
    // the end to which it rises; the one nearer to 0 if it is level
    const double near = piece.hi <= 0 ? piece.hi : piece.lo;
    return line.constant + line.slope * (line.slope > 0 ? piece.hi : line.slope < 0 ? piece.lo : near);
  }
  const double stationary = line.slope / lambda;
  if (stationary >= piece.lo && stationary <= piece.hi) {
    return line.constant + line.slope * stationary / 2 * (1 + gamma_n(4));
  }
  const double end = stationary < piece.lo ? piece.lo : piece.hi;
  return line.constant + line.slope * end - lambda / 2 * end * end;
}

PricedFeature feature_of(const ProvenMinorant& m, std::size_t i, const Interval& range) {
  const minorant::SeparableMinorant& q = m.separable;
  const std::size_t kinks = q.kinks();
  const auto bend = std::span(q.bend).subspan(i * kinks, kinks);
  double slopes = std::fabs(q.coefficient[i]);
  for (const double b : bend) slopes += std::fabs(b);
  const double error = kErrorSlack * (m.gradient_error[i] + gamma_n(kRoundings + kRoundingsPerKink * kinks) * slopes);
  return {q.coefficient[i], bend, std::span(q.offset).subspan(i * kinks, kinks), error, range};
}

}  // namespace

double largest_decrease(const PricedFeature& f, double linear_price, double quadratic_price) {
  assert(f.bend.size() <= minorant::kMostKinks);
  std::array<double, minorant::kMostKinks + 3> place{};
  std::size_t count = 0;
  for (const double offset : f.offset) place[count++] = std::clamp(-offset, f.range.lo, f.range.hi);
  for (const double end : {f.range.lo, 0.0, f.range.hi}) place[count++] = end;
  std::sort(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(count));
  double largest = 0;
  for (std::size_t k = 0; k + 1 < count; ++k) {
    const Interval piece{place[k], place[k + 1]};
    if (!(piece.lo < piece.hi)) continue;
    DecreaseLine line = line_on(f, piece);
    line.slope += piece.hi <= 0 ? linear_price : -linear_price;
    largest = std::max(largest, infinite_if_nan(largest_on(piece, line, quadratic_price)));
  }
  return largest;
}

std::vector<double> decreases_upper(const ProvenMinorant& m, const PricedBounds& bounds, const ChangePrice& price) {
  const double raised = raised_price(price.limit);
  std::vector<double> decreases;
  for (std::size_t i = 0; i < m.separable.dim(); ++i) {
    const double cost = bounds.cost[i];
    decreases.push_back(largest_decrease(feature_of(m, i, range_within(bounds, i, raised)),
                                         product_lower(price.linear, cost),
                                         product_lower(product_lower(price.quadratic, cost), cost)));
  }
  return decreases;
}

double decrease_upper(const ProvenMinorant& m, const PricedBounds& bounds, const ChangePrice& price) {
  const std::vector<double> decreases = decreases_upper(m, bounds, price);
  return sum_of(decreases, decreases.size()) * (1 + gamma_n(decreases.size() + kSumsBeside + 4));
}

double sum_of(std::span<const double> numbers, std::size_t length) {
  double partial[kSumsBeside] = {}, sum = 0;
  for (std::size_t at = 0; at < numbers.size(); ++at) {
    const std::size_t i = at % length;
    // those behind the last full row go to the first sum
    partial[i < length / kSumsBeside * kSumsBeside ? i % kSumsBeside : 0] += numbers[at];
  }
  for (const double p : partial) sum += p;
  return sum;
}

}  // namespace standfast::verify
