// The dual of a node is the slope of the score by its output. Duals travel from the score back to u. At a ReLU any part
// of the dual may be kept, between nothing and all of it: the part that the slope says is kept of what the true dual is
// at least, so that what goes on from there is exact by choice. Everywhere else a sum rounds, and a bound on that goes
// along beside it (|W| times the errors and the roundings). The biases are summed on the way.
#include "verify/backward.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "verify/affine.hpp"

namespace standfast::verify {
namespace {

bool is_affine(const model::Node& node) {
  return node.kind == model::NodeKind::kLinear || node.kind == model::NodeKind::kConv2d;
}

/// The most terms that a node adds to one element of its input's dual.
std::size_t terms_added(const model::Graph& graph, const std::vector<model::Shape>& shapes, std::size_t k) {
  const model::Node& node = graph.nodes[k];
  if (is_affine(node)) return terms_of_transposed(affine_of(graph, shapes, k));
  if (node.kind == model::NodeKind::kMaxPool) return static_cast<std::size_t>(node.kernel * node.kernel);
  return 1;
}

/// A bound on the relative error of a sum of so many products.
double gamma_of(std::size_t terms) { return gamma_n(terms + 1); }

/// Turns duals too small for relative error bounds into 0 with an absolute error.
void flush_tiny(std::span<double> dual, std::span<double> error) {
  for (std::size_t i = 0; i < dual.size(); ++i) {
    const bool lost = dual[i] != 0 && std::fabs(dual[i]) < kTinyFactor;
    const double raised = error[i] != 0 && error[i] < kTinyFactor ? kTinyFactor : error[i];
    error[i] = lost ? error[i] + 2 * kTinyFactor : raised;
    dual[i] = lost ? 0 : dual[i];
  }
}

double at_or_zero(std::span<const double> values, std::size_t i) { return values.empty() ? 0.0 : values[i]; }

}  // namespace

BackwardPlan plan_backward(const model::Graph& graph, const std::vector<model::Shape>& shapes) {
  const std::size_t count = graph.nodes.size();
  BackwardPlan plan{std::vector<std::size_t>(count, 0), 0, std::vector<DualError>(count, DualError::kStored)};
  for (std::size_t k = 0; k < count; ++k) {
    for (const std::int32_t source : graph.nodes[k].inputs) {
      std::size_t& terms =
          source == model::kGraphInput ? plan.feature_terms : plan.terms[static_cast<std::size_t>(source)];
      terms += terms_added(graph, shapes, k);
    }
  }
  // what a node's readers hand to it: products or copies of exact numbers, all of the sign of the score's dual
  std::vector<bool> one_sign(count, true), copied(count, true);
  for (std::size_t k = count; k-- > 0;) {
    const model::Node& node = graph.nodes[k];
    const bool exact = one_sign[k] && copied[k] && plan.terms[k] <= 1;
    // the dual of an affine node may have to be flushed, which a share does not cover
    if (one_sign[k])
      plan.error[k] = exact ? DualError::kNone : is_affine(node) ? DualError::kStored : DualError::kShare;
    const bool not_negative = std::ranges::all_of(node.weight.values, [](float w) { return w >= 0; });
    for (const std::int32_t source : node.inputs) {
      if (source == model::kGraphInput) continue;
      const auto to = static_cast<std::size_t>(source);
      one_sign[to] = one_sign[to] && (exact || node.kind == model::NodeKind::kRelu) && not_negative;
      copied[to] = copied[to] && !is_affine(node);
    }
  }
  return plan;
}

bool Window::holds(std::int64_t at) const {
  std::int64_t in_row = at - first;
  for (std::int64_t row = 0; row < rows; ++row, in_row -= width) {
    if (in_row >= 0 && in_row < columns) return true;
  }
  return false;
}

Window window_of(const model::Node& node, const model::Shape& in, const model::Shape& out, std::size_t output) {
  const auto all = static_cast<std::int64_t>(model::element_count(in));
  if (node.kind == model::NodeKind::kMax) return {0, 1, all, all};
  const auto position = static_cast<std::int64_t>(output);
  const std::int64_t channel = position / (out[1] * out[2]);
  const std::int64_t top = position / out[2] % out[1] * node.stride, left = position % out[2] * node.stride;
  return {(channel * in[1] + top) * in[2] + left, node.kernel, node.kernel, in[2]};
}

Backward::Backward(const model::Graph& graph)
    : graph_(&graph), shapes_(std::move(model::infer_shapes(graph)).value()), plan_(plan_backward(graph, shapes_)) {}

GraphMinorant Backward::minus_piece(std::int32_t piece) const {
  minorant::Slopes slopes(graph_->nodes.size());
  slopes.back().winner.assign(1, piece);
  return pull(-1, slopes);
}

GraphMinorant Backward::pull(double score_dual, const minorant::Slopes& slopes) const {
  const std::size_t count = shapes_.size();
  Pass pass{slopes, std::vector<Dual>(count + 1), {}};
  for (std::size_t k = 0; k <= count; ++k) {
    const std::size_t size = model::element_count(k < count ? shapes_[k] : graph_->input_shape);
    pass.dual[k].value.assign(size, 0.0);
    if (k == count || plan_.error[k] == DualError::kStored) pass.dual[k].error.assign(size, 0.0);
    if (k < count && plan_.error[k] == DualError::kShare) pass.dual[k].share = kBoundSlack * gamma_of(plan_.terms[k]);
  }
  std::ranges::fill(pass.dual[count - 1].value, score_dual);
  for (std::size_t k = count; k-- > 0;) push(k, pass);
  pass.result.slope = std::move(pass.dual[count].value);
  pass.result.slope_error = std::move(pass.dual[count].error);
  for (double& error : pass.result.slope_error) error *= kBoundSlack;
  pass.result.constant_error *= kBoundSlack;
  return std::move(pass.result);
}

void Backward::push(std::size_t k, Pass& pass) const {
  const model::Node& node = graph_->nodes[k];
  Dual& from = pass.dual[k];
  for (double& e : from.error) e *= kBoundSlack;
  if (is_affine(node)) {
    if (!from.error.empty()) flush_tiny(from.value, from.error);
    add_constant(k, from, pass.result);
  }
  const minorant::NodeSlopes missing;
  const minorant::NodeSlopes& given = k < pass.slopes.size() ? pass.slopes[k] : missing;
  for (const std::int32_t source : node.inputs) {
    const bool is_input = source == model::kGraphInput;
    Dual& to = is_input ? pass.dual.back() : pass.dual[static_cast<std::size_t>(source)];
    const std::size_t terms = is_input ? plan_.feature_terms : plan_.terms[static_cast<std::size_t>(source)];
    const double gamma = terms == 1 && !is_affine(node) ? 0.0 : gamma_of(terms);  // a single copy is exact
    switch (node.kind) {
      case model::NodeKind::kLinear:
      case model::NodeKind::kConv2d:
        push_affine(k, from, gamma, to);
        break;
      case model::NodeKind::kAdd:
      case model::NodeKind::kFlatten:
        for (std::size_t i = 0; i < from.value.size(); ++i) {
          to.value[i] += from.value[i];
          if (to.error.empty()) continue;
          to.error[i] += at_or_zero(from.error, i) + (from.share + gamma) * std::fabs(from.value[i]);
        }
        break;
      case model::NodeKind::kRelu:
        push_relu(given, from, gamma, to);
        break;
      case model::NodeKind::kMaxPool:
      case model::NodeKind::kMax:
        push_winners(k, given.winner, from, gamma, to);
        break;
    }
  }
}

void Backward::push_affine(std::size_t k, const Dual& from, double gamma, Dual& to) const {
  const Affine op = affine_of(*graph_, shapes_, k);
  add_transposed(op, Weights::kSigned, from.value, to.value);
  if (to.error.empty()) return;
  std::vector<double> bound(from.value.size());
  for (std::size_t i = 0; i < bound.size(); ++i) {
    bound[i] = at_or_zero(from.error, i) + (from.share + gamma) * std::fabs(from.value[i]);
  }
  add_transposed(op, Weights::kMagnitudes, bound, to.error);
}

void Backward::push_relu(const minorant::NodeSlopes& slopes, const Dual& from, double gamma, Dual& to) {
  // what the true dual is at least a share of
  const bool exact = from.share == 0 && from.error.empty();
  const double certain = exact ? 1 : (1 - from.share) * (1 - 8 * kUnitRoundoff);
  // a unit without slopes keeps nothing
  for (std::size_t i = 0; i < std::min(from.value.size(), slopes.relu.size()); ++i) {
    const double positive = slopes.relu[i] > 0 ? slopes.relu[i] : 0.0;
    double kept = (positive < 1 ? positive : 1) * ((from.value[i] - at_or_zero(from.error, i)) * certain);
    if (i < slopes.most.size() && slopes.most[i] < kept) kept = slopes.most[i];
    if (!(kept >= kTinyFactor)) continue;
    to.value[i] += kept;
    if (!to.error.empty()) to.error[i] += gamma * kept;
  }
}

void Backward::push_winners(std::size_t k, std::span<const std::int32_t> winners, const Dual& from, double gamma,
                            Dual& to) const {
  const model::Node& node = graph_->nodes[k];
  const model::Shape& in = source_shape(*graph_, shapes_, node.inputs[0]);
  for (std::size_t i = 0; i < from.value.size(); ++i) {
    const Window window = window_of(node, in, shapes_[k], i);
    std::int64_t at = i < winners.size() ? winners[i] : -1;
    if (!window.holds(at)) at = window.first;
    to.value[static_cast<std::size_t>(at)] += from.value[i];
    if (to.error.empty()) continue;
    to.error[static_cast<std::size_t>(at)] +=
        at_or_zero(from.error, i) + (from.share + gamma) * std::fabs(from.value[i]);
  }
}

void Backward::add_constant(std::size_t k, const Dual& from, GraphMinorant& result) const {
  const std::size_t outputs = from.value.size();
  const double gamma = gamma_n(outputs + 2);
  result.constant_error += gamma * std::fabs(result.constant);
  for (std::size_t i = 0; i < outputs; ++i) {
    const double bias = bias_of(graph_->nodes[k].bias, i, outputs);
    if (bias == 0) continue;
    result.constant += bias * from.value[i];
    result.constant_error +=
        std::fabs(bias) * (at_or_zero(from.error, i) + (from.share + gamma) * std::fabs(from.value[i]));
  }
}

}  // namespace standfast::verify
