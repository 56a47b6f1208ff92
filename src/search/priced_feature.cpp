// The decrease -q(e) of (C5), or of (C18) with several kinks, is a line between two kinks (C20). So its worst place is
// an end or a kink; with the price e^2 / 2 it can also be the stationary point of a piece. All of them are tried.
// Section "Algorithm S" of docs/certificates.md. Taken for granted: lo <= 0 <= hi.
#include "search/priced_feature.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "minorant/minorant.hpp"
#include "standfast/threat.hpp"

namespace standfast::search {
namespace {

/// -(coefficient e + ...) = constant - slope e on the piece that holds e. Without cancellation: |offset + e| - |offset|
/// is +-e up to the kink, mirrored beyond it.
struct DecreaseLine {
  double constant, slope;
};

DecreaseLine line_at(const PricedFeature& f, double e) {
  DecreaseLine line{0, f.coefficient};
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    const double offset = f.offset[j], side = offset >= 0 ? 1.0 : -1.0;
    const bool beyond = offset >= 0 ? e < -offset : e > -offset;
    if (beyond) line.constant += 2 * std::fabs(offset) * f.bend[j];
    line.slope += (beyond ? -side : side) * f.bend[j];
  }
  return line;
}

/// The ends within the price limit that are not at infinity, and the kinks between them.
template <class Consider>
void for_each_corner(const PricedFeature& f, double price_limit, const Consider& consider) {
  const double lo = std::max(f.lo, -price_limit), hi = std::min(f.hi, price_limit);
  if (hi < kInfinity) consider(hi);
  if (lo > -kInfinity) consider(lo);
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    if (f.bend[j] != 0 && -f.offset[j] > lo && -f.offset[j] < hi) consider(-f.offset[j]);
  }
}

}  // namespace

double PricedFeature::decrease(double e) const {
  const DecreaseLine line = line_at(*this, e);
  return line.constant - line.slope * e;
}

double PricedFeature::last_slope() const {
  double slope = coefficient;
  for (const double b : bend) slope += b;
  return slope;
}

double PricedFeature::first_slope() const {
  double slope = coefficient;
  for (const double b : bend) slope -= b;
  return slope;
}

double PricedFeature::steepest_slope() const {
  double slope = std::fabs(coefficient);
  for (const double b : bend) slope += std::fabs(b);
  return slope;
}

double PricedFeature::slope_at(double e) const { return line_at(*this, e).slope; }

double worst_within(const PricedFeature& f, double radius) {
  double worst = 0, most = 0;
  for_each_corner(f, radius, [&](double e) {
    if (const double d = f.decrease(e); d > most) {
      most = d;
      worst = e;
    }
  });
  return worst;
}

double worst_after_price(const PricedFeature& f, double price_limit, double tau) {
  double worst = 0, least = 0;
  for_each_corner(f, price_limit, [&](double e) {
    if (const double value = std::fabs(e) - tau * f.decrease(e); value < least) {
      least = value;
      worst = e;
    }
  });
  return worst;
}

double worst_stationary(const PricedFeature& f, double tau) {
  assert(f.bend.size() <= minorant::kMostKinks);
  std::array<std::size_t, minorant::kMostKinks> order{};
  std::size_t count = 0;
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    if (f.bend[j] != 0) order[count++] = j;
  }
  // from the last kink to the first
  std::sort(order.begin(), order.begin() + count,
            [&](std::size_t a, std::size_t b) { return f.offset[a] < f.offset[b]; });
  double worst = 0, least = 0, slope = f.last_slope(), ceiling = kInfinity;
  for (std::size_t k = 0; k <= count; ++k) {
    const double floor = k < count ? -f.offset[order[k]] : -kInfinity;
    const double e = std::clamp(std::clamp(-tau * slope, floor, ceiling), f.lo, f.hi);
    if (const double value = e * e / 2 - tau * f.decrease(e); value < least) {
      least = value;
      worst = e;
    }
    if (k == count) break;
    slope -= 2 * f.bend[order[k]];
    ceiling = floor;
  }
  return worst;
}

}  // namespace standfast::search
