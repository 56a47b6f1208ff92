#include "verify_wide/affine_ops.hpp"

#include <utility>

namespace standfast::verify_wide {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

Convolution::Image image_of(const model::Shape& shape) { return {size(shape[0]), size(shape[1]), size(shape[2])}; }

Convolution convolution_of(const Affine& op, Weights weights, bool adjoint) {
  const model::Shape& kernel = op.weight->shape;
  Convolution c;
  c.weight = op.weight->values.data();
  c.adjoint = adjoint;
  c.magnitudes = weights == Weights::kMagnitudes;
  c.source = image_of(adjoint ? op.out : op.in);
  c.target = image_of(adjoint ? op.in : op.out);
  c.kernel_height = size(kernel[2]);
  c.kernel_width = size(kernel[3]);
  const std::size_t per_input = c.kernel_height * c.kernel_width, per_output = size(kernel[1]) * per_input;
  c.source_stride = adjoint ? per_output : per_input;
  c.target_stride = adjoint ? per_input : per_output;
  c.stride = op.stride;
  c.padding = op.padding;
  c.dilation = op.dilation;
  return c;
}

/// W^T, whose columns are the inputs.
Matrix transposed_of(const Affine& op, Weights weights) {
  const std::size_t rows = size(op.weight->shape[0]), columns = size(op.weight->shape[1]);
  return {op.weight->values.data(), rows, columns, columns, 1, weights == Weights::kMagnitudes};
}

}  // namespace

void add_transposed(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                    std::span<const double> dual, std::span<double> value) {
  if (op.is_conv) return products.convolve(convolution_of(op, weights, true), lanes, dual.data(), value.data());
  products.add(transposed_of(op, weights), lanes, dual.data(), value.data());
}

void add_transposed(const Products& products, const Affine& op, std::size_t lanes, std::span<const float> dual,
                    std::span<double> value) {
  if (op.is_conv) {
    const Convolution convolution = convolution_of(op, Weights::kSigned, true);
    return products.convolve_narrow(convolution, lanes, dual.data(), value.data());
  }
  products.add_narrow(transposed_of(op, Weights::kSigned), lanes, dual.data(), value.data());
}

void add_product(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                 std::span<const double> x, std::span<double> value) {
  if (op.is_conv) return products.convolve(convolution_of(op, weights, false), lanes, x.data(), value.data());
  Matrix matrix = transposed_of(op, weights);
  std::swap(matrix.rows, matrix.columns);
  std::swap(matrix.row_stride, matrix.column_stride);
  products.add(matrix, lanes, x.data(), value.data());
}

}  // namespace standfast::verify_wide
