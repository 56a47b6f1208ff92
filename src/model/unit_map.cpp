// Weights are multiplied step by step; a row of a linear step may have one entry other than 0.
#include "model/unit_map.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/rounding.hpp"
#include "base/try.hpp"
#include "model/geometry.hpp"
#include "model/knots.hpp"

namespace standfast::model {
namespace {

// Products of weights and float32 numbers stay far from underflow.
constexpr double kSmallestWeight = 0x1p-500;

/// One number per pixel and channel, or per element.
bool maps_pixels_alone(const MapStep& step) {
  if (step.kind == MapKind::kLinear) return true;
  return step.values.shape[2] == 1 && step.values.shape[3] == 1 && step.stride == 1 && step.padding == 0;
}

Error unsupported(const std::string& found_and_expected) {
  return {ErrorCode::kUnsupported, "feature map: " + found_and_expected};
}

Status add_affine(const MapStep& step, const Affine& op, UnitMap& map) {
  if (!maps_pixels_alone(step)) return unsupported("found a convolution, expected one of single pixels");
  const std::size_t units = element_count(op.out);
  std::vector<std::size_t> inputs_seen(units, 0), feature(units, 0);
  std::vector<double> weight(units, 0.0);
  for_each_term(op, [&](std::size_t unit, std::size_t input, double w) {
    if (w == 0) return;
    ++inputs_seen[unit];
    feature[unit] = map.feature[input];
    weight[unit] = map.weight[input] * w;
  });
  if (*std::ranges::max_element(inputs_seen) > 1) return unsupported("found a unit of several features, expected one");
  map.feature = std::move(feature);
  map.weight = std::move(weight);
  return {};
}

/// Asked after each step: a product that underflows does not come back.
Status check_weights(const UnitMap& map) {
  for (std::size_t j = 0; j < map.weight.size(); ++j) {
    const double size = std::fabs(map.weight[j]);
    if (size == 0 || (size >= kSmallestWeight && size <= 1 / kSmallestWeight)) continue;
    return unsupported("a product of the scales of feature " + std::to_string(map.feature[j]) + " is " +
                       std::to_string(map.weight[j]) + ", expected 2^-500 to 2^500");
  }
  return {};
}

Status place_units(UnitMap& map) {
  std::vector<std::size_t> used(map.dim, 0);
  for (std::size_t j = 0; j < map.weight.size(); ++j) {
    map.slot.push_back(map.weight[j] == 0 ? 0 : used[map.feature[j]]++);
  }
  map.kinks = std::max<std::size_t>(*std::ranges::max_element(used), 1);
  for (std::size_t j = 0; j < map.weight.size(); ++j) map.slot[j] += map.feature[j] * map.kinks;
  if (map.kinks <= kMostKinks) return {};
  return unsupported("found " + std::to_string(map.kinks) + " units of one feature, expected at most " +
                     std::to_string(kMostKinks));
}

}  // namespace

double UnitMap::gradient_gamma() const {
  // a bend behind knots is a gradient's entry times a weight times half of a rounded difference of slopes
  if (knots != nullptr) return gamma_n(roundings + 4);
  return separable && roundings == 0 ? 0.0 : kink_gamma();
}

double UnitMap::kink_gamma() const {
  if (knots != nullptr) return gamma_n(1);  // x less a knot
  return gamma_n(separable ? roundings + 2 : roundings + kinks + 4);
}

Result<UnitMap> unit_map_of(const Model& model) {
  const FeatureMap& map = model.feature_map;
  UnitMap result;
  result.dim = model.dim();
  result.separable = is_separable(map);
  result.has_abs = !map.empty() && map.back().kind == MapKind::kAbs;
  if (!result.separable && !(is_affine_with_abs(map) && result.has_abs)) {
    return unsupported("found no abs at the end of a map that mixes features, expected one there");
  }
  for (std::size_t i = 0; i < result.dim; ++i) result.feature.push_back(i);
  result.weight.assign(result.dim, 1.0);
  STANDFAST_TRY(const std::vector<Shape> shapes, infer_map_shapes(map, model.input_shape));
  for (std::size_t k = 0; k < map.size(); ++k) {
    if (map[k].kind == MapKind::kKnots) result.knots = &map[k];
    if (map[k].kind == MapKind::kCenter || map[k].kind == MapKind::kAbs || map[k].kind == MapKind::kKnots) continue;
    ++result.roundings;
    if (map[k].kind == MapKind::kScale) {
      for (std::size_t j = 0; j < result.weight.size(); ++j) result.weight[j] *= broadcast(map[k].values, j);
    } else {
      STANDFAST_CHECK(
          add_affine(map[k], affine_of(map[k], k == 0 ? model.input_shape : shapes[k - 1], shapes[k]), result));
    }
    STANDFAST_CHECK(check_weights(result));
  }
  STANDFAST_CHECK(place_units(result));
  // one kink is the case of an abs, whose closed form is another
  if (result.knots != nullptr) result.kinks = std::max<std::size_t>(knot_count(*result.knots), 2);
  return result;
}

}  // namespace standfast::model
