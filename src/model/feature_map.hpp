// Feature maps phi: a list of steps, each Lipschitz with a known constant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensor.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::model {

enum class MapKind {
  kCenter,  ///< u - values; values (1) for all features or one per feature.
  kScale,   ///< u * values, values > 0; (1) or one per feature.
  kLinear,  ///< weight u + bias: values (out, in), bias (out) or absent.
  kConv2d,  ///< A zero-padded convolution: values (out, in, kh, kw), bias (out) or absent.
  kAbs,     ///< (u, |u|), joined along the first axis: (n) -> (2n), (c, h, w) -> (2c, h, w).
  /// An increasing piecewise linear function of each feature, 0 at its first knot (model/knots.hpp): values (features,
  /// knots), which do not fall, and slopes (features, knots + 1), > 0. The first step; only centres and scales follow.
  kKnots,
  /// u - W^T relu(W u + b), a convex potential layer: values W (hidden, in) or (hidden, in, kh, kw), bias b (hidden) or
  /// absent. W^T is the adjoint, so that the shape stays. 1-Lipschitz in the norm 2 if ||W||_2^2 <= 2.
  /// Source: Meunier et al., ICML 2022; Araujo et al., ICLR 2023.
  kConvexPotential,
  kMaxMin,          ///< Neighbours along the first axis, 2 j and 2 j + 1, become their maximum and their minimum.
  kPixelUnshuffle,  ///< Squares of `stride` pixels become channels: (c, h, w) -> (c s^2, h / s, w / s).
};

/// Beyond it a feature's kinks are treated as those of a map that mixes features; a knots step may not have more.
inline constexpr std::size_t kMostKinks = 16;

/// "center", "scale", "linear", "conv2d", "abs", "knots", "convex_potential", "maxmin", "pixel_unshuffle": the names in
/// the model file.
std::string_view map_kind_name(MapKind kind);
Result<MapKind> parse_map_kind(std::string_view name);

struct MapStep {
  MapKind kind = MapKind::kCenter;
  Tensor values;
  Tensor bias;
  std::int64_t stride = 1;  ///< Of convolutions and of a pixel_unshuffle.
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  Tensor slopes = {};  ///< Of a knots step.

  friend bool operator==(const MapStep&, const MapStep&) = default;
};

/// phi = the last step after ... after the first; no step is the identity.
using FeatureMap = std::vector<MapStep>;

/// The output shape of each step. Fails: kBadShape, kBadValue (a scale <= 0, a value that is not finite).
Result<std::vector<Shape>> infer_map_shapes(const FeatureMap& map, const Shape& input_shape);

/// Whether there is a step between the data and the abs at the end that bends and mixes features, so that only
/// Lipschitz constants tell what a change does: a convex potential, a maxmin or a pixel_unshuffle.
[[nodiscard]] bool is_deep(const FeatureMap& map);

/// A map that acts on each feature alone: u_i = scale_i * (x_i - kink_i), and |u_i| beside it if `abs` is set; or
/// u_i = scale_i * psi_i(x_i) - centre_i for a knots step psi. True of centres and scales with at most one abs, the
/// last step, or one knots step, the first. The separable certificates need it.
[[nodiscard]] bool is_separable(const FeatureMap& map);

/// Whether the map begins with a knots step.
[[nodiscard]] bool has_knots(const FeatureMap& map);

/// u = v or (v, |v|) with v affine in x: centres, scales, linear maps and convolutions, and at most one abs, the last
/// step. The certificates of the input space need it; separable maps are the case in which v acts on each feature
/// alone.
[[nodiscard]] bool is_affine_with_abs(const FeatureMap& map);

/// The maps a user chooses from.
FeatureMap identity_map(std::vector<float> mean);
FeatureMap standardise_map(std::vector<float> mean, std::vector<float> inverse_deviation);
FeatureMap with_abs(FeatureMap map);

}  // namespace standfast::model
