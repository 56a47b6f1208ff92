// Shapes and Lipschitz constants of feature maps: the constant of a map, as used in (C3), is at most the product of its
// steps'.
//
// Sums of n rounded terms carry a relative error of at most gamma_n = n u / (1 - n u), u = 2^-53; each bound below is
// multiplied by 1 + 2 (n + 8) u, which covers the sum, two powers of less than one unit in the last place each, a
// product or square root, and its own rounding, for n <= 2^31.
#include "model/feature_map.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/shape.hpp"
#include "model/spectral_norm.hpp"

namespace standfast::model {
namespace {

constexpr std::array<std::pair<MapKind, std::string_view>, 6> kMapKinds = {{{MapKind::kCenter, "center"},
                                                                            {MapKind::kScale, "scale"},
                                                                            {MapKind::kLinear, "linear"},
                                                                            {MapKind::kConv2d, "conv2d"},
                                                                            {MapKind::kAbs, "abs"},
                                                                            {MapKind::kKnots, "knots"}}};
constexpr double kUnit = 0x1p-53;

std::string step_place(std::size_t index, MapKind kind) {
  return fmt::format("feature map step {} ({})", index, map_kind_name(kind));
}

bool absent(const Tensor& tensor) { return tensor.empty() && tensor.shape.empty(); }

Status check_unused_fields(const MapStep& step, const std::string& place) {
  const bool has_bias = step.kind == MapKind::kLinear || step.kind == MapKind::kConv2d;
  const bool plain_walk = step.stride == 1 && step.padding == 0 && step.dilation == 1;
  const bool has_slopes = step.kind == MapKind::kKnots;
  if ((has_bias || absent(step.bias)) && (has_slopes || absent(step.slopes)) &&
      (step.kind != MapKind::kAbs || absent(step.values)) && (step.kind == MapKind::kConv2d || plain_walk)) {
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
  }
  return Error{ErrorCode::kBadFormat, fmt::format("{}: expected a known kind", place)};
}

// The product rounded up; the residual of a tiny product may vanish, so there it always steps up.
double multiply_up(double a, double b) {
  if (a == 0 || b == 0) return 0;  // also if the other one overflowed
  const double product = a * b;
  const bool rounded_down = std::fma(a, b, -product) > 0 || product < 0x1p-900;
  return rounded_down ? std::nextafter(product, kInfinity) : product;
}

struct MatrixNorms {
  double norm_1 = 0;    // largest column sum of |W|
  double norm_inf = 0;  // largest row sum
  double frobenius = kInfinity;
  double terms = 0;  // summands in the longest sum
};

// A matrix, or a kernel whose taps are summed: then every shift of the kernel obeys the same bound, borders included.
MatrixNorms matrix_norms(const Tensor& weight) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]);
  const auto columns = static_cast<std::size_t>(weight.shape[1]);
  const std::size_t taps = weight.values.size() / (rows * columns);
  std::vector<double> row_sums(rows, 0.0);
  std::vector<double> column_sums(columns, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < weight.values.size(); ++i) {
    const double size = std::abs(static_cast<double>(weight.values[i]));
    row_sums[i / (columns * taps)] += size;
    column_sums[i / taps % columns] += size;
    squares += size * size;
  }
  MatrixNorms norms;
  norms.norm_1 = std::ranges::max(column_sums);
  norms.norm_inf = std::ranges::max(row_sums);
  norms.terms = static_cast<double>(weight.values.size());
  if (weight.shape.size() == 2) norms.frobenius = std::sqrt(squares);
  return norms;
}

// Riesz-Thorin: ||W||_p <= ||W||_1^(1/p) ||W||_inf^(1 - 1/p).
double matrix_lipschitz_upper(const MapStep& step, const Shape& input, double p) {
  const MatrixNorms norms = matrix_norms(step.values);
  const double slack = 1 + 2 * (norms.terms + 8) * kUnit;
  if (p == 1) return norms.norm_1 * slack;
  if (p == kInfinity) return norms.norm_inf * slack;
  // 1 - 1/p is rounded too: |log base| <= 2^8 times that rounding stays below 2^9 u, hence its own term
  const double exponent_slack = 1 + 0x1p10 * kUnit;
  double bound = std::pow(norms.norm_1, 1 / p) * std::pow(norms.norm_inf, 1 - 1 / p) * exponent_slack;
  if (p == 2) bound = std::min(std::sqrt(norms.norm_1) * std::sqrt(norms.norm_inf), norms.frobenius);
  return p == 2 ? std::min(bound * slack, spectral_norm_upper(step, input)) : bound * slack;
}

double largest_scale(const Tensor& scale) { return static_cast<double>(std::ranges::max(scale.values)); }

// 2^(1/p), exact for 1 and inf; elsewhere exp2 of a rounded exponent is within 8 u.
double abs_lipschitz_upper(double p) {
  if (p == 1) return 2;
  if (p == kInfinity) return 1;
  return std::exp2(1 / p) * (1 + 8 * kUnit);
}

double step_lipschitz_upper(const MapStep& step, const Shape& input, double p) {
  switch (step.kind) {
    case MapKind::kCenter:
      return 1;
    case MapKind::kScale:
      return largest_scale(step.values);
    case MapKind::kLinear:
    case MapKind::kConv2d:
      return matrix_lipschitz_upper(step, input, p);
    case MapKind::kAbs:
      return abs_lipschitz_upper(p);
    case MapKind::kKnots:
      return static_cast<double>(std::ranges::max(step.slopes.values));
  }
  return kInfinity;
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
               fmt::format("feature map kind is \"{}\", expected center, scale, linear, conv2d, abs or knots", name)};
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

double lipschitz_upper(const FeatureMap& map, const Shape& input_shape, Norm norm) {
  assert(norm.p() >= 1 && "the l0 count is not a norm and has no Lipschitz constant");
  const auto shapes = infer_map_shapes(map, input_shape);
  assert(shapes.ok() && "the map was checked before");
  double product = 1;
  for (std::size_t k = 0; k < map.size(); ++k) {
    product = multiply_up(product, step_lipschitz_upper(map[k], k == 0 ? input_shape : (*shapes)[k - 1], norm.p()));
  }
  return product;
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

bool is_affine_with_abs(const FeatureMap& map) {
  if (has_knots(map)) return false;
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
