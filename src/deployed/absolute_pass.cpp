#include "deployed/absolute_pass.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "model/knots.hpp"

namespace standfast::deployed {
namespace {

using model::Affine;

constexpr double kFloatRoundoff = 0x1p-24;
// A product that underflows is off by at most 2^-150; the roundings that follow less than double it.
constexpr double kFloatUnderflow = 0x1p-149;

/// An upper bound on n u / (1 - n u) of float32; infinite from n u = 1/2 on.
double float_gamma(std::size_t n) {
  const double nu = static_cast<double>(n) * kFloatRoundoff;
  return nu < 0.5 ? nu / (1 - nu) * (1 + 8 * kUnitRoundoff) : kInfinity;
}

/// An overflow that met a weight of 0 is no bound.
double or_infinite(double bound) { return std::isnan(bound) ? kInfinity : bound; }

/// A dual that is raised is still sound, one that underflows later is not.
double raised(double dual) { return dual > 0 && dual < kTinyFactor ? kTinyFactor : dual; }

/// Products and additions that one element of W x + b passes through, in any order.
std::size_t roundings_of(const Affine& op) { return model::terms_of_product(op) + 1; }

void add_to(std::span<double> sum, std::span<const double> terms) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += terms[i];
}

/// |psi(x)| <= constant + slope |x - t_1|, rounded up: with the steeper one of the outer slopes the gap between the two
/// sides, which is linear between knots, is largest at a knot.
struct KnotsBound {
  double constant, slope;
};
KnotsBound bound_of_knots(std::span<const float> knot, std::span<const float> slope) {
  KnotsBound bound{0, std::max(slope.front(), slope.back())};
  double value = 0;
  for (std::size_t j = 0; j + 1 < knot.size(); ++j) {
    value += static_cast<double>(slope[j + 1]) * (static_cast<double>(knot[j + 1]) - knot[j]);
    const double line = bound.slope * (static_cast<double>(knot[j + 1]) - knot[0]);
    const double gap = value * (1 + gamma_n(64)) - line * (1 - gamma_n(8));
    bound.constant = std::max(bound.constant, gap * (1 + gamma_n(8)));
  }
  return bound;
}

/// The largest difference of two knots, rounded up.
double span_of(std::span<const float> knot) {
  return (static_cast<double>(knot.back()) - knot.front()) * (1 + gamma_n(4));
}

}  // namespace

AbsolutePass::AbsolutePass(const model::Model& model) : model_(&model) {
  auto map_shapes = std::move(model::infer_map_shapes(model.feature_map, model.input_shape)).value();
  auto node_shapes = std::move(model::infer_shapes(model.graph)).value();
  arrays_.push_back({model.input_shape, {}, {}});
  for (model::Shape& shape : map_shapes) arrays_.push_back({std::move(shape), {}, {}});
  for (model::Shape& shape : node_shapes) arrays_.push_back({std::move(shape), {}, {}});
  const model::Node& last = model.graph.nodes.back();
  if (last.kind == model::NodeKind::kMax) pieces_ = model::element_count(arrays_[source_of(last.inputs[0])].shape);
  if (last.kind == model::NodeKind::kMin) pieces_ = last.inputs.size();
  if (!model.feature_map.empty() && model.feature_map[0].kind == model::MapKind::kCenter) {
    for (std::size_t i = 0; i < model.dim(); ++i) centre_.push_back(model::broadcast(model.feature_map[0].values, i));
  }
  if (model::has_knots(model.feature_map)) {
    for (std::size_t i = 0; i < model.dim(); ++i) centre_.push_back(model::knots_of(model.feature_map[0], i).front());
  }
  possible_ = !model::is_deep(model.feature_map);  // |W| of many layers says nothing
  count_roundings();
}

void AbsolutePass::count_roundings() {
  // a dozen for what each value does on its own, two per value for the constant, one per term of a sum
  for (const Array& array : arrays_) roundings_ += 12 + 2 * model::element_count(array.shape);
  const auto add_affine = [&](const Affine& op) {
    roundings_ += model::terms_of_transposed(op) + 1;
    products_ += model::terms_of_product(op) * model::element_count(op.out);
    possible_ = possible_ && std::isfinite(float_gamma(roundings_of(op)));
  };
  for (std::size_t k = 0; k < model_->feature_map.size(); ++k) {
    const model::MapKind kind = model_->feature_map[k].kind;
    if (kind == model::MapKind::kLinear || kind == model::MapKind::kConv2d) add_affine(affine_of_step(k));
    roundings_ += 2;
  }
  for (std::size_t k = 0; k < model_->graph.nodes.size(); ++k) {
    const model::Node& node = model_->graph.nodes[k];
    if (node.kind == model::NodeKind::kLinear || node.kind == model::NodeKind::kConv2d) add_affine(affine_of_node(k));
    roundings_ += node.inputs.size();
    if (node.kind == model::NodeKind::kMaxPool) roundings_ += static_cast<std::size_t>(node.kernel * node.kernel);
    possible_ = possible_ && std::isfinite(float_gamma(node.inputs.size()));
  }
}

std::size_t AbsolutePass::source_of(std::int32_t input) const {
  const std::size_t features = model_->feature_map.size();
  return input == model::kGraphInput ? features : features + 1 + static_cast<std::size_t>(input);
}

Affine AbsolutePass::affine_of_step(std::size_t k) const {
  const model::MapStep& step = model_->feature_map[k];
  const bool is_conv = step.kind == model::MapKind::kConv2d;
  return {&step.values, is_conv, arrays_[k].shape, arrays_[k + 1].shape, step.stride, step.padding, step.dilation};
}

Affine AbsolutePass::affine_of_node(std::size_t k) const {
  const model::Node& node = model_->graph.nodes[k];
  const model::Shape& in = arrays_[source_of(node.inputs[0])].shape;
  const model::Shape& out = arrays_[source_of(static_cast<std::int32_t>(k))].shape;
  return {&node.weight, node.kind == model::NodeKind::kConv2d, in, out, node.stride, node.padding, node.dilation};
}

void AbsolutePass::start() {
  constant_ = 0;
  for (Array& array : arrays_) {
    array.error.assign(model::element_count(array.shape), 0.0);
    array.size.assign(model::element_count(array.shape), 0.0);
  }
}

void AbsolutePass::start_logit(std::size_t array, std::size_t element) {
  start();
  // the logit is the score less the threshold, rounded once
  const double gamma = float_gamma(1);
  arrays_[array].error[element] = 1;
  arrays_[array].size[element] = gamma;
  constant_ = gamma * std::fabs(static_cast<double>(model_->threshold));
}

AbsoluteBound AbsolutePass::error() {
  start_logit(arrays_.size() - 1, 0);
  return pull();
}

AbsoluteBound AbsolutePass::error_of_piece(std::size_t piece) {
  const model::Node& last = model_->graph.nodes.back();
  if (last.kind == model::NodeKind::kMin) {
    start_logit(source_of(last.inputs[piece]), 0);
  } else if (last.kind == model::NodeKind::kMax) {
    start_logit(source_of(last.inputs[0]), piece);
  } else {
    return error();
  }
  return pull();
}

AbsoluteBound AbsolutePass::magnitude() {
  start();
  for (Array& array : arrays_) std::fill(array.size.begin(), array.size.end(), 1.0);
  const double logit = 1 + float_gamma(1);
  arrays_.back().size[0] += logit;
  constant_ = logit * std::fabs(static_cast<double>(model_->threshold));
  if (model::has_knots(model_->feature_map)) {
    // the differences with the knots: those with the first one are part of |x - centre|
    for (std::size_t i = 0; i < model_->dim(); ++i) constant_ += span_of(knots_of(model_->feature_map[0], i));
  }
  return pull();
}

AbsoluteBound AbsolutePass::pull() {
  for (std::size_t k = model_->graph.nodes.size(); k-- > 0;) pull_node(k);
  for (std::size_t k = model_->feature_map.size(); k-- > 0;) pull_step(k);
  // x has no error of its own; doubled, so that the factor's own rounding is covered
  const double factor = 1 + 2 * gamma_n(roundings_);
  AbsoluteBound bound{or_infinite(constant_ * factor), std::move(arrays_[0].size)};
  for (double& slope : bound.slope) slope = or_infinite(raised(slope) * factor);
  return bound;
}

void AbsolutePass::round(Array& from, std::size_t roundings, double underflow) {
  const double gamma = float_gamma(roundings);
  for (std::size_t i = 0; i < from.size.size(); ++i) {
    const double error = raised(from.error[i]), size = raised(from.size[i]);
    if (error == 0 && size == 0) continue;
    constant_ += (error + size) * underflow;
    from.error[i] = error;
    from.size[i] = size * (1 + gamma) + error * gamma;
  }
}

void AbsolutePass::pull_step(std::size_t k) {
  const model::MapStep& step = model_->feature_map[k];
  Array &from = arrays_[k + 1], &to = arrays_[k];
  switch (step.kind) {
    case model::MapKind::kCenter:
    case model::MapKind::kScale:
      push_each(step, k == 0 && !centre_.empty(), from, to);
      break;
    case model::MapKind::kLinear:
    case model::MapKind::kConv2d:
      push_affine(affine_of_step(k), step.bias, from, to);
      break;
    case model::MapKind::kAbs: {
      const std::size_t half = to.size.size();
      for (const std::size_t part : {std::size_t{0}, half}) {
        add_to(to.error, std::span(from.error).subspan(part, half));
        add_to(to.size, std::span(from.size).subspan(part, half));
      }
      break;
    }
    case model::MapKind::kKnots:
      push_knots(step, from, to);
      break;
    case model::MapKind::kConvexPotential:
    case model::MapKind::kMaxMin:
    case model::MapKind::kPixelUnshuffle:
      break;  // of deep maps, for which this pass is not possible
  }
}

void AbsolutePass::pull_node(std::size_t k) {
  const model::Node& node = model_->graph.nodes[k];
  Array& from = arrays_[source_of(static_cast<std::int32_t>(k))];
  Array& to = arrays_[source_of(node.inputs[0])];
  switch (node.kind) {
    case model::NodeKind::kLinear:
    case model::NodeKind::kConv2d:
      push_affine(affine_of_node(k), node.bias, from, to);
      break;
    case model::NodeKind::kAdd:
      round(from, node.inputs.size() - 1, 0);
      [[fallthrough]];
    case model::NodeKind::kRelu:
    case model::NodeKind::kFlatten:
    case model::NodeKind::kMin:  // it moves by no more than the errors of its inputs add up to
      for (const std::int32_t input : node.inputs) {
        add_to(arrays_[source_of(input)].error, from.error);
        add_to(arrays_[source_of(input)].size, from.size);
      }
      break;
    case model::NodeKind::kMaxPool:
      push_pool(node, from, to);
      break;
    case model::NodeKind::kMax:
      for (double& error : to.error) error += from.error[0];
      for (double& size : to.size) size += from.size[0];
      break;
  }
}

void AbsolutePass::push_affine(const Affine& op, const model::Tensor& bias, Array& from, Array& to) {
  round(from, roundings_of(op), static_cast<double>(model::terms_of_product(op)) * kFloatUnderflow);
  for (std::size_t o = 0; o < from.size.size(); ++o) {
    constant_ += from.size[o] * std::fabs(model::bias_of(bias, o, from.size.size()));
  }
  const verify_wide::Products& products = verify_wide::best_products();
  verify_wide::add_transposed(products, op, verify_wide::Weights::kMagnitudes, 1, from.error, to.error);
  verify_wide::add_transposed(products, op, verify_wide::Weights::kMagnitudes, 1, from.size, to.size);
}

void AbsolutePass::push_each(const model::MapStep& step, bool absorbed, Array& from, Array& to) {
  const bool scales = step.kind == model::MapKind::kScale;
  round(from, 1, scales ? kFloatUnderflow : 0);
  for (std::size_t i = 0; i < from.size.size(); ++i) {
    const double value = std::fabs(model::broadcast(step.values, i));
    to.error[i] += scales ? from.error[i] * value : from.error[i];
    to.size[i] += scales ? from.size[i] * value : from.size[i];
    // the first centre is part of |x - centre|
    if (!scales && !absorbed) constant_ += from.size[i] * value;
  }
}

void AbsolutePass::push_knots(const model::MapStep& step, Array& from, Array& to) {
  round(from, model::roundings_of_knots(step), static_cast<double>(model::knot_count(step) + 1) * kFloatUnderflow);
  for (std::size_t i = 0; i < from.size.size(); ++i) {
    const KnotsBound bound = bound_of_knots(model::knots_of(step, i), model::slopes_of(step, i));
    constant_ += from.size[i] * bound.constant;
    to.size[i] += from.size[i] * bound.slope;
    // x is exact, so that no error goes on
  }
}

void AbsolutePass::push_pool(const model::Node& node, const Array& from, Array& to) const {
  // a maximum moves by no more than the errors of its window add up to
  std::size_t position = 0;
  for (std::int64_t c = 0; c < from.shape[0]; ++c) {
    for (std::int64_t y = 0; y < from.shape[1]; ++y) {
      for (std::int64_t x = 0; x < from.shape[2]; ++x, ++position) {
        for (std::int64_t ky = 0; ky < node.kernel; ++ky) {
          const std::int64_t row = c * to.shape[1] + y * node.stride + ky;
          const auto first = static_cast<std::size_t>(row * to.shape[2] + x * node.stride);
          for (std::size_t at = first; at < first + static_cast<std::size_t>(node.kernel); ++at) {
            to.error[at] += from.error[position];
            to.size[at] += from.size[position];
          }
        }
      }
    }
  }
}

}  // namespace standfast::deployed
