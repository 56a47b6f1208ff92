// A weighted sum of proven minorants, with the roundings of the sum added to their errors.
#include "verify/proven_minorant.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/rounding.hpp"

namespace standfast::verify {
namespace {

constexpr double kSmallestWeight = 0x1p-100;
// Below this a product may have underflowed, which relative error bounds do not see: it is charged in full.
constexpr double kTinyProduct = 0x1p-1000;

bool usable(double weight) { return weight >= kSmallestWeight && weight <= 1 / kSmallestWeight; }

/// An upper bound on weight * bound, for bound >= 0.
double product_upper(double weight, double bound) {
  const double product = weight * bound;
  return bound != 0 && product < kTinyProduct ? kTinyProduct : product;
}

/// target += weight * values and their feature's size += |weight * values|, the latter never below what an underflow
/// took away. Shape: size is (features), values and target (features, some).
void add_scaled(double weight, std::span<const double> values, std::span<double> target, std::span<double> size) {
  const std::size_t some = values.size() / size.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    target[i] += weight * values[i];
    size[i / some] += product_upper(weight, std::fabs(values[i]));
  }
}

}  // namespace

ProvenMinorant combine(std::span<const ProvenMinorant> minorants, std::span<const double> weights) {
  assert(!minorants.empty() && weights.size() == minorants.size());
  const minorant::SeparableMinorant& first = minorants.front().separable;
  if (minorants.size() == 1 && weights.front() == 1) return minorants.front();
  ProvenMinorant out;
  const std::size_t n = first.dim();
  out.is_separable = true;
  out.separable.coefficient.assign(n, 0.0);
  out.separable.bend.assign(first.bend.size(), 0.0);
  out.separable.offset = first.offset;
  out.gradient_error.assign(n, 0.0);

  std::vector<double> size(n, 0.0);
  double margin = 0, margin_size = 0;
  std::size_t used = 0;
  for (std::size_t j = 0; j < minorants.size(); ++j) {
    const ProvenMinorant& m = minorants[j];
    assert(m.is_separable && m.separable.dim() == n && m.separable.offset == first.offset);
    if (!usable(weights[j])) continue;
    ++used;
    margin += weights[j] * m.separable.margin;
    margin_size += product_upper(weights[j], std::fabs(m.separable.margin));
    add_scaled(weights[j], m.separable.coefficient, out.separable.coefficient, size);
    add_scaled(weights[j], m.separable.bend, out.separable.bend, size);
    for (std::size_t i = 0; i < n; ++i) out.gradient_error[i] += product_upper(weights[j], m.gradient_error[i]);
  }
  // a sum of `used` products: one rounding each, and one per addition; the |offset + d| term moves by at most |d| too
  const double gamma = gamma_n(used + 2);
  const double most_underflows = 4 * static_cast<double>(used * std::max<std::size_t>(first.kinks(), 1));
  bool finite = used > 0 && std::isfinite(margin_size);
  for (std::size_t i = 0; i < n; ++i) {
    // an underflow's absolute error is below kTinyProduct, which product_upper has put into `size`
    const double underflow = size[i] > 0 && size[i] < most_underflows * kTinyProduct ? size[i] : 0.0;
    out.gradient_error[i] = kBoundSlack * (out.gradient_error[i] + gamma * size[i] + underflow);
    finite = finite && std::isfinite(out.gradient_error[i]);
  }
  out.separable.margin = finite ? margin - kBoundSlack * (gamma * margin_size + 0x1p-1060) : -kInfinity;
  return out;
}

}  // namespace standfast::verify
