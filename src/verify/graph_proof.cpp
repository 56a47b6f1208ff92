#include "verify/graph_proof.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"
#include "verify/affine_ops.hpp"

namespace standfast {
namespace {

using verify_ops::Affine;

// Error bounds are sums of products themselves; one percent covers their own roundings.
constexpr double kBoundSlack = 1.01;
// A product of a float32 weight with a number of at least this size cannot underflow, so that errors stay relative.
constexpr double kTiny = 0x1p-800;

Shape input_shape_of(const Graph& graph, const std::vector<Shape>& shapes, std::int32_t source) {
  return source == kGraphInput ? graph.input_shape : shapes[static_cast<std::size_t>(source)];
}

Affine affine_of(const Graph& graph, const std::vector<Shape>& shapes, std::size_t k) {
  const Node& node = graph.nodes[k];
  return {&node.weight,
          node.kind == NodeKind::kConv2d,
          input_shape_of(graph, shapes, node.inputs[0]),
          shapes[k],
          node.stride,
          node.padding,
          node.dilation};
}

bool is_affine(const Node& node) { return node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d; }

/// The most terms that a node can add to one element of its input's dual.
std::size_t terms_added(const Graph& graph, const std::vector<Shape>& shapes, std::size_t k) {
  const Node& node = graph.nodes[k];
  if (is_affine(node)) return verify_ops::terms_of_transposed(affine_of(graph, shapes, k));
  if (node.kind == NodeKind::kMaxPool) return static_cast<std::size_t>(node.kernel * node.kernel);
  return 1;
}

/// Turns numbers too small for relative error bounds into 0 with an absolute error.
void flush_tiny(std::span<double> dual, std::span<double> error) {
  for (std::size_t i = 0; i < dual.size(); ++i) {
    if (dual[i] != 0 && std::fabs(dual[i]) < kTiny) {
      dual[i] = 0;
      error[i] += 2 * kTiny;
    } else if (error[i] != 0 && error[i] < kTiny) {
      error[i] = kTiny;
    }
  }
}

/// Is `at` inside the pooling window (or, for kMax, the input) of this output?
bool winner_allowed(const Node& node, const Shape& in, const Shape& out, std::size_t output, std::int64_t at) {
  if (at < 0 || at >= static_cast<std::int64_t>(element_count(in))) return false;
  if (node.kind == NodeKind::kMax) return true;
  const auto position = static_cast<std::int64_t>(output);
  const std::int64_t channel = position / (out[1] * out[2]);
  const std::int64_t top = position / out[2] % out[1] * node.stride, left = position % out[2] * node.stride;
  const std::int64_t row = at / in[2] % in[1], column = at % in[2];
  return at / (in[1] * in[2]) == channel && row >= top && row < top + node.kernel && column >= left &&
         column < left + node.kernel;
}

/// Some input of the window, for a winner that is not one.
std::int64_t first_of_window(const Node& node, const Shape& in, const Shape& out, std::size_t output) {
  if (node.kind == NodeKind::kMax) return 0;
  const auto position = static_cast<std::int64_t>(output);
  const std::int64_t channel = position / (out[1] * out[2]);
  return (channel * in[1] + position / out[2] % out[1] * node.stride) * in[2] + position % out[2] * node.stride;
}

}  // namespace

GraphProof::GraphProof(const Graph& graph) : graph_(&graph), terms_(graph.nodes.size(), 0) {
  shapes_ = std::move(infer_shapes(graph)).value();
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    for (const std::int32_t source : graph.nodes[k].inputs) {
      std::size_t& terms = source == kGraphInput ? feature_terms_ : terms_[static_cast<std::size_t>(source)];
      terms += terms_added(graph, shapes_, k);
    }
  }
}

void GraphProof::pull(double score_dual, const Slopes& slopes, GraphProofWorkspace& workspace,
                      GraphMinorant& out) const {
  workspace.dual.resize(shapes_.size());
  workspace.error.resize(shapes_.size());
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    workspace.dual[k].assign(element_count(shapes_[k]), 0.0);
    workspace.error[k].assign(element_count(shapes_[k]), 0.0);
  }
  const std::size_t features = element_count(graph_->input_shape);
  out.slope.assign(features, 0.0);
  out.slope_error.assign(features, 0.0);
  out.constant = 0;
  out.constant_error = 0;

  workspace.dual.back()[0] = score_dual;
  for (std::size_t k = shapes_.size(); k-- > 0;) push(k, slopes, workspace, out);
  for (double& error : out.slope_error) error *= kBoundSlack;
  out.constant_error *= kBoundSlack;
}

void GraphProof::push(std::size_t k, const Slopes& slopes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
  const Node& node = graph_->nodes[k];
  const std::span<double> dual = workspace.dual[k], error = workspace.error[k];
  for (double& e : error) e *= kBoundSlack;

  if (is_affine(node)) {
    flush_tiny(dual, error);
    // the constant: sum of bias * dual over all affine nodes, summed in order
    const double gamma = gamma_n(dual.size() + 2);
    out.constant_error += gamma * std::fabs(out.constant);
    for (std::size_t o = 0; o < dual.size(); ++o) {
      const double bias = verify_ops::bias_of(node.bias, o, dual.size());
      out.constant += bias * dual[o];
      out.constant_error += std::fabs(bias) * (error[o] + gamma * std::fabs(dual[o]));
    }
  }

  for (const std::int32_t source : node.inputs) {
    const bool is_input = source == kGraphInput;
    const std::size_t terms = is_input ? feature_terms_ : terms_[static_cast<std::size_t>(source)];
    // a single term that is only copied is exact
    const bool exact = terms == 1 && !is_affine(node);
    const Target target{
        is_input ? std::span<double>(out.slope) : workspace.dual[static_cast<std::size_t>(source)],
        is_input ? std::span<double>(out.slope_error) : workspace.error[static_cast<std::size_t>(source)],
        exact ? 0.0 : gamma_n(terms + 1)};
    switch (node.kind) {
      case NodeKind::kLinear:
      case NodeKind::kConv2d: {
        for (std::size_t o = 0; o < dual.size(); ++o) error[o] += target.gamma * std::fabs(dual[o]);
        verify_ops::add_transposed(affine_of(*graph_, shapes_, k), dual, error, target.dual, target.error);
        break;
      }
      case NodeKind::kAdd:
      case NodeKind::kFlatten:
        for (std::size_t i = 0; i < dual.size(); ++i) {
          target.dual[i] += dual[i];
          target.error[i] += error[i] + target.gamma * std::fabs(dual[i]);
        }
        break;
      case NodeKind::kRelu:
        push_relu(slopes[k].relu, dual, error, target);
        break;
      case NodeKind::kMaxPool:
      case NodeKind::kMax:
        push_winners(k, slopes[k].winner, dual, error, target);
        break;
    }
  }
}

void GraphProof::push_relu(std::span<const float> slope, std::span<const double> dual, std::span<const double> error,
                           const Target& target) const {
  for (std::size_t i = 0; i < dual.size(); ++i) {
    // Any c in [0, true dual] keeps the minorant valid: what is picked here is exact from now on. The true dual is >=
    // 0, because every weight between a ReLU and the score is.
    const double lower = error[i] == 0 ? dual[i] : (dual[i] - error[i]) * (1 - 4 * kUnitRoundoff);
    const double share = i < slope.size() ? std::clamp(static_cast<double>(slope[i]), 0.0, 1.0) : 0.0;
    double c = share * lower;
    if (!(c >= kTiny)) c = 0;
    target.dual[i] += c;
    target.error[i] += target.gamma * c;
  }
}

void GraphProof::push_winners(std::size_t k, std::span<const std::int32_t> winner, std::span<const double> dual,
                              std::span<const double> error, const Target& target) const {
  const Node& node = graph_->nodes[k];
  const Shape in = input_shape_of(*graph_, shapes_, node.inputs[0]);
  for (std::size_t i = 0; i < dual.size(); ++i) {
    std::int64_t at = i < winner.size() ? winner[i] : -1;
    if (!winner_allowed(node, in, shapes_[k], i, at)) at = first_of_window(node, in, shapes_[k], i);
    target.dual[static_cast<std::size_t>(at)] += dual[i];
    target.error[static_cast<std::size_t>(at)] += error[i] + target.gamma * std::fabs(dual[i]);
  }
}

}  // namespace standfast
