// Step by step: a centre or a scale rounds once per value, an affine step as often as its sums have terms, an absolute
// value not at all.
#include "verify/map_values.hpp"

#include <cmath>

#include "base/rounding.hpp"
#include "verify/affine.hpp"

namespace standfast::verify {
namespace {

/// u - values or u * values: one rounding on top of the error that u had.
void run_elementwise(const model::MapStep& step, MapValues& u) {
  constexpr double kOneRounding = kUnitRoundoff / (1 - kUnitRoundoff) * (1 + 4 * kUnitRoundoff);
  const bool scales = step.kind == model::MapKind::kScale;
  for (std::size_t i = 0; i < u.value.size(); ++i) {
    const double value = model::broadcast(step.values, i), growth = scales ? std::fabs(value) : 1.0;
    u.value[i] = scales ? u.value[i] * value : u.value[i] - value;
    u.error[i] = kBoundSlack * (u.error[i] * growth + kOneRounding * std::fabs(u.value[i]));
  }
}

void run_abs(MapValues& u) {
  const std::size_t half = u.value.size();
  for (std::size_t i = 0; i < half; ++i) {
    u.value.push_back(std::fabs(u.value[i]));
    u.error.push_back(u.error[i]);
  }
}

/// |W| (error + gamma |u|) bounds what the errors of u and the roundings of the sums do.
void run_affine(const model::MapStep& step, const Affine& op, MapValues& u) {
  const std::size_t outputs = model::element_count(op.out);
  const double gamma = gamma_n(terms_of_product(op) + 2);
  for (std::size_t i = 0; i < u.value.size(); ++i) u.error[i] += gamma * std::fabs(u.value[i]);
  MapValues next{std::vector<double>(outputs), std::vector<double>(outputs)};
  for (std::size_t i = 0; i < outputs; ++i) {
    next.value[i] = bias_of(step.bias, i, outputs) + 0.0;  // no -0, so that adding 0 changes no bit
    next.error[i] = gamma * std::fabs(next.value[i]);
  }
  add_product(op, Weights::kSigned, u.value, next.value);
  add_product(op, Weights::kMagnitudes, u.error, next.error);
  for (double& error : next.error) error *= kBoundSlack;
  u = std::move(next);
}

}  // namespace

MapValues map_values(const model::Model& model, const std::vector<model::Shape>& map_shapes, std::span<const float> x) {
  MapValues u{{x.begin(), x.end()}, std::vector<double>(x.size(), 0.0)};
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const model::MapStep& step = model.feature_map[k];
    switch (step.kind) {
      case model::MapKind::kAbs:
        run_abs(u);
        break;
      case model::MapKind::kCenter:
      case model::MapKind::kScale:
        run_elementwise(step, u);
        break;
      case model::MapKind::kLinear:
      case model::MapKind::kConv2d:
        run_affine(step, affine_of(step, k == 0 ? model.input_shape : map_shapes[k - 1], map_shapes[k]), u);
        break;
    }
  }
  return u;
}

}  // namespace standfast::verify
