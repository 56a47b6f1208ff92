#include "support/step_matrix.hpp"

#include <algorithm>
#include <numeric>

namespace standfast::support {

StepMatrix::StepMatrix(const model::MapStep& step, const model::Shape& input)
    : rows_(model::element_count(model::infer_map_shapes({step}, input).value().back())),
      columns_(model::element_count(input)),
      values_(rows_ * columns_, 0.0) {
  if (step.kind == model::MapKind::kLinear) {
    values_.assign(step.values.values.begin(), step.values.values.end());
    return;
  }
  const model::Shape output = model::infer_map_shapes({step}, input).value().back(), &w = step.values.shape;
  const float* weight = step.values.values.data();
  for (std::int64_t o = 0; o < w[0]; ++o) {
    for (std::int64_t c = 0; c < w[1]; ++c) {
      for (std::int64_t ky = 0; ky < w[2]; ++ky) {
        for (std::int64_t kx = 0; kx < w[3]; ++kx, ++weight) {
          for (std::int64_t row = 0; row < output[1]; ++row) {
            for (std::int64_t column = 0; column < output[2]; ++column) {
              const std::int64_t y = row * step.stride + ky * step.dilation - step.padding;
              const std::int64_t x = column * step.stride + kx * step.dilation - step.padding;
              if (y < 0 || x < 0 || y >= input[1] || x >= input[2]) continue;
              const auto out = static_cast<std::size_t>((o * output[1] + row) * output[2] + column);
              values_[out * columns_ + static_cast<std::size_t>((c * input[1] + y) * input[2] + x)] += *weight;
            }
          }
        }
      }
    }
  }
}

std::vector<double> StepMatrix::times(std::span<const double> x) const {
  std::vector<double> result(rows_, 0.0);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double* const row = values_.data() + i * columns_;
    result[i] = std::inner_product(x.begin(), x.end(), row, 0.0);
  }
  return result;
}

std::vector<double> StepMatrix::transposed_times(std::span<const double> y) const {
  std::vector<double> result(columns_, 0.0);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double* const row = values_.data() + i * columns_;
    std::transform(result.begin(), result.end(), row, result.begin(), [&](double r, double w) { return r + w * y[i]; });
  }
  return result;
}

double StepMatrix::norm_found(Random& random) const {
  std::vector<double> x(columns_);
  for (double& v : x) v = random.normal();
  double norm = 0, before = -1;
  for (int k = 0; k < 2000 && norm > before * (1 + 1e-14); ++k) {  // it grows to the norm
    const double length = Norm::l2().of_vector(x);
    if (length == 0) return 0;
    for (double& v : x) v /= length;
    const std::vector<double> moved = times(x);
    before = norm;
    norm = Norm::l2().of_vector(moved);
    x = transposed_times(moved);
  }
  return norm;
}

}  // namespace standfast::support
