// Rounds each normal to integers of few binary places, and compares N.x with the largest N.q of the hull in integers of
// 64 or 128 bits. The rounding may lose a separation, but can never invent one. Only the distance is a float64, and
// only shown. Takes for granted that dim <= 8192, so that no sum overflows.
#include "lab/hulls/exact_normals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "base/parallel.hpp"

namespace standfast::lab {
namespace {

// sums of bytes stay in 62 bits up to 8192 features, those of other numbers (62 bits each) in 126
constexpr int kBytePlaces = 40;
constexpr int kOtherPlaces = 50;
constexpr Int128 kLowest = -(Int128{1} << 126);

void append_integers(std::span<const double> normal, int places, std::vector<std::int64_t>& into) {
  double largest = 0;
  for (const double value : normal) largest = std::max(largest, std::abs(value));
  const int lift = largest > 0 ? places - 1 - std::ilogb(largest) : 0;
  for (const double value : normal) into.push_back(std::llround(std::ldexp(value, lift)));
}

}  // namespace

ExactNormals::ExactNormals(const Dataset& data, const InputUnits& units, std::span<const std::size_t> hull,
                           std::span<const double> normals, std::size_t threads)
    : units_(units), dim_(data.dim()), highest_(normals.size() / dim_, kLowest) {
  const double unit = units.bytes ? 255 : std::ldexp(1.0, units.exponent);
  for (std::size_t j = 0; j < count(); ++j) {
    append_integers(normals.subspan(j * dim_, dim_), units.bytes ? kBytePlaces : kOtherPlaces, normals_);
    double square = 0;
    for (const auto value : normal(j)) square += static_cast<double>(value) * static_cast<double>(value);
    lengths_.push_back(std::sqrt(square) * unit);
  }
  std::mutex merging;
  parallel_for(hull.size(), 64, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<Int128> highest(count(), kLowest);
    for (std::size_t i = begin; i < end; ++i) {
      const auto x = integers_of(data.row(hull[i]), units_);
      for (std::size_t j = 0; j < count(); ++j) highest[j] = std::max(highest[j], product(j, x));
    }
    const std::scoped_lock lock(merging);
    for (std::size_t j = 0; j < count(); ++j) highest_[j] = std::max(highest_[j], highest[j]);
  });
}

std::span<const std::int64_t> ExactNormals::normal(std::size_t j) const {
  return std::span(normals_).subspan(j * dim_, dim_);
}

Int128 ExactNormals::product(std::size_t j, std::span<const std::int64_t> x) const {
  const auto n = normal(j);
  if (units_.bytes) {
    std::int64_t sum = 0;
    for (std::size_t f = 0; f < dim_; ++f) sum += n[f] * x[f];
    return sum;
  }
  Int128 sum = 0;
  for (std::size_t f = 0; f < dim_; ++f) sum += Int128{n[f]} * x[f];
  return sum;
}

ExactNormals::Best ExactNormals::best(std::span<const float> x) const {
  const auto integers = integers_of(x, units_);
  Best best;
  for (std::size_t j = 0; j < count(); ++j) {
    const Int128 gap = product(j, integers) - highest_[j];
    if (gap <= 0) continue;
    const double distance = static_cast<double>(gap) / lengths_[j];
    if (distance > best.distance) best = {j, distance};
  }
  return best;
}

int ExactNormals::bits() const {
  int bits = 0;
  for (std::size_t j = 0; j < count(); ++j) {
    long double total = 0;
    for (const auto value : normal(j)) total += std::abs(static_cast<long double>(value));
    total *= static_cast<long double>(units_.largest) * (1 + 0x1p-40L);  // covers the roundings of this sum
    if (total > 0) bits = std::max(bits, std::ilogb(total) + 1);
  }
  return bits;
}

}  // namespace standfast::lab
