#include "verify/graph_proof.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"
#include "verify/affine_ops.hpp"

namespace standfast {
namespace {

using verify_ops::Affine;

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
    const bool lost = dual[i] != 0 && std::fabs(dual[i]) < kTinyFactor;
    const double raised = error[i] != 0 && error[i] < kTinyFactor ? kTinyFactor : error[i];
    error[i] = lost ? error[i] + 2 * kTinyFactor : raised;
    dual[i] = lost ? 0 : dual[i];
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

GraphProof::GraphProof(const Graph& graph, const verify_ops::Products& products)
    : graph_(&graph), products_(&products), terms_(graph.nodes.size(), 0) {
  shapes_ = std::move(infer_shapes(graph)).value();
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    for (const std::int32_t source : graph.nodes[k].inputs) {
      std::size_t& terms = source == kGraphInput ? feature_terms_ : terms_[static_cast<std::size_t>(source)];
      terms += terms_added(graph, shapes_, k);
    }
  }
  find_relative();
  find_magnitudes();
}

void GraphProof::find_relative() {
  const std::size_t count = shapes_.size();
  // what a node's consumers hand to it: products or copies of exact numbers, all of the sign of the score's dual
  std::vector<bool> one_sign(count, true), copied(count, true);
  relative_.assign(count, false);
  for (std::size_t k = count; k-- > 0;) {
    const Node& node = graph_->nodes[k];
    const bool exact = one_sign[k] && copied[k] && terms_[k] <= 1;
    relative_[k] = one_sign[k] && !exact;
    const auto& weights = node.weight.values;
    const bool not_negative = std::all_of(weights.begin(), weights.end(), [](float w) { return w >= 0; });
    for (const std::int32_t source : node.inputs) {
      if (source == kGraphInput) continue;
      const auto to = static_cast<std::size_t>(source);
      // what a ReLU hands on is exact by choice
      one_sign[to] = one_sign[to] && (exact || node.kind == NodeKind::kRelu) && not_negative;
      copied[to] = copied[to] && !is_affine(node);
    }
  }
}

void GraphProof::find_magnitudes() {
  magnitudes_.resize(shapes_.size());
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    const Node& node = graph_->nodes[k];
    if (!is_affine(node)) continue;
    const std::int32_t source = node.inputs[0];
    if (source != kGraphInput && relative_[static_cast<std::size_t>(source)]) continue;
    const Affine op = affine_of(*graph_, shapes_, k);
    magnitudes_[k].assign(element_count(op.in), 0.0);
    verify_ops::add_transposed(*products_, op, verify_ops::Weights::kMagnitudes, 1,
                               std::vector<double>(element_count(op.out), 1.0), magnitudes_[k]);
    const double up = 1 + 2 * gamma_n(verify_ops::terms_of_transposed(op) + 2);
    for (double& sum : magnitudes_[k]) sum *= up;
  }
}

void GraphProof::pull(double score_dual, const LaneSlopes& slopes, GraphProofWorkspace& workspace,
                      GraphMinorant& out) const {
  const std::size_t lanes = proof_lanes(slopes.count);
  workspace.dual.resize(shapes_.size());
  workspace.error.resize(shapes_.size());
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    workspace.dual[k].assign(element_count(shapes_[k]) * lanes, 0.0);
    workspace.error[k].assign(element_count(shapes_[k]) * lanes, 0.0);
  }
  const std::size_t features = element_count(graph_->input_shape);
  out.slope.assign(features * lanes, 0.0);
  out.slope_error.assign(features * lanes, 0.0);
  out.constant.fill(0);
  out.constant_error.fill(0);

  std::fill(workspace.dual.back().begin(), workspace.dual.back().end(), score_dual);
  for (std::size_t k = shapes_.size(); k-- > 0;) push(k, slopes, workspace, out);
  clear_unreached(lanes, workspace, out);
  for (double& error : out.slope_error) error *= kBoundSlack;
  for (double& error : out.constant_error) error *= kBoundSlack;
}

/// The bound of push_affine is one for all inputs of a node. A feature that no weight other than 0 joins to a dual
/// other than 0 has a slope of exactly 0, which an infinite radius may need.
void GraphProof::clear_unreached(std::size_t lanes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
  bool any = false;
  for (std::size_t at = 0; at < out.slope.size(); ++at) any |= out.slope[at] == 0 && out.slope_error[at] != 0;
  if (!any) return;
  std::vector<double>&touched = workspace.touched, &reached = workspace.reached;
  reached.assign(out.slope.size(), 0.0);
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    const Node& node = graph_->nodes[k];
    if (std::ranges::find(node.inputs, kGraphInput) == node.inputs.end()) continue;
    if (!is_affine(node)) return;
    const std::vector<double>&dual = workspace.dual[k], &error = workspace.error[k];
    touched.resize(dual.size());
    for (std::size_t i = 0; i < dual.size(); ++i) touched[i] = dual[i] == 0 && error[i] == 0 ? 0.0 : 1.0;
    verify_ops::add_transposed(*products_, affine_of(*graph_, shapes_, k), verify_ops::Weights::kMagnitudes, lanes,
                               touched, reached);
  }
  for (std::size_t at = 0; at < reached.size(); ++at) {
    if (reached[at] == 0) out.slope_error[at] = 0;
  }
}

GraphProof::Target GraphProof::target_of(std::size_t node, std::int32_t source, GraphProofWorkspace& workspace,
                                         GraphMinorant& out) const {
  const bool is_input = source == kGraphInput;
  const std::size_t at = is_input ? 0 : static_cast<std::size_t>(source);
  const std::size_t terms = is_input ? feature_terms_ : terms_[at];
  // a single term that is only copied is exact
  const bool exact = terms == 1 && !is_affine(graph_->nodes[node]);
  return {is_input ? std::span<double>(out.slope) : workspace.dual[at],
          is_input ? std::span<double>(out.slope_error) : workspace.error[at], exact ? 0.0 : gamma_n(terms + 1),
          !is_input && relative_[at]};
}

void GraphProof::push(std::size_t k, const LaneSlopes& slopes, GraphProofWorkspace& workspace,
                      GraphMinorant& out) const {
  const Node& node = graph_->nodes[k];
  const std::span<double> dual = workspace.dual[k], error = workspace.error[k];
  const std::size_t lanes = proof_lanes(slopes.count);
  if (relative_[k]) {
    const double gamma = gamma_n(terms_[k] + 1);
    for (std::size_t i = 0; i < dual.size(); ++i) error[i] = gamma * std::fabs(dual[i]);
  }
  for (double& e : error) e *= kBoundSlack;
  if (is_affine(node)) {
    flush_tiny(dual, error);
    add_constant(k, dual, error, lanes, out);
  }
  for (const std::int32_t source : node.inputs) {
    const Target target = target_of(k, source, workspace, out);
    switch (node.kind) {
      case NodeKind::kLinear:
      case NodeKind::kConv2d:
        push_affine(k, dual, error, lanes, target);
        break;
      case NodeKind::kAdd:
      case NodeKind::kFlatten:
        for (std::size_t i = 0; i < dual.size(); ++i) {
          target.dual[i] += dual[i];
          target.error[i] += error[i] + target.gamma * std::fabs(dual[i]);
        }
        break;
      case NodeKind::kRelu:
        push_relu(k, slopes, dual, error, target);
        break;
      case NodeKind::kMaxPool:
      case NodeKind::kMax:
        push_winners(k, slopes, dual, error, target);
        break;
    }
  }
}

void GraphProof::add_constant(std::size_t k, std::span<const double> dual, std::span<const double> error,
                              std::size_t lanes, GraphMinorant& out) const {
  // sum of bias * dual over all affine nodes, summed in order
  const std::size_t outputs = element_count(shapes_[k]);
  const double gamma = gamma_n(outputs + 2);
  LaneValues constant = out.constant, lost = out.constant_error;
  for (std::size_t lane = 0; lane < lanes; ++lane) lost[lane] += gamma * std::fabs(constant[lane]);
  for (std::size_t o = 0; o < outputs; ++o) {
    const double bias = verify_ops::bias_of(graph_->nodes[k].bias, o, outputs);
    if (bias == 0) continue;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double d = dual[o * lanes + lane], e = error[o * lanes + lane];
      constant[lane] += bias * d;
      lost[lane] += std::fabs(bias) * (e + gamma * std::fabs(d));
    }
  }
  out.constant = constant;
  out.constant_error = lost;
}

void GraphProof::push_affine(std::size_t k, std::span<const double> dual, std::span<const double> error,
                             std::size_t lanes, const Target& target) const {
  const Affine op = affine_of(*graph_, shapes_, k);
  verify_ops::add_transposed(*products_, op, verify_ops::Weights::kSigned, lanes, dual, target.dual);
  if (target.is_relative) return;
  // sum_o |W_oi| (error_o + gamma |dual_o|) is at most the largest bracket times sum_o |W_oi|
  LaneValues largest{}, not_a_number{};
  for (std::size_t at = 0; at < dual.size(); at += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double bound = error[at + lane] + target.gamma * std::fabs(dual[at + lane]);
      largest[lane] = bound > largest[lane] ? bound : largest[lane];
      not_a_number[lane] += bound - bound;  // a comparison would pass over it
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) largest[lane] += not_a_number[lane];
  const std::vector<double>& magnitude = magnitudes_[k];
  for (std::size_t i = 0; i < magnitude.size(); ++i) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      target.error[i * lanes + lane] += magnitude[i] * largest[lane];
    }
  }
}

void GraphProof::push_relu(std::size_t k, const LaneSlopes& slopes, std::span<const double> dual,
                           std::span<const double> error, const Target& target) const {
  const std::vector<float>& given = (*slopes.slopes)[k].relu;
  const std::size_t lanes = proof_lanes(slopes.count);
  for (std::size_t unit = 0; unit * lanes < dual.size(); ++unit) {
    std::array<float, kProofLanes> slope{};
    if ((unit + 1) * slopes.stride <= given.size()) {
      std::copy_n(given.data() + unit * slopes.stride + slopes.first, slopes.count, slope.data());
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::size_t i = unit * lanes + lane;
      // Any c in [0, true dual] keeps the minorant valid: what is picked here is exact from now on. The true dual is >=
      // 0, because every weight between a ReLU and the score is.
      const double lower = error[i] == 0 ? dual[i] : (dual[i] - error[i]) * (1 - 4 * kUnitRoundoff);
      const double positive = slope[lane] > 0 ? slope[lane] : 0.0F;
      const double c = (positive < 1 ? positive : 1) * lower;
      const double kept = c >= kTinyFactor ? c : 0;
      target.dual[i] += kept;
      target.error[i] += target.gamma * kept;
    }
  }
}

void GraphProof::push_winners(std::size_t k, const LaneSlopes& slopes, std::span<const double> dual,
                              std::span<const double> error, const Target& target) const {
  const Node& node = graph_->nodes[k];
  const Shape in = input_shape_of(*graph_, shapes_, node.inputs[0]);
  const std::vector<std::int32_t>& winner = (*slopes.slopes)[k].winner;
  const std::size_t lanes = proof_lanes(slopes.count);
  for (std::size_t i = 0; i < dual.size(); ++i) {
    const std::size_t output = i / lanes, lane = i % lanes;
    const std::size_t given = output * slopes.stride + slopes.first + lane;
    std::int64_t at = lane < slopes.count && given < winner.size() ? winner[given] : -1;
    if (!winner_allowed(node, in, shapes_[k], output, at)) at = first_of_window(node, in, shapes_[k], output);
    const std::size_t to = static_cast<std::size_t>(at) * lanes + lane;
    target.dual[to] += dual[i];
    target.error[to] += error[i] + target.gamma * std::fabs(dual[i]);
  }
}

}  // namespace standfast
