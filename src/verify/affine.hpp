// Matrices and zero-padded convolutions as the core reads them: plain loops, one input at a time.
//
// Every sum starts at the value that is there and takes its terms in one order: rows of a matrix, or channels, then
// rows and columns of a kernel. Each product is fused into the sum, so that a term costs one rounding; `verify_wide`
// keeps to the same order on wide registers, and so gets the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/feature_map.hpp"
#include "model/graph.hpp"
#include "model/tensor.hpp"

namespace standfast::verify {

/// The geometry of an affine operation: a matrix, or a zero-padded convolution.
struct Affine {
  const model::Tensor* weight = nullptr;
  bool is_conv = false;
  model::Shape in;   ///< The shape of the input, (channels, height, width) for a convolution.
  model::Shape out;  ///< The shape of the output, likewise.
  std::int64_t stride = 1, padding = 0, dilation = 1;
};

/// The geometry of a step of a feature map. Requires: it is a linear map or a convolution of these shapes.
Affine affine_of(const model::MapStep& step, const model::Shape& in, const model::Shape& out);

/// The geometry of a node. Shape: node_shapes is (nodes), as infer_shapes gives it. Requires: it is an affine node.
Affine affine_of(const model::Graph& graph, const std::vector<model::Shape>& node_shapes, std::size_t node);

/// The shape of what a node reads from `source`, an earlier node or kGraphInput.
const model::Shape& source_shape(const model::Graph& graph, const std::vector<model::Shape>& node_shapes,
                                 std::int32_t source);

/// W, or |W|.
enum class Weights { kSigned, kMagnitudes };

/// value += W x. Shape: x is (in), value is (out).
void add_product(const Affine& op, Weights weights, std::span<const double> x, std::span<double> value);

/// value += W^T dual. Shape: dual is (out), value is (in).
void add_transposed(const Affine& op, Weights weights, std::span<const double> dual, std::span<double> value);

/// The most terms that one element of W x is summed from.
std::size_t terms_of_product(const Affine& op);
/// The most terms that one element of W^T dual is summed from.
std::size_t terms_of_transposed(const Affine& op);

/// The bias of an output: one value per output, one per channel, or 0 if there is none.
double bias_of(const model::Tensor& bias, std::size_t output, std::size_t outputs);

}  // namespace standfast::verify
