#include "verify/affine_ops.hpp"

#include <cmath>

namespace standfast::verify_ops {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// Calls tap(weight, input index, output index) for every product that the operation is made of.
template <class Tap>
void for_each_conv_tap(const Affine& op, Tap&& tap) {
  const Shape& kernel = op.weight->shape;
  const float* weight = op.weight->values.data();
  for (std::int64_t o = 0; o < op.out[0]; ++o) {
    for (std::int64_t c = 0; c < op.in[0]; ++c) {
      for (std::int64_t ky = 0; ky < kernel[2]; ++ky) {
        for (std::int64_t kx = 0; kx < kernel[3]; ++kx) {
          const double w = *weight++;
          for (std::int64_t y = 0; y < op.out[1]; ++y) {
            const std::int64_t row = y * op.stride + ky * op.dilation - op.padding;
            if (row < 0 || row >= op.in[1]) continue;
            for (std::int64_t x = 0; x < op.out[2]; ++x) {
              const std::int64_t column = x * op.stride + kx * op.dilation - op.padding;
              if (column < 0 || column >= op.in[2]) continue;
              tap(w, size((c * op.in[1] + row) * op.in[2] + column), size((o * op.out[1] + y) * op.out[2] + x));
            }
          }
        }
      }
    }
  }
}

}  // namespace

void add_transposed(const Affine& op, std::span<const double> dual, std::span<const double> dual_error,
                    std::span<double> value, std::span<double> bound) {
  if (op.is_conv) {
    for_each_conv_tap(op, [&](double w, std::size_t in, std::size_t out) {
      value[in] += w * dual[out];
      bound[in] += std::fabs(w) * dual_error[out];
    });
    return;
  }
  const std::size_t columns = value.size();
  for (std::size_t o = 0; o < dual.size(); ++o) {
    const double d = dual[o], e = dual_error[o];
    if (d == 0 && e == 0) continue;
    const float* row = op.weight->values.data() + o * columns;
    for (std::size_t i = 0; i < columns; ++i) {
      const double w = row[i];
      value[i] += w * d;
      bound[i] += std::fabs(w) * e;
    }
  }
}

void add_product(const Affine& op, std::span<const double> x, std::span<const double> x_bound, std::span<double> value,
                 std::span<double> bound) {
  if (op.is_conv) {
    for_each_conv_tap(op, [&](double w, std::size_t in, std::size_t out) {
      value[out] += w * x[in];
      bound[out] += std::fabs(w) * x_bound[in];
    });
    return;
  }
  const std::size_t columns = x.size();
  for (std::size_t o = 0; o < value.size(); ++o) {
    const float* row = op.weight->values.data() + o * columns;
    for (std::size_t i = 0; i < columns; ++i) {
      const double w = row[i];
      value[o] += w * x[i];
      bound[o] += std::fabs(w) * x_bound[i];
    }
  }
}

std::size_t terms_of_transposed(const Affine& op) {
  const Shape& w = op.weight->shape;
  return op.is_conv ? size(w[0] * w[2] * w[3]) : size(w[0]);
}

std::size_t terms_of_product(const Affine& op) {
  const Shape& w = op.weight->shape;
  return op.is_conv ? size(w[1] * w[2] * w[3]) : size(w[1]);
}

double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

}  // namespace standfast::verify_ops
