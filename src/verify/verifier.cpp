#include "verify/verifier.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/rounding.hpp"
#include "base/try.hpp"
#include "verify/affine_ops.hpp"

namespace standfast {
namespace {

// Error bounds are short sums of products themselves; one percent covers their own roundings.
constexpr double kBoundSlack = 1.01;
// Products of scales and float32 numbers stay far from underflow.
constexpr double kSmallestScale = 0x1p-500;
// Slopes of many layers need not: below this, relative error bounds do not see what a scale does to them.
constexpr double kTinySlope = 0x1p-960;

/// A minorant with an overflow in it proves nothing.
bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

double broadcast(const Tensor& values, std::size_t i) { return values.values[values.values.size() == 1 ? 0 : i]; }

/// v <- v - values or v * values, each with one rounding on top of the error that v had.
void run_elementwise(const MapStep& step, std::vector<double>& v, std::vector<double>& error) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double value = broadcast(step.values, i);
    if (step.kind == MapKind::kScale) error[i] *= std::fabs(value);
    v[i] = step.kind == MapKind::kScale ? v[i] * value : v[i] - value;
    error[i] = kBoundSlack * (error[i] + kUnitRoundoff * std::fabs(v[i]) / (1 - kUnitRoundoff));
  }
}

void run_abs(std::vector<double>& v, std::vector<double>& error) {
  const std::size_t half = v.size();
  v.resize(2 * half);
  error.resize(2 * half);
  for (std::size_t i = 0; i < half; ++i) {
    v[half + i] = std::fabs(v[i]);
    error[half + i] = error[i];
  }
}

}  // namespace

Result<Verifier> Verifier::create(const Model& model) {
  STANDFAST_CHECK(validate(model));
  Verifier verifier(model);
  std::vector<double> scale(verifier.scale_.size(), 1.0);
  for (const MapStep& step : model.feature_map) {
    if (step.kind != MapKind::kScale) continue;
    for (std::size_t i = 0; i < scale.size(); ++i) {
      // on the way as well: a product that underflows does not come back
      scale[i] *= broadcast(step.values, i);
      if (scale[i] >= kSmallestScale && scale[i] <= 1 / kSmallestScale) continue;
      return Error{ErrorCode::kUnsupported, "feature map: a product of the scales of feature " + std::to_string(i) +
                                                " is " + std::to_string(scale[i]) + ", expected 2^-500 to 2^500"};
    }
  }
  return verifier;
}

Verifier::Verifier(const Model& model) : model_(&model), graph_(model.graph) {
  map_shapes_ = std::move(infer_map_shapes(model.feature_map, model.input_shape)).value();
  const Node& last = model.graph.nodes.back();
  if (last.kind == NodeKind::kMax) {
    const auto source = last.inputs[0];
    pieces_ =
        element_count(source == kGraphInput ? model.graph.input_shape
                                            : infer_shapes(model.graph).value()[static_cast<std::size_t>(source)]);
  }
  separable_ = is_separable(model.feature_map);
  if (!separable_) return;
  scale_.assign(model.dim(), 1.0);
  for (const MapStep& step : model.feature_map) {
    folded_ = folded_ || step.kind == MapKind::kAbs;
    if (step.kind != MapKind::kScale) continue;
    for (std::size_t i = 0; i < scale_.size(); ++i) scale_[i] *= broadcast(step.values, i);
    ++scale_steps_;
  }
}

void Verifier::run_map(std::span<const float> x, VerifyWorkspace& ws) const {
  ws.features.assign(x.begin(), x.end());
  ws.features_error.assign(x.size(), 0.0);
  for (std::size_t k = 0; k < model_->feature_map.size(); ++k) {
    const MapStep& step = model_->feature_map[k];
    if (step.kind == MapKind::kAbs) {
      run_abs(ws.features, ws.features_error);
      continue;
    }
    if (step.kind == MapKind::kCenter || step.kind == MapKind::kScale) {
      run_elementwise(step, ws.features, ws.features_error);
      continue;
    }
    const verify_ops::Affine op{&step.values,
                                step.kind == MapKind::kConv2d,
                                k == 0 ? model_->input_shape : map_shapes_[k - 1],
                                map_shapes_[k],
                                step.stride,
                                step.padding,
                                step.dilation};
    const std::size_t outputs = element_count(map_shapes_[k]);
    const double gamma = gamma_n(verify_ops::terms_of_product(op) + 2);
    // |W| (error + gamma |u|) bounds what the input's error and the sum's own roundings do
    for (std::size_t i = 0; i < ws.features.size(); ++i) ws.features_error[i] += gamma * std::fabs(ws.features[i]);
    ws.next.resize(outputs);
    ws.next_error.resize(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      ws.next[o] = verify_ops::bias_of(step.bias, o, outputs);
      ws.next_error[o] = gamma * std::fabs(ws.next[o]);
    }
    verify_ops::add_product(op, ws.features, ws.features_error, ws.next, ws.next_error);
    for (double& error : ws.next_error) error *= kBoundSlack;
    ws.features.swap(ws.next);
    ws.features_error.swap(ws.next_error);
  }
}

void Verifier::prove(std::span<const float> x, const Slopes& slopes, VerifyWorkspace& ws, ProvenMinorant& out) const {
  run_map(x, ws);
  graph_.minorant(slopes, ws.graph, ws.minorant);
  finish(model_->threshold, ws, out);
}

void Verifier::prove_below(std::span<const float> x, std::int32_t piece, VerifyWorkspace& ws,
                           ProvenMinorant& out) const {
  run_map(x, ws);
  ws.piece.resize(model_->graph.nodes.size());
  ws.piece.back().winner.assign(1, piece);
  graph_.minus_piece(ws.piece, ws.graph, ws.minorant);
  finish(-static_cast<double>(model_->threshold), ws, out);
}

void Verifier::finish(double threshold, VerifyWorkspace& ws, ProvenMinorant& out) const {
  // margin = slope . phi(x) + constant - threshold, less all that rounding can have added
  const std::size_t n = ws.features.size();
  double value = ws.minorant.constant - threshold;
  double scale = std::fabs(ws.minorant.constant) + std::fabs(threshold);
  double lost = ws.minorant.constant_error;
  for (std::size_t i = 0; i < n; ++i) {
    const double v = ws.minorant.slope[i], u = ws.features[i];
    value += v * u;
    scale += std::fabs(v * u);
    lost += ws.minorant.slope_error[i] * (std::fabs(u) + ws.features_error[i]) + std::fabs(v) * ws.features_error[i];
  }
  pull_back(ws, value - kBoundSlack * (lost + gamma_n(n + 4) * scale), out);
}

void Verifier::pull_back(VerifyWorkspace& ws, double margin, ProvenMinorant& out) const {
  out.is_separable = separable_;
  if (!separable_) {
    out.feature.margin = margin;
    out.feature.slope = ws.minorant.slope;
    out.slope_error = ws.minorant.slope_error;
    if (!all_finite(out.feature.slope) || !all_finite(out.slope_error)) out.feature.margin = -kInfinity;
    return;
  }
  const std::size_t dim = scale_.size();
  const double gamma = gamma_n(scale_steps_ + 2);
  SeparableMinorant& q = out.separable;
  q.linear.resize(dim);
  q.fold.resize(folded_ ? dim : 0);
  q.offset.resize(folded_ ? dim : 0);
  out.slope_error.resize(dim);
  double kink_loss = 0;
  for (std::size_t i = 0; i < dim; ++i) {
    const double s = scale_[i];
    double error = ws.minorant.slope_error[i];
    q.linear[i] = ws.minorant.slope[i] * s;
    double size = std::fabs(q.linear[i]);
    if (folded_) {
      error += ws.minorant.slope_error[dim + i];
      q.fold[i] = ws.minorant.slope[dim + i] * s;
      q.offset[i] = ws.features[i] / s;
      size += std::fabs(q.fold[i]);
      // moving a kink by delta moves fold * (|offset + d| - |offset|) by at most 2 |fold| delta, whatever d is
      const double kink_error = ws.features_error[i] / s + gamma * std::fabs(q.offset[i]);
      kink_loss += 2 * std::fabs(q.fold[i]) * kink_error;
    }
    const bool flat = ws.minorant.slope[i] == 0 && (!folded_ || ws.minorant.slope[dim + i] == 0) && error == 0;
    const double underflow = scale_steps_ > 0 && !flat && size + error * s < kTinySlope ? kTinySlope : 0.0;
    out.slope_error[i] = kBoundSlack * (error * s + (scale_steps_ > 0 ? gamma * size : 0.0) + underflow);
  }
  q.margin = margin - kBoundSlack * kink_loss;
  const bool finite = all_finite(q.linear) && all_finite(q.fold) && all_finite(q.offset) && all_finite(out.slope_error);
  if (!finite) q.margin = -kInfinity;
}

}  // namespace standfast
