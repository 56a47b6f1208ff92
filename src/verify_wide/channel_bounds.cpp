#include "verify_wide/channel_bounds.hpp"

#include <cmath>
#include <limits>

#include "base/rounding.hpp"

namespace standfast::verify_wide {
namespace {

// Numbers of at least this size have squares that keep their digits.
constexpr double kSmallestSquared = 0x1p-500;
// Norms of weights near the largest float32 number have room.
constexpr double kNormScale = 0x1p-16;

}  // namespace

model::Tensor channel_norms_upper(const model::Tensor& weight) {
  model::Tensor norms{weight.shape, {}};
  norms.shape[0] = 1;
  const std::size_t size = model::element_count(norms.shape);
  for (std::size_t i = 0; i < size; ++i) {
    double sum = 0;
    for (std::size_t at = i; at < weight.values.size(); at += size) {
      sum += static_cast<double>(weight.values[at]) * static_cast<double>(weight.values[at]);
    }
    const double norm = std::sqrt(sum) * (1 + gamma_n(weight.values.size() / size + 4)) * kNormScale;
    const auto rounded = static_cast<float>(norm);
    norms.values.push_back(norm == 0 ? 0 : std::nextafter(rounded, std::numeric_limits<float>::infinity()));
  }
  return norms;
}

Affine by_channel_norms(Affine op, const model::Tensor& norms) {
  op.weight = &norms;
  op.out[0] = 1;
  return op;
}

void bound_channels(std::span<const double> dual, std::span<const double> error, double share, std::size_t positions,
                    std::vector<double>& bound) {
  bound.assign(positions, 0.0);
  double* const sum = bound.data();
  const auto square = [](double b) {
    const double raised = b < kSmallestSquared && b != 0 ? kSmallestSquared : b;  // a NaN stays one
    return raised * raised;
  };
  for (std::size_t first = 0; first < dual.size(); first += positions) {
    const double* const d = dual.data() + first;
    const double* const e = error.empty() ? nullptr : error.data() + first;
    for (std::size_t at = 0; at < positions && e == nullptr; ++at) sum[at] += square(share * std::fabs(d[at]));
    for (std::size_t at = 0; at < positions && e != nullptr; ++at) {
      sum[at] += square(e[at] + share * std::fabs(d[at]));
    }
  }
  for (double& b : bound) b = std::sqrt(b) * (1 / kNormScale);
}

}  // namespace standfast::verify_wide
