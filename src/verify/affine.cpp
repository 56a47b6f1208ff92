// One loop visits every weight and every place where it acts, in the order that the header promises. Nothing is
// vectorised: this is the judge of the fast products, not their rival.
#include "verify/affine.hpp"

#include <cmath>

namespace standfast::verify {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// visit(output, input, weight) for each term of W x, those of one output (of one input) in their order.
template <class Visit>
void for_each_term(const Affine& op, Weights weights, const Visit& visit) {
  const model::Shape& w = op.weight->shape;
  std::size_t at = 0;
  const auto next_weight = [&] {
    const double weight = op.weight->values[at++];
    return weights == Weights::kMagnitudes ? std::fabs(weight) : weight;
  };
  if (!op.is_conv) {
    for (std::size_t o = 0; o < size(w[0]); ++o) {
      for (std::size_t i = 0; i < size(w[1]); ++i) visit(o, i, next_weight());
    }
    return;
  }
  for (std::int64_t o = 0; o < w[0]; ++o) {
    for (std::int64_t c = 0; c < w[1]; ++c) {
      for (std::int64_t ky = 0; ky < w[2]; ++ky) {
        for (std::int64_t kx = 0; kx < w[3]; ++kx) {
          const double weight = next_weight();
          for (std::int64_t y = 0; y < op.out[1]; ++y) {
            const std::int64_t row = y * op.stride + ky * op.dilation - op.padding;
            if (row < 0 || row >= op.in[1]) continue;
            for (std::int64_t x = 0; x < op.out[2]; ++x) {
              const std::int64_t column = x * op.stride + kx * op.dilation - op.padding;
              if (column < 0 || column >= op.in[2]) continue;
              visit(size((o * op.out[1] + y) * op.out[2] + x), size((c * op.in[1] + row) * op.in[2] + column), weight);
            }
          }
        }
      }
    }
  }
}

}  // namespace

Affine affine_of(const model::MapStep& step, const model::Shape& in, const model::Shape& out) {
  return {&step.values, step.kind == model::MapKind::kConv2d, in, out, step.stride, step.padding, step.dilation};
}

Affine affine_of(const model::Graph& graph, const std::vector<model::Shape>& node_shapes, std::size_t k) {
  const model::Node& node = graph.nodes[k];
  const model::Shape& in = source_shape(graph, node_shapes, node.inputs[0]);
  const bool is_conv = node.kind == model::NodeKind::kConv2d;
  return {&node.weight, is_conv, in, node_shapes[k], node.stride, node.padding, node.dilation};
}

const model::Shape& source_shape(const model::Graph& graph, const std::vector<model::Shape>& node_shapes,
                                 std::int32_t source) {
  return source == model::kGraphInput ? graph.input_shape : node_shapes[static_cast<std::size_t>(source)];
}

void add_product(const Affine& op, Weights weights, std::span<const double> x, std::span<double> value) {
  for_each_term(op, weights, [&](std::size_t o, std::size_t i, double w) { value[o] = std::fma(w, x[i], value[o]); });
}

void add_transposed(const Affine& op, Weights weights, std::span<const double> dual, std::span<double> value) {
  for_each_term(op, weights,
                [&](std::size_t o, std::size_t i, double w) { value[i] = std::fma(w, dual[o], value[i]); });
}

std::size_t terms_of_product(const Affine& op) {
  const model::Shape& w = op.weight->shape;
  return op.is_conv ? size(w[1] * w[2] * w[3]) : size(w[1]);
}

std::size_t terms_of_transposed(const Affine& op) {
  const model::Shape& w = op.weight->shape;
  return op.is_conv ? size(w[0] * w[2] * w[3]) : size(w[0]);
}

double bias_of(const model::Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

}  // namespace standfast::verify
