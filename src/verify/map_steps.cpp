// Step by step: a centre or a scale rounds once per value, an affine step as often as its sums have terms, an absolute
// value not at all. Knots are the first step, a sum of terms of one sign: they are off by a share of their value. |W|
// (error + gamma |value|) bounds what errors and the roundings of sums do, in either direction. Values and errors are 0
// or at least 2^-800 before every step (C46), and weights at least 2^-149, so that no product underflows.
#include "verify/map_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "model/knots.hpp"

namespace standfast::verify {
namespace {

/// u - values or u * values: one rounding on top of the error that u had.
void run_elementwise(const model::MapStep& step, Bounded& u) {
  constexpr double kOneRounding = kUnitRoundoff / (1 - kUnitRoundoff) * (1 + 4 * kUnitRoundoff);
  const bool scales = step.kind == model::MapKind::kScale;
  for (std::size_t i = 0; i < u.value.size(); ++i) {
    const double value = model::broadcast(step.values, i), growth = scales ? std::fabs(value) : 1.0;
    u.value[i] = scales ? u.value[i] * value : u.value[i] - value;
    u.error[i] = kBoundSlack * (u.error[i] * growth + kOneRounding * std::fabs(u.value[i]));
  }
}

void run_abs(Bounded& u) {
  const std::size_t half = u.value.size();
  for (std::size_t i = 0; i < half; ++i) {
    u.value.push_back(std::fabs(u.value[i]));
    u.error.push_back(u.error[i]);
  }
}

void run_knots(const model::MapStep& step, Bounded& u) {
  const std::vector<double> x = u.value;
  model::run_knots(step, 1, std::span(x), std::span(u.value));
  const double gamma = kBoundSlack * gamma_n(roundings_of_knots(step) + 1);
  for (std::size_t i = 0; i < x.size(); ++i) u.error[i] = gamma * std::fabs(u.value[i]);
}

void run_affine(const model::MapStep& step, const model::Affine& op, Bounded& u) {
  const std::size_t outputs = model::element_count(op.out);
  const double gamma = gamma_n(terms_of_product(op) + 2);
  for (std::size_t i = 0; i < u.value.size(); ++i) u.error[i] += gamma * std::fabs(u.value[i]);
  avoid_underflow(u);
  Bounded next{std::vector<double>(outputs), std::vector<double>(outputs)};
  for (std::size_t i = 0; i < outputs; ++i) {
    next.value[i] = model::bias_of(step.bias, i, outputs) + 0.0;  // no -0, so that adding 0 changes no bit
    next.error[i] = gamma * std::fabs(next.value[i]);
  }
  add_product(op, u, next);
  for (double& error : next.error) error *= kBoundSlack;
  u = std::move(next);
}

void pull_scale(const model::MapStep& step, Bounded& gradient) {
  for (std::size_t i = 0; i < gradient.value.size(); ++i) {
    const double s = model::broadcast(step.values, i);
    gradient.value[i] *= s;
    gradient.error[i] =
        gradient.error[i] * s * (1 + gamma_n(8)) + kBoundSlack * gamma_n(2) * std::fabs(gradient.value[i]);
  }
}

void pull_affine(const model::Affine& op, Bounded& gradient) {
  const double gamma = gamma_n(terms_of_transposed(op) + 2);
  for (std::size_t i = 0; i < gradient.value.size(); ++i) {
    gradient.error[i] = gradient.error[i] * (1 + gamma_n(8)) + kBoundSlack * gamma * std::fabs(gradient.value[i]);
  }
  const std::size_t inputs = model::element_count(op.in);
  Bounded next{std::vector<double>(inputs, 0.0), std::vector<double>(inputs, 0.0)};
  add_transposed(op, gradient, next);
  for (double& error : next.error) error *= 1 + 2 * gamma;
  gradient = std::move(next);
}

}  // namespace

Bounded map_values(const model::Model& model, const std::vector<model::Shape>& map_shapes, std::span<const float> x) {
  Bounded u{{x.begin(), x.end()}, std::vector<double>(x.size(), 0.0)};
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const model::MapStep& step = model.feature_map[k];
    avoid_underflow(u);
    if (step.kind == model::MapKind::kAbs) {
      run_abs(u);
    } else if (step.kind == model::MapKind::kKnots) {
      run_knots(step, u);
    } else if (model::has_weights(step)) {
      run_affine(step, affine_of(step, k == 0 ? model.input_shape : map_shapes[k - 1], map_shapes[k]), u);
    } else {
      run_elementwise(step, u);
    }
  }
  avoid_underflow(u);
  return u;
}

Bounded pulled_back(const model::Model& model, const std::vector<model::Shape>& map_shapes, Bounded gradient) {
  for (std::size_t k = model.feature_map.size(); k-- > 0;) {
    const model::MapStep& step = model.feature_map[k];
    if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kAbs) continue;
    if (model::has_weights(step)) {
      pull_affine(affine_of(step, k == 0 ? model.input_shape : map_shapes[k - 1], map_shapes[k]), gradient);
    } else {
      pull_scale(step, gradient);
    }
    avoid_underflow(gradient);
  }
  return gradient;
}

}  // namespace standfast::verify
