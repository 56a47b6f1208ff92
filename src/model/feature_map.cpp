// Shapes of feature maps and what each step must be.
#include "model/feature_map.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/shape.hpp"

namespace standfast::model {
namespace {

constexpr std::array<std::pair<MapKind, std::string_view>, 9> kMapKinds = {
    {{MapKind::kCenter, "center"},
     {MapKind::kScale, "scale"},
     {MapKind::kLinear, "linear"},
     {MapKind::kConv2d, "conv2d"},
     {MapKind::kAbs, "abs"},
     {MapKind::kKnots, "knots"},
     {MapKind::kConvexPotential, "convex_potential"},
     {MapKind::kMaxMin, "maxmin"},
     {MapKind::kPixelUnshuffle, "pixel_unshuffle"}}};

std::string step_place(std::size_t index, MapKind kind) {
  return fmt::format("feature map step {} ({})", index, map_kind_name(kind));
}

bool absent(const Tensor& tensor) { return tensor.empty() && tensor.shape.empty(); }

bool has_values(MapKind kind) {
  return kind != MapKind::kAbs && kind != MapKind::kMaxMin && kind != MapKind::kPixelUnshuffle;
}
bool has_bias(MapKind kind) {
  return kind == MapKind::kLinear || kind == MapKind::kConv2d || kind == MapKind::kConvexPotential;
}
/// Whether its weights are a kernel that walks over an image.
bool has_kernel(const MapStep& step) {
  return step.kind == MapKind::kConv2d || (step.kind == MapKind::kConvexPotential && step.values.shape.size() == 4);
}

Status check_unused_fields(const MapStep& step, const std::string& place) {
  const bool plain_stride = step.stride == 1 || step.kind == MapKind::kPixelUnshuffle;
  const bool plain_walk = plain_stride && step.padding == 0 && step.dilation == 1;
  if ((has_bias(step.kind) || absent(step.bias)) && (step.kind == MapKind::kKnots || absent(step.slopes)) &&
      (has_values(step.kind) || absent(step.values)) && (has_kernel(step) || plain_walk)) {
    return {};
  }
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: has values, a bias, slopes, a stride, a padding or a dilation that it does not use, "
                           "expected none",
                           place)};
}

Result<Shape> diagonal_shape(const MapStep& step, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(check_tensor(step.values, place + " values"));
  const std::size_t dim = element_count(input);
  if (step.values.values.size() != 1 && step.values.values.size() != dim) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: values are {}, expected (1) or ({})", place, shape_text(step.values.shape), dim)};
  }
  if (step.kind == MapKind::kScale) {
    const auto bad = std::ranges::find_if(step.values.values, [](float value) { return !(value > 0); });
    if (bad != step.values.values.end()) {
      return Error{ErrorCode::kBadValue, fmt::format("{}: value {} is {}, expected a scale above 0", place,
                                                     bad - step.values.values.begin(), *bad)};
    }
  }
  return input;
}

Status check_map_bias(const Tensor& bias, std::int64_t outputs, const std::string& place) {
  if (absent(bias)) return {};
  STANDFAST_CHECK(check_tensor(bias, place + " bias"));
  if (bias.shape == Shape{outputs}) return {};
  return Error{ErrorCode::kBadShape,
               fmt::format("{}: bias is {}, expected ({})", place, shape_text(bias.shape), outputs)};
}

Result<Shape> linear_shape(const MapStep& step, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(check_tensor(step.values, place + " values"));
  const auto fan_in = static_cast<std::int64_t>(element_count(input));
  if (step.values.shape.size() != 2 || step.values.shape[1] != fan_in) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: values are {}, expected (out, {})", place, shape_text(step.values.shape), fan_in)};
  }
  STANDFAST_CHECK(check_map_bias(step.bias, step.values.shape[0], place));
  return Shape{step.values.shape[0]};
}

Result<Shape> conv2d_shape(const MapStep& step, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(check_tensor(step.values, place + " values"));
  STANDFAST_TRY(Shape output,
                conv2d_output_shape(input, step.values.shape, {step.stride, step.padding, step.dilation}, place));
  STANDFAST_CHECK(check_map_bias(step.bias, output[0], place));
  return output;
}

/// The shape of W u, whose adjoint goes back to that of u.
Result<Shape> potential_shape(const MapStep& step, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(has_kernel(step) ? conv2d_shape(step, input, place) : linear_shape(step, input, place));
  return input;
}

Result<Shape> maxmin_shape(const Shape& input, const std::string& place) {
  if (input[0] % 2 == 0) return input;
  return Error{ErrorCode::kBadShape, fmt::format("{}: input is {}, expected an even number of channels or features",
                                                 place, shape_text(input))};
}

Result<Shape> unshuffled_shape(const MapStep& step, const Shape& input, const std::string& place) {
  const std::int64_t s = step.stride;
  if (input.size() == 3 && s >= 1 && s <= input[1] && s <= input[2] && input[1] % s == 0 && input[2] % s == 0) {
    return Shape{input[0] * s * s, input[1] / s, input[2] / s};
  }
  return Error{ErrorCode::kBadShape,
               fmt::format("{}: input is {} and the stride {}, expected an image whose sides are multiples of it",
                           place, shape_text(input), s)};
}

Result<Shape> abs_shape(const Shape& input, const std::string& place) {
  Shape output = input;
  output[0] *= 2;
  STANDFAST_CHECK(checked_element_count(output, place + " output"));
  return output;
}

Status check_knots_sizes(const MapStep& step, const Shape& input, const std::string& place) {
  const auto dim = static_cast<std::int64_t>(element_count(input));
  const Shape &knots = step.values.shape, &slopes = step.slopes.shape;
  if (knots.size() != 2 || knots[0] != dim || knots[1] > static_cast<std::int64_t>(kMostKinks)) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: values are {}, expected ({}, knots) with 1 to {} knots", place,
                                                   shape_text(knots), dim, kMostKinks)};
  }
  if (slopes == Shape{dim, knots[1] + 1}) return {};
  return Error{ErrorCode::kBadShape, fmt::format("{}: slopes are {}, expected ({}, {}), one more than knots", place,
                                                 shape_text(slopes), dim, knots[1] + 1)};
}

Result<Shape> knots_shape(const MapStep& step, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(check_tensor(step.values, place + " values"));
  STANDFAST_CHECK(check_tensor(step.slopes, place + " slopes"));
  STANDFAST_CHECK(check_knots_sizes(step, input, place));
  const auto m = static_cast<std::size_t>(step.values.shape[1]);
  const std::vector<float>&knots = step.values.values, &slopes = step.slopes.values;
  for (std::size_t at = 0; at < knots.size(); ++at) {
    if (at % m == 0 || knots[at - 1] <= knots[at]) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}: knot {} of feature {} is {}, expected at least the one before, {}", place, at % m,
                             at / m, knots[at], knots[at - 1])};
  }
  const auto bad = std::ranges::find_if(slopes, [](float slope) { return !(slope > 0); });
  if (bad == slopes.end()) return input;
  const auto at = static_cast<std::size_t>(bad - slopes.begin());
  return Error{ErrorCode::kBadValue, fmt::format("{}: slope {} of feature {} is {}, expected one above 0", place,
                                                 at % (m + 1), at / (m + 1), *bad)};
}

/// Knots come first, and behind them no unit may bend once more or see several features.
Status check_place_of_knots(const FeatureMap& map, std::size_t index, const std::string& place) {
  const MapKind kind = map[index].kind;
  if (kind == MapKind::kKnots && index > 0) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: comes after {}, expected it to be the first step", place,
                                                      step_place(index - 1, map[index - 1].kind))};
  }
  if (index == 0 || !has_knots(map) || kind == MapKind::kCenter || kind == MapKind::kScale) return {};
  return Error{ErrorCode::kUnsupported,
               fmt::format("{}: follows {}, expected center or scale", place, step_place(0, MapKind::kKnots))};
}

Result<Shape> step_shape(const MapStep& step, const Shape& input, const std::string& place) {
  switch (step.kind) {
    case MapKind::kCenter:
    case MapKind::kScale:
      return diagonal_shape(step, input, place);
    case MapKind::kLinear:
      return linear_shape(step, input, place);
    case MapKind::kConv2d:
      return conv2d_shape(step, input, place);
    case MapKind::kAbs:
      return abs_shape(input, place);
    case MapKind::kKnots:
      return knots_shape(step, input, place);
    case MapKind::kConvexPotential:
      return potential_shape(step, input, place);
    case MapKind::kMaxMin:
      return maxmin_shape(input, place);
    case MapKind::kPixelUnshuffle:
      return unshuffled_shape(step, input, place);
  }
  return Error{ErrorCode::kBadFormat, fmt::format("{}: expected a known kind", place)};
}

MapStep diagonal_step(MapKind kind, std::vector<float> values) {
  MapStep step;
  step.kind = kind;
  step.values.shape = {static_cast<std::int64_t>(values.size())};
  step.values.values = std::move(values);
  return step;
}

}  // namespace

std::string_view map_kind_name(MapKind kind) {
  const auto* const found = std::ranges::find(kMapKinds, kind, &std::pair<MapKind, std::string_view>::first);
  return found == kMapKinds.end() ? "unknown" : found->second;
}

Result<MapKind> parse_map_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kMapKinds, name, &std::pair<MapKind, std::string_view>::second);
  if (found != kMapKinds.end()) return found->first;
  return Error{ErrorCode::kBadFormat,
               fmt::format("feature map kind is \"{}\", expected center, scale, linear, conv2d, abs, knots, "
                           "convex_potential, maxmin or pixel_unshuffle",
                           name)};
}

Result<std::vector<Shape>> infer_map_shapes(const FeatureMap& map, const Shape& input_shape) {
  STANDFAST_CHECK(checked_element_count(input_shape, "input"));
  std::vector<Shape> shapes;
  ComputedElements computed;
  STANDFAST_CHECK(computed.add(input_shape, "input"));
  for (std::size_t i = 0; i < map.size(); ++i) {
    const std::string place = step_place(i, map[i].kind);
    STANDFAST_CHECK(check_unused_fields(map[i], place));
    STANDFAST_CHECK(check_place_of_knots(map, i, place));
    STANDFAST_TRY(Shape shape, step_shape(map[i], i == 0 ? input_shape : shapes.back(), place));
    STANDFAST_CHECK(computed.add(shape, place));
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

bool is_separable(const FeatureMap& map) {
  for (std::size_t i = 0; i < map.size(); ++i) {
    const bool diagonal = map[i].kind == MapKind::kCenter || map[i].kind == MapKind::kScale;
    const bool last_abs = map[i].kind == MapKind::kAbs && i + 1 == map.size() && !has_knots(map);
    const bool first_knots = map[i].kind == MapKind::kKnots && i == 0;
    if (!diagonal && !last_abs && !first_knots) return false;
  }
  return true;
}

bool has_knots(const FeatureMap& map) { return !map.empty() && map.front().kind == MapKind::kKnots; }

bool is_deep(const FeatureMap& map) {
  return std::ranges::any_of(map, [](const MapStep& step) {
    return step.kind == MapKind::kConvexPotential || step.kind == MapKind::kMaxMin ||
           step.kind == MapKind::kPixelUnshuffle;
  });
}

bool is_affine_with_abs(const FeatureMap& map) {
  if (has_knots(map) || is_deep(map)) return false;
  const auto first_abs = std::ranges::find(map, MapKind::kAbs, &MapStep::kind);
  return first_abs == map.end() || first_abs + 1 == map.end();
}

FeatureMap identity_map(std::vector<float> mean) { return {diagonal_step(MapKind::kCenter, std::move(mean))}; }

FeatureMap standardise_map(std::vector<float> mean, std::vector<float> inverse_deviation) {
  return {diagonal_step(MapKind::kCenter, std::move(mean)),
          diagonal_step(MapKind::kScale, std::move(inverse_deviation))};
}

FeatureMap with_abs(FeatureMap map) {
  map.emplace_back().kind = MapKind::kAbs;
  return map;
}

}  // namespace standfast::model
