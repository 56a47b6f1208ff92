// The definition of f(x) = g(phi(x)) - threshold (C1), node by node. Each value carries a bound on the error it was
// computed with: what its inputs bring along, and what its own roundings add. Bounds are rounded up. A value that is
// not finite gets an infinite bound, which nothing can make finite again.
#include "deployed/bounded_pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/rounding.hpp"
#include "model/knots.hpp"
#include "model/lipschitz.hpp"
#include "standfast/threat.hpp"
#include "verify_wide/affine_ops.hpp"
#include "verify_wide/deep_steps.hpp"

namespace standfast::deployed {
namespace {

using model::Affine;

/// A result that underflows is off by at most half of this.
constexpr double kUnderflow = std::numeric_limits<double>::denorm_min();
/// Covers the roundings of a bound that was added up from few numbers.
constexpr double kFewRoundings = 1 + 16 * kUnitRoundoff;

/// (C45): an error bound that the computed value deserves, infinite if one of the two is not finite.
double sound_error(double value, double error) { return std::isfinite(value) && error < kInfinity ? error : kInfinity; }

/// (C43): the bound after an addition with this result, whose inputs brought `error` along. Additions never underflow.
double after_addition(double result, double error) {
  return sound_error(result, (error + std::fabs(result) * kUnitRoundoff) * kFewRoundings);
}

/// (C42): y = W x + b, each element from n products and its bias, in any order, fused or not.
void run_affine(const Affine& op, const model::Tensor& bias, std::span<const double> x, std::span<const double> x_error,
                std::vector<double>& y, std::vector<double>& y_error) {
  const std::size_t n = model::terms_of_product(op), outputs = model::element_count(op.out);
  const double gamma = gamma_n(n + 2);
  // what an element of x adds to the error, per unit of weight: 0, or so much that no product with a weight underflows
  std::vector<double> charge(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool is_zero = x[i] == 0 && x_error[i] == 0;
    charge[i] = is_zero ? 0 : x_error[i] + gamma * std::fabs(x[i]) + kTinyFactor;
  }
  y.resize(outputs);
  y_error.assign(outputs, 0.0);
  for (std::size_t o = 0; o < outputs; ++o) y[o] = model::bias_of(bias, o, outputs);
  const verify_wide::Products& products = verify_wide::best_products();
  verify_wide::add_product(products, op, verify_wide::Weights::kSigned, 1, x, y);
  verify_wide::add_product(products, op, verify_wide::Weights::kMagnitudes, 1, charge, y_error);
  // the bound is itself a sum of n products, of numbers that were rounded three times
  const double factor = 1 + 2 * gamma_n(n + 8), underflow = 4 * static_cast<double>(n + 2) * kUnderflow;
  for (std::size_t o = 0; o < outputs; ++o) {
    if (y_error[o] == 0) continue;  // every term is 0, so that the bias alone is there
    const double bias_error = gamma * std::fabs(model::bias_of(bias, o, outputs));
    y_error[o] = sound_error(y[o], (y_error[o] + bias_error) * factor + underflow);
  }
}

std::vector<double> deep_steps_of(const model::Model& model) {
  if (!model::is_deep(model.feature_map)) return {};
  return model::step_lipschitz_upper(model.feature_map, model.input_shape, Norm::l2());
}

}  // namespace

BoundedPass::BoundedPass(const model::Model& model) : BoundedPass(model, deep_steps_of(model)) {}

BoundedPass::BoundedPass(const model::Model& model, std::vector<double> deep_steps)
    : model_(&model), deep_steps_(std::move(deep_steps)) {
  map_shapes_ = std::move(model::infer_map_shapes(model.feature_map, model.input_shape)).value();
  node_shapes_ = std::move(model::infer_shapes(model.graph)).value();
}

BoundedPass::Values BoundedPass::run_step(std::size_t k, Values from) const {
  const model::MapStep& step = model_->feature_map[k];
  auto& [value, error] = from;
  switch (step.kind) {
    case model::MapKind::kCenter:
      for (std::size_t i = 0; i < value.size(); ++i) {
        value[i] -= model::broadcast(step.values, i);
        error[i] = after_addition(value[i], error[i]);
      }
      return from;
    case model::MapKind::kScale:
      for (std::size_t i = 0; i < value.size(); ++i) {
        const double scale = model::broadcast(step.values, i);
        value[i] *= scale;
        error[i] = after_addition(value[i], error[i] * std::fabs(scale) * kFewRoundings + kUnderflow);
      }
      return from;
    case model::MapKind::kAbs:
      for (std::size_t i = 0, n = value.size(); i < n; ++i) {
        value.push_back(std::fabs(value[i]));
        error.push_back(error[i]);
      }
      return from;
    case model::MapKind::kKnots: {
      // the first step: x has no error. Every term is a float32 number's difference times another: none underflows
      const std::vector<double> x = value;
      model::run_knots(step, 1, std::span(x), std::span(value));
      const double gamma = gamma_n(model::roundings_of_knots(step) + 1);
      for (std::size_t i = 0; i < x.size(); ++i) {
        error[i] = sound_error(value[i], gamma * std::fabs(value[i]) * kFewRoundings);
      }
      return from;
    }
    case model::MapKind::kLinear:
    case model::MapKind::kConv2d:
      break;
    case model::MapKind::kConvexPotential:
    case model::MapKind::kMaxMin:
    case model::MapKind::kPixelUnshuffle:
      return from;  // of deep maps
  }
  Values to;
  const Affine op = model::affine_of(step, k == 0 ? model_->input_shape : map_shapes_[k - 1], map_shapes_[k]);
  run_affine(op, step.bias, value, error, to.value, to.error);
  return to;
}

BoundedPass::Values BoundedPass::run_node(std::size_t k, const std::vector<const Values*>& from) const {
  const model::Node& node = model_->graph.nodes[k];
  const Values& x = *from.front();
  Values y;
  switch (node.kind) {
    case model::NodeKind::kLinear:
    case model::NodeKind::kConv2d:
      run_affine(model::affine_of(model_->graph, node_shapes_, k), node.bias, x.value, x.error, y.value, y.error);
      return y;
    case model::NodeKind::kFlatten:
      return x;
    case model::NodeKind::kRelu:
      y = x;
      for (std::size_t i = 0; i < y.value.size(); ++i) {
        if (y.value[i] + y.error[i] <= 0) y.error[i] = 0;  // it is 0 in truth as well
        y.value[i] = std::max(y.value[i], 0.0);
      }
      return y;
    case model::NodeKind::kAdd:
      y = x;
      for (std::size_t j = 1; j < from.size(); ++j) {
        for (std::size_t i = 0; i < y.value.size(); ++i) {
          y.value[i] += from[j]->value[i];
          y.error[i] = after_addition(y.value[i], y.error[i] + from[j]->error[i]);
        }
      }
      return y;
    case model::NodeKind::kMax:
      y.value.push_back(*std::max_element(x.value.begin(), x.value.end()));
      y.error.push_back(*std::max_element(x.error.begin(), x.error.end()));
      return y;
    case model::NodeKind::kMin:
      y = x;
      for (std::size_t j = 1; j < from.size(); ++j) {
        y.value[0] = std::min(y.value[0], from[j]->value[0]);
        y.error[0] = std::max(y.error[0], from[j]->error[0]);
      }
      return y;
    case model::NodeKind::kMaxPool:
      break;
  }
  // (C44): a maximum, like a minimum, moves by no more than the largest error of what it picks from
  const model::Shape& in = model::source_shape(model_->graph, node_shapes_, node.inputs[0]);
  const model::Shape& out = node_shapes_[k];
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(model::element_count(out)); ++at) {
    const std::int64_t channel = at / (out[1] * out[2]), row = at / out[2] % out[1], column = at % out[2];
    double largest = -kInfinity, error = 0;
    for (std::int64_t j = 0; j < node.kernel * node.kernel; ++j) {
      const std::int64_t r = row * node.stride + j / node.kernel, c = column * node.stride + j % node.kernel;
      const auto i = static_cast<std::size_t>((channel * in[1] + r) * in[2] + c);
      largest = std::max(largest, x.value[i]);
      error = std::max(error, x.error[i]);
    }
    y.value.push_back(largest);
    y.error.push_back(error);
  }
  return y;
}

BoundedValue BoundedPass::operator()(std::span<const float> x) const {
  Values features{{x.begin(), x.end()}, std::vector<double>(x.size(), 0.0)};
  if (!deep_steps_.empty()) {
    verify_wide::DeepWorkspace deep;
    deep.value = std::move(features.value);
    run_deep_map(*model_, map_shapes_, deep_steps_, verify_wide::best_products(), 1, deep);
    features = {std::move(deep.value), {}};
    for (const double value : features.value) features.error.push_back(sound_error(value, deep.error[0]));
  } else {
    for (std::size_t k = 0; k < map_shapes_.size(); ++k) features = run_step(k, std::move(features));
  }
  std::vector<Values> values(node_shapes_.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::vector<const Values*> from;
    for (const std::int32_t source : model_->graph.nodes[k].inputs) {
      from.push_back(source == model::kGraphInput ? &features : &values[static_cast<std::size_t>(source)]);
    }
    values[k] = run_node(k, from);
  }
  const double logit = values.back().value[0] - static_cast<double>(model_->threshold);
  return {logit, after_addition(logit, values.back().error[0])};
}

}  // namespace standfast::deployed
