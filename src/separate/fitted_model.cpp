#include "separate/fitted_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace standfast::separate {
namespace {

// wide enough that the rounding is far below the margins, short enough that sums of bytes stay in 62 bits
constexpr int kWeightPlaces = 40;

}  // namespace

std::vector<float> to_grid(std::span<const double> values, int places) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const int exponent = largest > 0 ? std::ilogb(largest) + 1 - places : 0;
  std::vector<float> rounded;
  rounded.reserve(values.size());
  for (const double value : values)
    rounded.push_back(static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent)));
  return rounded;
}

Model blank_model(const Dataset& data, const std::string& sensitive, const std::string& other) {
  Model model;
  model.input_shape = data.input_shape;
  model.feature_names = data.feature_names;
  model.feature_units = data.feature_units;
  model.graph.input_shape = data.input_shape;
  model.sensitive_class = sensitive;
  model.other_class = other;
  if (data.is_image) model.domain = Domain{{0.0}, {1.0}};
  return model;
}

Model max_affine_model(const Dataset& data, const Planes& planes, const std::string& sensitive,
                       const std::string& other) {
  const auto pieces = static_cast<std::int64_t>(planes.count());
  Model model = blank_model(data, sensitive, other);
  Node affine;
  affine.kind = NodeKind::kLinear;
  affine.name = "pieces";
  affine.inputs = {kGraphInput};
  affine.weight = {{pieces, static_cast<std::int64_t>(data.dim())}, to_grid(planes.weights, kWeightPlaces)};
  affine.bias = {{pieces}, to_grid(planes.offsets, kWeightPlaces)};
  Node largest;
  largest.kind = NodeKind::kMax;
  largest.name = "score";
  largest.inputs = {0};
  model.graph.nodes = {affine, largest};
  return model;
}

}  // namespace standfast::separate
