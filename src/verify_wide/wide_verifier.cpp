// The steps of verify/verifier.cpp with an array of lanes in the place of a number. For separable maps the scales are
// taken into the gradient while the lanes still lie side by side.
#include "verify_wide/wide_verifier.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <string>

#include "base/lanes.hpp"
#include "base/rounding.hpp"
#include "base/try.hpp"
#include "model/knots.hpp"
#include "verify/kinks.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {
namespace {

using model::MapView;
using verify::ProvenMinorant;

/// v <- v - values or v * values, each with one rounding on top of the error that v had.
void run_elementwise(const model::MapStep& step, std::size_t lanes, std::span<double> v, std::span<double> error) {
  constexpr double kRounding = kUnitRoundoff / (1 - kUnitRoundoff) * (1 + 4 * kUnitRoundoff);
  const bool scales = step.kind == model::MapKind::kScale;
  for (std::size_t i = 0; i * lanes < v.size(); ++i) {
    const double value = model::broadcast(step.values, i), growth = scales ? std::fabs(value) : 1.0;
    for (std::size_t at = i * lanes; at < (i + 1) * lanes; ++at) {
      v[at] = scales ? v[at] * value : v[at] - value;
      error[at] = kBoundSlack * (error[at] * growth + kRounding * std::fabs(v[at]));
    }
  }
}

/// Knots are the first step: the inputs have no error yet.
void run_knots(const model::MapStep& step, std::size_t lanes, VerifyWorkspace& ws) {
  ws.next.resize(ws.features.size());
  model::run_knots(step, lanes, std::span<const double>(ws.features), std::span(ws.next));
  ws.features.swap(ws.next);
  const double gamma = kBoundSlack * gamma_n(model::roundings_of_knots(step) + 1);
  for (std::size_t at = 0; at < ws.features.size(); ++at) ws.features_error[at] = gamma * std::fabs(ws.features[at]);
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

/// (count, dim) to (dim, lanes); lanes without an input hold 0.
void transpose_inputs(std::span<const float> x, std::size_t dim, std::size_t lanes, std::vector<double>& out) {
  const std::size_t count = x.size() / dim;
  out.resize(dim * lanes);
  for (std::size_t i = 0; i < dim; ++i) {
    for (std::size_t lane = 0; lane < lanes; ++lane) out[i * lanes + lane] = lane < count ? x[lane * dim + i] : 0.0F;
  }
}

/// A lane's vectors. Blocked, so that what eight lanes share is read from the first-level cache.
void hand_out_lanes(std::span<const double> from, std::size_t lanes, std::span<ProvenMinorant* const> out,
                    std::vector<double>& (*vector_of)(ProvenMinorant&)) {
  const std::size_t n = from.size() / lanes;
  for (ProvenMinorant* const m : out) {
    if (m != nullptr) vector_of(*m).resize(n);
  }
  constexpr std::size_t kBlock = 16;
  for (std::size_t first = 0; first < n; first += kBlock) {
    const std::size_t behind = std::min(first + kBlock, n);
    for (std::size_t lane = 0; lane < out.size(); ++lane) {
      if (out[lane] == nullptr) continue;
      double* const to = vector_of(*out[lane]).data();
      for (std::size_t i = first; i < behind; ++i) to[i] = from[i * lanes + lane];
    }
  }
}

/// Adds 0 to the sum of each lane, NaN where a value is not finite.
void add_zero_or_nan(std::span<const double> values, std::size_t lanes, LaneValues& sum) {
  LaneValues zero = sum;
  for (std::size_t at = 0; at < values.size(); at += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) zero[lane] += values[at + lane] - values[at + lane];
  }
  sum = zero;
}

}  // namespace

WideVerifier::WideVerifier(const verify::Verifier& core, const Products& products)
    : core_(&core),
      products_(&products),
      graph_(core.model().graph, products),
      separable_(core.map().view() == MapView::kSeparable && !model::has_knots(core.model().feature_map)),
      has_abs_(separable_ && core.map().unit_map().has_abs) {}

void WideVerifier::run_map(std::span<const float> x, std::size_t lanes, VerifyWorkspace& ws) const {
  const std::vector<double>& deep_steps = core_->map().deep_steps();
  if (!deep_steps.empty()) {
    transpose_inputs(x, model().dim(), lanes, ws.deep.value);
    run_deep_map(model(), core_->map().shapes(), deep_steps, *products_, lanes, ws.deep);
    ws.features.swap(ws.deep.value);
    ws.features_error.resize(ws.features.size());
    for (std::size_t at = 0; at < ws.features.size(); ++at) ws.features_error[at] = ws.deep.error[at % lanes];
    return;
  }
  transpose_inputs(x, model().dim(), lanes, ws.features);
  ws.features_error.assign(ws.features.size(), 0.0);
  for (std::size_t k = 0; k < model().feature_map.size(); ++k) {
    const model::MapStep& step = model().feature_map[k];
    switch (step.kind) {
      case model::MapKind::kAbs:
        run_abs(ws.features, ws.features_error);
        break;
      case model::MapKind::kCenter:
      case model::MapKind::kScale:
        run_elementwise(step, lanes, ws.features, ws.features_error);
        break;
      case model::MapKind::kLinear:
      case model::MapKind::kConv2d:
        run_affine(k, lanes, ws);
        break;
      case model::MapKind::kKnots:
        run_knots(step, lanes, ws);
        break;
      case model::MapKind::kConvexPotential:
      case model::MapKind::kMaxMin:
      case model::MapKind::kPixelUnshuffle:
        break;  // of deep maps
    }
  }
}

void WideVerifier::run_affine(std::size_t k, std::size_t lanes, VerifyWorkspace& ws) const {
  const model::MapStep& step = model().feature_map[k];
  const Affine op =
      model::affine_of(step, k == 0 ? model().input_shape : core_->map().shapes()[k - 1], core_->map().shapes()[k]);
  const std::size_t outputs = model::element_count(core_->map().shapes()[k]);
  const double gamma = gamma_n(model::terms_of_product(op) + 2);
  // |W| (error + gamma |u|) bounds what the input's error and the sum's own roundings do
  for (std::size_t i = 0; i < ws.features.size(); ++i) ws.features_error[i] += gamma * std::fabs(ws.features[i]);
  ws.next.resize(outputs * lanes);
  ws.next_error.resize(outputs * lanes);
  for (std::size_t i = 0; i < ws.next.size(); ++i) {
    ws.next[i] = model::bias_of(step.bias, i / lanes, outputs) + 0.0;  // no -0, so that adding 0 changes no bit
    ws.next_error[i] = gamma * std::fabs(ws.next[i]);
  }
  add_product(*products_, op, Weights::kSigned, lanes, ws.features, ws.next);
  add_product(*products_, op, Weights::kMagnitudes, lanes, ws.features_error, ws.next_error);
  for (double& error : ws.next_error) error *= kBoundSlack;
  ws.features.swap(ws.next);
  ws.features_error.swap(ws.next_error);
}

void WideVerifier::prove(std::span<const float> x, const minorant::Slopes& slopes, VerifyWorkspace& ws,
                         ProvenMinorant& out, Precision precision) const {
  ProvenMinorant* const one[] = {&out};
  run_map(x, 1, ws);
  graph_.minorant({&slopes, 1, 0, 1, precision}, ws.graph, ws.minorant);
  finish(model().threshold, 1, ws, one);
  see_through_knots(x, one);
}

void WideVerifier::prove_tile(std::span<const float> x, std::size_t count, const minorant::Slopes& slopes,
                              VerifyWorkspace& ws, std::span<ProvenMinorant* const> out, Precision precision) const {
  assert(count <= kLanes && x.size() == count * model().dim() && out.size() == count);
  for (std::size_t first = 0; first < count; first += kProofLanes) {
    const std::size_t width = std::min(kProofLanes, count - first), dim = model().dim();
    run_map(x.subspan(first * dim, width * dim), proof_lanes(width), ws);
    graph_.minorant({&slopes, kLanes, first, width, precision}, ws.graph, ws.minorant);
    finish(model().threshold, proof_lanes(width), ws, out.subspan(first, width));
    see_through_knots(x.subspan(first * dim, width * dim), out.subspan(first, width));
  }
}

void WideVerifier::prove_below(std::span<const float> x, std::int32_t piece, VerifyWorkspace& ws,
                               ProvenMinorant& out) const {
  ProvenMinorant* const one[] = {&out};
  run_map(x, 1, ws);
  ws.piece.resize(model().graph.nodes.size());
  ws.piece.back().winner.assign(1, piece);
  graph_.minus_piece({&ws.piece, 1, 0, 1}, ws.graph, ws.minorant);
  finish(-static_cast<double>(model().threshold), 1, ws, one);
  see_through_knots(x, one);
}

void WideVerifier::see_through_knots(std::span<const float> x, std::span<ProvenMinorant* const> out) const {
  if (!model::has_knots(model().feature_map)) return;
  const std::size_t dim = model().dim();
  for (std::size_t lane = 0; lane < out.size(); ++lane) {
    if (out[lane] == nullptr) continue;
    *out[lane] = verify::seen_from_input(core_->map().unit_map(), x.subspan(lane * dim, dim), *out[lane]);
  }
}

void WideVerifier::finish(double threshold, std::size_t lanes, VerifyWorkspace& ws,
                          std::span<ProvenMinorant* const> out) const {
  // margin = gradient . phi(x) + constant - threshold, less all that rounding can have added
  const std::size_t n = ws.features.size() / lanes;
  LaneValues value, scale, lost = ws.minorant.constant_error;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const double constant = ws.minorant.constant[lane];
    value[lane] = constant - threshold;
    scale[lane] = std::fabs(constant) + std::fabs(threshold);
  }
  const double *gradient = ws.minorant.gradient.data(), *gradient_error = ws.minorant.gradient_error.data();
  const double *features = ws.features.data(), *features_error = ws.features_error.data();
  for (std::size_t at = 0; at < n * lanes; at += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double v = gradient[at + lane], u = features[at + lane], error = features_error[at + lane];
      value[lane] += v * u;
      scale[lane] += std::fabs(v * u);
      lost[lane] += gradient_error[at + lane] * (std::fabs(u) + error) + std::fabs(v) * error;
    }
  }
  LaneValues margin{};
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    margin[lane] = value[lane] - kBoundSlack * (lost[lane] + gamma_n(n + 4) * scale[lane]);
  }
  hand_out(margin, lanes, ws, out);
}

void WideVerifier::hand_out(LaneValues& margin, std::size_t lanes, VerifyWorkspace& ws,
                            std::span<ProvenMinorant* const> out) const {
  if (has_abs_) {
    scale_bends(lanes, ws, margin);
  } else if (separable_ && core_->map().unit_map().gradient_gamma() > 0) {
    scale_coefficients(lanes, ws);
  }
  // a minorant with an overflow in it proves nothing
  LaneValues finite{};
  add_zero_or_nan(ws.minorant.gradient, lanes, finite);
  add_zero_or_nan(ws.minorant.gradient_error, lanes, finite);
  if (has_abs_) add_zero_or_nan(ws.features, lanes, finite);
  for (std::size_t lane = 0; lane < out.size(); ++lane) {
    if (out[lane] == nullptr) continue;
    out[lane]->is_separable = separable_;
    (separable_ ? out[lane]->separable.margin : out[lane]->feature.margin) =
        finite[lane] == 0 ? margin[lane] : -kInfinity;
  }
  const std::span<const double> gradient = ws.minorant.gradient;
  const std::span<const double> error = ws.minorant.gradient_error;
  hand_out_lanes(error.first((separable_ ? model().dim() : gradient.size() / lanes) * lanes), lanes, out,
                 [](ProvenMinorant& m) -> std::vector<double>& { return m.gradient_error; });
  if (!separable_) {
    hand_out_lanes(gradient, lanes, out, [](ProvenMinorant& m) -> std::vector<double>& { return m.feature.gradient; });
    hand_out_lanes(ws.features, lanes, out, [](ProvenMinorant& m) -> std::vector<double>& { return m.features; });
    hand_out_lanes(ws.features_error, lanes, out,
                   [](ProvenMinorant& m) -> std::vector<double>& { return m.features_error; });
    return;
  }
  const std::size_t size = model().dim() * lanes, bends = has_abs_ ? size : 0;
  hand_out_lanes(gradient.first(size), lanes, out,
                 [](ProvenMinorant& m) -> std::vector<double>& { return m.separable.coefficient; });
  hand_out_lanes(gradient.subspan(gradient.size() - bends), lanes, out,
                 [](ProvenMinorant& m) -> std::vector<double>& { return m.separable.bend; });
  hand_out_lanes(std::span<const double>(ws.features).first(bends), lanes, out,
                 [](ProvenMinorant& m) -> std::vector<double>& { return m.separable.offset; });
}

void WideVerifier::scale_coefficients(std::size_t lanes, VerifyWorkspace& ws) const {
  const std::vector<double>& scale = core_->map().unit_map().weight;
  const double gamma = core_->map().unit_map().gradient_gamma();
  double *gradient = ws.minorant.gradient.data(), *gradient_error = ws.minorant.gradient_error.data();
  for (std::size_t i = 0; i < model().dim(); ++i) {
    for (std::size_t at = i * lanes; at < (i + 1) * lanes; ++at) {
      const bool flat = gradient[at] == 0 && gradient_error[at] == 0;
      gradient[at] *= scale[i];
      gradient_error[at] = verify::error_of_scaled(gradient_error[at] * scale[i], std::fabs(gradient[at]), gamma, flat);
    }
  }
}

void WideVerifier::scale_bends(std::size_t lanes, VerifyWorkspace& ws, LaneValues& margin) const {
  const std::size_t size = model().dim() * lanes;
  const model::UnitMap& map = core_->map().unit_map();
  const double gamma = map.kink_gamma(), gamma_scale = map.gradient_gamma();
  double *coefficient = ws.minorant.gradient.data(), *bend = coefficient + size;
  double *error = ws.minorant.gradient_error.data(), *bend_error = error + size;
  double *offset = ws.features.data(), *offset_error = ws.features_error.data();
  LaneValues kink_loss{};
  for (std::size_t i = 0; i < model().dim(); ++i) {
    const double s = map.weight[i];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::size_t at = i * lanes + lane;
      const double both = error[at] + bend_error[at];
      const bool flat = coefficient[at] == 0 && bend[at] == 0 && both == 0;
      coefficient[at] *= s;
      bend[at] *= s;
      offset[at] /= s;
      // moving a kink by delta moves bend * (|offset + d| - |offset|) by at most 2 |bend| delta, whatever d is
      kink_loss[lane] += 2 * std::fabs(bend[at]) * (offset_error[at] / s + gamma * std::fabs(offset[at]));
      error[at] =
          verify::error_of_scaled(both * s, std::fabs(coefficient[at]) + std::fabs(bend[at]), gamma_scale, flat);
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) margin[lane] -= kBoundSlack * kink_loss[lane];
}

}  // namespace standfast::verify_wide
