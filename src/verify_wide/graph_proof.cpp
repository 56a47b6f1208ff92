// The core's backward pass (verify/backward.cpp) for inputs side by side: the same sums in the same order, so that in
// float64 the duals have the core's bits. Bounds on the errors of gradients by u are those of norms over the channels,
// which are cheaper and a little larger; an error that decides what a ReLU keeps is the core's own.
#include "verify_wide/graph_proof.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "verify_wide/affine_ops.hpp"
#include "verify_wide/channel_bounds.hpp"

namespace standfast::verify_wide {
namespace {

using model::has_weights;
using verify::DualError;

// Duals and weights of at least this size have products that do not underflow in float32.
constexpr double kTinyNarrow = 0x1p-60;
constexpr double kNarrowRoundoff = 0x1p-24;

double tiny_of(Precision precision) { return precision == Precision::kFloat32 ? kTinyNarrow : kTinyFactor; }

/// Turns numbers too small for relative error bounds into 0 with an absolute error.
void flush_tiny(std::span<double> dual, std::span<double> error, double tiny) {
  for (std::size_t i = 0; i < dual.size(); ++i) {
    const bool lost = dual[i] != 0 && std::fabs(dual[i]) < tiny;
    const double raised = error[i] != 0 && error[i] < kTinyFactor ? kTinyFactor : error[i];
    error[i] = lost ? error[i] + 2 * tiny : raised;
    dual[i] = lost ? 0 : dual[i];
  }
}

/// Places of the output that have an element per channel; 1 for a matrix.
std::size_t positions_of(const Affine& op) {
  return op.is_conv ? model::element_count(op.out) / static_cast<std::size_t>(op.out[0]) : 1;
}

}  // namespace

GraphProof::GraphProof(const model::Graph& graph, const Products& products)
    : graph_(&graph),
      products_(&products),
      shapes_(std::move(model::infer_shapes(graph)).value()),
      plan_(verify::plan_backward(graph, shapes_)) {
  find_narrow();
  find_decisive();
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    channel_norms_.push_back(has_weights(graph.nodes[k]) ? channel_norms_upper(graph.nodes[k].weight)
                                                         : model::Tensor{});
  }
}

double GraphProof::gamma_of(std::size_t terms, Precision precision) {
  const double wide = gamma_n(terms + 1);
  if (precision == Precision::kFloat64) return wide;
  // a dual's own rounding, its product's and those of the sum
  const double n = static_cast<double>(std::min(terms, Products::kRowsAtOnce) + 2) * kNarrowRoundoff;
  return (n / (1 - n) + wide) * (1 + 1e-4);
}

void GraphProof::find_narrow() {
  const auto fits = [](float w) { return w == 0 || (std::fabs(w) >= kTinyNarrow && std::fabs(w) <= 1 / kTinyNarrow); };
  for (const model::Node& node : graph_->nodes) narrow_.push_back(std::ranges::all_of(node.weight.values, fits));
}

void GraphProof::find_decisive() {
  decisive_.assign(shapes_.size(), false);
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    const model::Node& node = graph_->nodes[k];
    if (node.kind == model::NodeKind::kRelu) {
      decisive_[k] = plan_.error[k] == DualError::kStored;
      continue;
    }
    for (const std::int32_t source : node.inputs) {
      if (source != model::kGraphInput && decisive_[static_cast<std::size_t>(source)]) decisive_[k] = true;
    }
  }
}

void GraphProof::pull(double score_dual, const LaneSlopes& slopes, GraphProofWorkspace& workspace,
                      GraphMinorant& out) const {
  const std::size_t lanes = proof_lanes(slopes.count);
  workspace.dual.resize(shapes_.size());
  workspace.error.resize(shapes_.size());
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    workspace.dual[k].assign(model::element_count(shapes_[k]) * lanes, 0.0);
    workspace.error[k].assign(plan_.error[k] == DualError::kStored ? workspace.dual[k].size() : 0, 0.0);
  }
  const std::size_t features = model::element_count(graph_->input_shape);
  out.gradient.assign(features * lanes, 0.0);
  out.gradient_error.assign(features * lanes, 0.0);
  out.constant.fill(0);
  out.constant_error.fill(0);

  std::fill(workspace.dual.back().begin(), workspace.dual.back().end(), score_dual);
  for (std::size_t k = shapes_.size(); k-- > 0;) push(k, slopes, workspace, out);
  clear_unreached(lanes, workspace, out);
  for (double& error : out.gradient_error) error *= kBoundSlack;
  for (double& error : out.constant_error) error *= kBoundSlack;
}

/// The bound of push_affine is one for all inputs of a node. A feature that no weight other than 0 joins to a dual
/// other than 0 has an entry of exactly 0, which an infinite radius may need.
void GraphProof::clear_unreached(std::size_t lanes, GraphProofWorkspace& workspace, GraphMinorant& out) const {
  bool any = false;
  for (std::size_t at = 0; at < out.gradient.size(); ++at) any |= out.gradient[at] == 0 && out.gradient_error[at] != 0;
  if (!any) return;
  std::vector<bool>& suspect = workspace.suspect;
  suspect.resize(out.gradient.size());
  for (std::size_t at = 0; at < suspect.size(); ++at)
    suspect[at] = out.gradient[at] == 0 && out.gradient_error[at] != 0;
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    const model::Node& node = graph_->nodes[k];
    if (std::ranges::find(node.inputs, model::kGraphInput) == node.inputs.end()) continue;
    if (!has_weights(node)) return;
    clear_reached(k, lanes, workspace);
  }
  for (std::size_t at = 0; at < suspect.size(); ++at) {
    if (suspect[at]) out.gradient_error[at] = 0;
  }
}

/// Clears what a dual of this node reaches.
void GraphProof::clear_reached(std::size_t k, std::size_t lanes, GraphProofWorkspace& workspace) const {
  const Affine op = affine_of(*graph_, shapes_, k);
  const std::vector<double>&dual = workspace.dual[k], &error = workspace.error[k];
  const auto touched = [&](std::size_t at) { return dual[at] != 0 || (!error.empty() && error[at] != 0); };
  const std::size_t positions = positions_of(op) * lanes;
  std::vector<bool>& any_touched = workspace.any_touched;
  any_touched.assign(positions, false);
  for (std::size_t first = 0; first < dual.size(); first += positions) {
    for (std::size_t at = 0; at < positions; ++at) any_touched[at] = any_touched[at] || touched(first + at);
  }
  for (std::size_t at = 0; at < workspace.suspect.size(); ++at) {
    const std::size_t lane = at % lanes;
    if (workspace.suspect[at]) {
      workspace.suspect[at] = !joined_to(
          op, at / lanes, [&](std::size_t position) { return any_touched[position * lanes + lane]; },
          [&](std::size_t output) { return touched(output * lanes + lane); });
    }
  }
}

GraphProof::Target GraphProof::target_of(std::size_t node, std::int32_t source, Precision precision,
                                         GraphProofWorkspace& workspace, GraphMinorant& out) const {
  const bool is_input = source == model::kGraphInput;
  const std::size_t at = is_input ? 0 : static_cast<std::size_t>(source);
  const std::size_t terms = is_input ? plan_.feature_terms : plan_.terms[at];
  // a single term that is only copied is exact
  const bool exact = terms == 1 && !has_weights(graph_->nodes[node]);
  return {is_input ? std::span<double>(out.gradient) : workspace.dual[at],
          is_input ? std::span<double>(out.gradient_error) : workspace.error[at],
          exact ? 0.0 : gamma_of(terms, precision), !is_input && decisive_[at]};
}

void GraphProof::push(std::size_t k, const LaneSlopes& slopes, GraphProofWorkspace& workspace,
                      GraphMinorant& out) const {
  const model::Node& node = graph_->nodes[k];
  Source from{workspace.dual[k], workspace.error[k], 0};
  if (plan_.error[k] == DualError::kShare) from.share = kBoundSlack * gamma_of(plan_.terms[k], slopes.precision);
  for (double& e : from.error) e *= kBoundSlack;
  if (has_weights(node)) {
    // exact duals are not tiny: ReLUs hand on no others
    if (!from.error.empty()) flush_tiny(from.dual, from.error, tiny_of(slopes.precision));
    add_constant(k, from, proof_lanes(slopes.count), out);
  }
  for (const std::int32_t source : node.inputs) {
    const Target target = target_of(k, source, slopes.precision, workspace, out);
    switch (node.kind) {
      case model::NodeKind::kLinear:
      case model::NodeKind::kConv2d:
        push_affine(k, slopes, from, target, workspace);
        break;
      case model::NodeKind::kAdd:
      case model::NodeKind::kFlatten:
        for (std::size_t i = 0; i < from.dual.size(); ++i) target.dual[i] += from.dual[i];
        add_errors(from, target);
        break;
      case model::NodeKind::kRelu:
        push_relu(k, slopes, from, target, workspace);
        break;
      case model::NodeKind::kMaxPool:
      case model::NodeKind::kMax:
        push_winners(k, slopes, from, target);
        break;
      case model::NodeKind::kMin:
        assert(false);  // heads are proven one by one
        break;
    }
  }
}

void GraphProof::add_errors(const Source& from, const Target& target) {
  const double share = from.share + target.gamma;
  for (std::size_t i = 0; i < target.error.size(); ++i) {
    target.error[i] += (from.error.empty() ? 0.0 : from.error[i]) + share * std::fabs(from.dual[i]);
  }
}

void GraphProof::add_constant(std::size_t k, const Source& from, std::size_t lanes, GraphMinorant& out) const {
  // sum of bias * dual over all affine nodes, summed in order
  const std::size_t outputs = model::element_count(shapes_[k]);
  const std::vector<float>& biases = graph_->nodes[k].bias.values;
  const double gamma = gamma_n(outputs + 2), share = from.share + gamma;
  LaneValues constant = out.constant, lost = out.constant_error;
  for (std::size_t lane = 0; lane < lanes; ++lane) lost[lane] += gamma * std::fabs(constant[lane]);
  const std::size_t repeat = biases.empty() ? 0 : outputs / biases.size();
  for (std::size_t i = 0; i < biases.size(); ++i) {
    const double bias = biases[i];
    for (std::size_t at = i * repeat * lanes; at < (i + 1) * repeat * lanes && bias != 0; at += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double d = from.dual[at + lane], e = from.error.empty() ? 0.0 : from.error[at + lane];
        constant[lane] += bias * d;
        lost[lane] += std::fabs(bias) * (e + share * std::fabs(d));
      }
    }
  }
  out.constant = constant;
  out.constant_error = lost;
}

void GraphProof::push_affine(std::size_t k, const LaneSlopes& slopes, const Source& from, const Target& target,
                             GraphProofWorkspace& workspace) const {
  const std::size_t lanes = proof_lanes(slopes.count);
  const Affine op = affine_of(*graph_, shapes_, k);
  if (slopes.precision == Precision::kFloat32 && narrow_[k]) {
    workspace.narrow.assign(from.dual.begin(), from.dual.end());
    add_transposed(*products_, op, lanes, workspace.narrow, target.dual);
  } else {
    add_transposed(*products_, op, Weights::kSigned, lanes, from.dual, target.dual);
  }
  if (target.error.empty()) return;
  // sum_o |W_oi| (error_o + share |dual_o|), or a bound on it by norms over the channels
  if (target.decides) {
    workspace.bound.resize(from.dual.size());
    for (std::size_t i = 0; i < from.dual.size(); ++i) {
      const double error = from.error.empty() ? 0.0 : from.error[i];
      workspace.bound[i] = error + (from.share + target.gamma) * std::fabs(from.dual[i]);
    }
    return add_transposed(*products_, op, Weights::kMagnitudes, lanes, workspace.bound, target.error);
  }
  bound_channels(from.dual, from.error, from.share + target.gamma, positions_of(op) * lanes, workspace.bound);
  const Affine bounds = by_channel_norms(op, channel_norms_[k]);
  add_transposed(*products_, bounds, Weights::kSigned, lanes, workspace.bound, target.error);
}

void GraphProof::push_relu(std::size_t k, const LaneSlopes& slopes, const Source& from, const Target& target,
                           GraphProofWorkspace& workspace) const {
  const std::vector<float>& given = (*slopes.slopes)[k].relu;
  const std::size_t lanes = proof_lanes(slopes.count);
  // what the true dual is at least a share of
  const bool exact = from.share == 0 && from.error.empty();
  const double certain = exact ? 1 : (1 - from.share) * (1 - 8 * kUnitRoundoff), tiny = tiny_of(slopes.precision);
  // Any c in [0, true dual] keeps the minorant valid: what is picked here is exact from now on. The true dual is >= 0,
  // because every weight between a ReLU and the score is.
  const auto kept = [&](double dual, double lost, double slope) {
    const double positive = slope > 0 ? slope : 0.0;
    const double c = (positive < 1 ? positive : 1) * ((dual - lost) * certain);
    return c >= tiny ? c : 0;
  };
  // a unit without slopes keeps nothing
  const std::size_t units = std::min(from.dual.size() / lanes, given.size() / slopes.stride);
  if (workspace.kept != nullptr) {
    std::vector<double>& record = (*workspace.kept)[k];
    record.assign(from.dual.size(), 0.0);
    for (std::size_t at = 0; at < units * lanes; ++at) {
      if (at % lanes >= slopes.count) continue;
      const float slope = given[at / lanes * slopes.stride + slopes.first + at % lanes];
      record[at] = kept(from.dual[at], from.error.empty() ? 0.0 : from.error[at], slope);
    }
  }
  const bool plain = from.error.empty() && target.error.empty();
  for (std::size_t unit = 0; unit < units; ++unit) {
    const float* const slope = given.data() + unit * slopes.stride + slopes.first;
    const double* const dual = from.dual.data() + unit * lanes;
    double* const sum = target.dual.data() + unit * lanes;
    for (std::size_t lane = 0; lane < slopes.count && plain; ++lane) sum[lane] += kept(dual[lane], 0, slope[lane]);
    for (std::size_t lane = 0; lane < slopes.count && !plain; ++lane) {
      const std::size_t at = unit * lanes + lane;
      const double c = kept(dual[lane], from.error.empty() ? 0.0 : from.error[at], slope[lane]);
      sum[lane] += c;
      if (!target.error.empty()) target.error[at] += target.gamma * c;
    }
  }
}

void GraphProof::push_winners(std::size_t k, const LaneSlopes& slopes, const Source& from, const Target& target) const {
  const model::Node& node = graph_->nodes[k];
  const model::Shape in = source_shape(*graph_, shapes_, node.inputs[0]);
  const std::vector<std::int32_t>& winner = (*slopes.slopes)[k].winner;
  const std::size_t lanes = proof_lanes(slopes.count);
  const double share = from.share + target.gamma;
  for (std::size_t output = 0; output * lanes < from.dual.size(); ++output) {
    const model::Window window = window_of(node, in, shapes_[k], output);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::size_t i = output * lanes + lane, given = output * slopes.stride + slopes.first + lane;
      std::int64_t at = lane < slopes.count && given < winner.size() ? winner[given] : -1;
      if (!window.holds(at)) at = window.first;
      const std::size_t to = static_cast<std::size_t>(at) * lanes + lane;
      target.dual[to] += from.dual[i];
      if (target.error.empty()) continue;
      target.error[to] += (from.error.empty() ? 0.0 : from.error[i]) + share * std::fabs(from.dual[i]);
    }
  }
}

}  // namespace standfast::verify_wide
