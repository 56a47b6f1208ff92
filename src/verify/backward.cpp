// The dual of a node is the gradient of the score by its output. Duals travel from the score back to u. At a ReLU any
// part of the dual may be kept, between nothing and all of it: the part that the slope says is kept of what the true
// dual is at least, so that what goes on from there is exact by choice. Everywhere else a sum rounds, and a bound on
// that goes along beside it (|W| times the errors and the roundings). The biases are summed on the way.
#include "verify/backward.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"

namespace standfast::verify {
namespace {

/// The most terms that a node adds to one element of its input's dual.
std::size_t terms_added(const model::Graph& graph, const std::vector<model::Shape>& shapes, std::size_t k) {
  const model::Node& node = graph.nodes[k];
  if (model::has_weights(node)) return terms_of_transposed(affine_of(graph, shapes, k));
  if (node.kind == model::NodeKind::kMaxPool) return static_cast<std::size_t>(node.kernel * node.kernel);
  return 1;
}

/// A bound on the relative error of a sum of so many products.
double gamma_of(std::size_t terms) { return gamma_n(terms + 1); }

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
      plan.error[k] = exact ? DualError::kNone : model::has_weights(node) ? DualError::kStored : DualError::kShare;
    const bool not_negative = std::ranges::all_of(node.weight.values, [](float w) { return w >= 0; });
    for (const std::int32_t source : node.inputs) {
      if (source == model::kGraphInput) continue;
      const auto to = static_cast<std::size_t>(source);
      one_sign[to] = one_sign[to] && (exact || node.kind == model::NodeKind::kRelu) && not_negative;
      copied[to] = copied[to] && !model::has_weights(node);
    }
  }
  return plan;
}

Backward::Backward(const model::Graph& graph)
    : graph_(&graph), shapes_(std::move(model::infer_shapes(graph)).value()), plan_(plan_backward(graph, shapes_)) {}

GraphMinorant Backward::minus_piece(std::int32_t piece) const {
  minorant::Slopes slopes(graph_->nodes.size());
  slopes.back().winner.assign(1, piece);
  return pull(-1, slopes);
}

Backward::Dual Backward::dual_of(const model::Shape& shape, DualError kind, std::size_t terms) {
  const std::size_t size = model::element_count(shape);
  const double share = kind == DualError::kShare ? kBoundSlack * gamma_of(terms) : 0;
  return {{std::vector<double>(size, 0.0), std::vector<double>(size, 0.0)}, kind, share};
}

GraphMinorant Backward::pull(double score_dual, const minorant::Slopes& slopes) const {
  const std::size_t count = shapes_.size();
  std::vector<Dual> duals;
  for (std::size_t k = 0; k < count; ++k) duals.push_back(dual_of(shapes_[k], plan_.error[k], plan_.terms[k]));
  Dual of_features = dual_of(graph_->input_shape, DualError::kStored, plan_.feature_terms);
  std::ranges::fill(duals.back().value, score_dual);
  GraphMinorant result;
  const minorant::NodeSlopes missing;
  for (std::size_t k = count; k-- > 0;) {
    const model::Node& node = graph_->nodes[k];
    Dual& from = duals[k];
    for (double& e : from.error) e *= kBoundSlack;
    if (model::has_weights(node)) {
      if (from.kind == DualError::kStored) avoid_underflow(from);
      add_constant(k, from, result);
    }
    for (const std::int32_t source : node.inputs) {
      const bool is_input = source == model::kGraphInput;
      const auto at = static_cast<std::size_t>(source);
      const std::size_t terms = is_input ? plan_.feature_terms : plan_.terms[at];
      const double gamma = terms == 1 && !model::has_weights(node) ? 0.0 : gamma_of(terms);  // a single copy is exact
      hand_on(k, k < slopes.size() ? slopes[k] : missing, from, gamma, is_input ? of_features : duals[at]);
    }
  }
  result.gradient = std::move(of_features.value);
  result.gradient_error = std::move(of_features.error);
  for (double& error : result.gradient_error) error *= kBoundSlack;
  result.constant_error *= kBoundSlack;
  return result;
}

void Backward::hand_on(std::size_t k, const minorant::NodeSlopes& choice, const Dual& from, double gamma,
                       Dual& to) const {
  const model::Node& node = graph_->nodes[k];
  if (node.kind == model::NodeKind::kRelu) return hand_on_kept(choice, from, gamma, to);
  std::vector<double> bound(from.value.size());
  for (std::size_t i = 0; i < bound.size(); ++i) bound[i] = from.bound(i, gamma);
  const auto add_term = [&](std::size_t output, std::size_t input, double weight) {
    to.value[input] = std::fma(weight, from.value[output], to.value[input]);
    if (to.kind == DualError::kStored) to.error[input] = std::fma(std::fabs(weight), bound[output], to.error[input]);
  };
  if (model::has_weights(node)) return for_each_term(affine_of(*graph_, shapes_, k), add_term);
  // all others are sums of copies: of the element itself, or of the winner of a maximum
  const bool has_winner = node.kind == model::NodeKind::kMax || node.kind == model::NodeKind::kMaxPool;
  const model::Shape& in = source_shape(*graph_, shapes_, node.inputs[0]);
  for (std::size_t i = 0; i < bound.size(); ++i) {
    std::size_t input = i;
    if (has_winner) {
      const model::Window window = window_of(node, in, shapes_[k], i);
      const std::int64_t winner = i < choice.winner.size() ? choice.winner[i] : -1;
      input = static_cast<std::size_t>(window.holds(winner) ? winner : window.first);
    }
    add_term(i, input, 1);
  }
}

void Backward::hand_on_kept(const minorant::NodeSlopes& choice, const Dual& from, double gamma, Dual& to) {
  // what the true dual is at least a share of
  const double certain = from.kind == DualError::kNone ? 1 : (1 - from.share) * (1 - 8 * kUnitRoundoff);
  // a unit without slopes keeps nothing
  for (std::size_t i = 0; i < std::min(from.value.size(), choice.relu.size()); ++i) {
    const double positive = choice.relu[i] > 0 ? choice.relu[i] : 0.0;
    double kept = (positive < 1 ? positive : 1) * ((from.value[i] - from.error[i]) * certain);
    if (i < choice.most.size() && choice.most[i] < kept) kept = choice.most[i];
    if (!(kept >= kTinyFactor)) continue;
    to.value[i] += kept;
    if (to.kind == DualError::kStored) to.error[i] += gamma * kept;
  }
}

void Backward::add_constant(std::size_t k, const Dual& from, GraphMinorant& result) const {
  const std::size_t outputs = from.value.size();
  const double gamma = gamma_n(outputs + 2);
  result.constant_error += gamma * std::fabs(result.constant);
  for (std::size_t i = 0; i < outputs; ++i) {
    const double bias = model::bias_of(graph_->nodes[k].bias, i, outputs);
    if (bias == 0) continue;
    result.constant += bias * from.value[i];
    result.constant_error += std::fabs(bias) * from.bound(i, gamma);
  }
}

}  // namespace standfast::verify
