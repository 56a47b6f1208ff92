// Plain loops. Elements that are 0 are passed over: rows of CROWN start with a single one.
#include "lab/compare/graph_products.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace standfast::lab {
namespace {

/// Calls visit(output, input, weight) for each product of a convolution.
template <class Visit>
void each_conv_product(const model::Node& node, const model::Shape& in, const model::Shape& out, const Visit& visit) {
  const auto& weight = node.weight;
  const std::int64_t height = weight.shape[2], width = weight.shape[3];
  for (std::int64_t o = 0; o < out[0]; ++o)
    for (std::int64_t y = 0; y < out[1]; ++y)
      for (std::int64_t x = 0; x < out[2]; ++x) {
        const std::int64_t to = (o * out[1] + y) * out[2] + x;
        if (!visit.wants(static_cast<std::size_t>(to))) continue;
        for (std::int64_t c = 0; c < in[0]; ++c)
          for (std::int64_t i = 0; i < height; ++i) {
            const std::int64_t row = y * node.stride - node.padding + i * node.dilation;
            if (row < 0 || row >= in[1]) continue;
            for (std::int64_t j = 0; j < width; ++j) {
              const std::int64_t column = x * node.stride - node.padding + j * node.dilation;
              if (column < 0 || column >= in[2]) continue;
              const std::int64_t from = (c * in[1] + row) * in[2] + column;
              const std::int64_t at = ((o * in[0] + c) * height + i) * width + j;
              visit(static_cast<std::size_t>(to), static_cast<std::size_t>(from),
                    static_cast<double>(weight.values[static_cast<std::size_t>(at)]));
            }
          }
      }
}

struct Forward {
  std::span<const double> x;
  std::span<double> out;
  bool absolute;
  [[nodiscard]] bool wants(std::size_t) const { return true; }
  void operator()(std::size_t to, std::size_t from, double weight) const {
    out[to] += (absolute ? std::fabs(weight) : weight) * x[from];
  }
};

struct Adjoint {
  std::span<const double> y;
  std::span<double> out;
  [[nodiscard]] bool wants(std::size_t to) const { return y[to] != 0; }
  void operator()(std::size_t to, std::size_t from, double weight) const { out[from] += weight * y[to]; }
};

}  // namespace

GraphShapes::GraphShapes(const model::Graph& graph) : input_(graph.input_shape) {
  auto shapes = model::infer_shapes(graph);
  assert(shapes.ok() && "a graph whose shapes fit");
  nodes_ = std::move(shapes).value();
}

void apply_weight(const model::Node& node, const GraphShapes& shapes, std::int32_t index, std::span<const double> x,
                  bool absolute, std::span<double> out) {
  if (node.kind == model::NodeKind::kConv2d) {
    each_conv_product(node, shapes.of(node.inputs[0]), shapes.of(index), Forward{x, out, absolute});
    return;
  }
  const float* row = node.weight.values.data();
  for (std::size_t o = 0; o < out.size(); ++o, row += x.size()) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      sum += (absolute ? std::fabs(static_cast<double>(row[i])) : static_cast<double>(row[i])) * x[i];
    out[o] += sum;
  }
}

void apply_adjoint(const model::Node& node, const GraphShapes& shapes, std::int32_t index, std::span<const double> y,
                   std::span<double> out) {
  if (node.kind == model::NodeKind::kConv2d) {
    each_conv_product(node, shapes.of(node.inputs[0]), shapes.of(index), Adjoint{y, out});
    return;
  }
  const float* row = node.weight.values.data();
  for (std::size_t o = 0; o < y.size(); ++o, row += out.size()) {
    if (y[o] == 0) continue;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += static_cast<double>(row[i]) * y[o];
  }
}

double bias_at(const model::Node& node, const model::Shape& shape, std::size_t i) {
  if (node.bias.empty()) return 0;
  const std::size_t each = model::element_count(shape) / node.bias.values.size();
  return static_cast<double>(node.bias.values[i / each]);
}

}  // namespace standfast::lab
