// The constant of a map, as used in (C3), is at most the product of its steps'.
//
// Sums of n rounded terms carry a relative error of at most gamma_n = n u / (1 - n u), u = 2^-53; each bound below is
// multiplied by 1 + 2 (n + 8) u, which covers the sum, two powers of less than one unit in the last place each, a
// product or square root, and its own rounding, for n <= 2^31.
#include "model/lipschitz.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "model/geometry.hpp"
#include "model/schur_norm.hpp"
#include "model/spectral_norm.hpp"

namespace standfast::model {
namespace {

constexpr double kUnit = 0x1p-53;

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

/// The largest 2-norm of a row: at most ||W||_2 where a whole kernel fits into the image.
double largest_row(const Tensor& weight) {
  const std::size_t rows = static_cast<std::size_t>(weight.shape[0]), size = weight.values.size() / rows;
  double largest = 0;
  for (std::size_t o = 0; o < rows; ++o) {
    double squares = 0;
    for (std::size_t i = 0; i < size; ++i) squares += std::pow(static_cast<double>(weight.values[o * size + i]), 2);
    largest = std::max(largest, std::sqrt(squares));
  }
  return largest;
}

/// ||W||_2 of a step of a deep map: the spectral norm takes its time, and is asked only if it can be smaller.
double deep_norm_upper(const MapStep& step, const Shape& input, double close_enough) {
  const double schur = schur_norm_upper(affine_of(step, input));
  return schur <= close_enough ? schur : std::min(schur, matrix_lipschitz_upper(step, input, 2));
}

/// ||W||_p ||W^T||_p <= ||W||_1 ||W||_inf for every p, by Riesz-Thorin. For p = 2, the slopes I - W^T D W with D from 0
/// to I have their eigenvalues between 1 - ||W||^2 and 1.
double potential_lipschitz_upper(const MapStep& step, const Shape& input, double p) {
  const MatrixNorms norms = matrix_norms(step.values);
  const double any = (1 + norms.norm_1 * norms.norm_inf) * (1 + 8 * (norms.terms + 8) * kUnit);
  if (p != 2) return any;
  const double norm = deep_norm_upper(step, input, std::sqrt(2.0));
  return std::min(any, std::max(1.0, std::nextafter(multiply_up(norm, norm) - 1, kInfinity)));
}

double lipschitz_of_step(const MapStep& step, const Shape& input, double p, bool deep) {
  switch (step.kind) {
    case MapKind::kCenter:
      return 1;
    case MapKind::kScale:
      return largest_scale(step.values);
    case MapKind::kLinear:
    case MapKind::kConv2d:
      if (deep && p == 2) return deep_norm_upper(step, input, 1.0001 * largest_row(step.values));
      return matrix_lipschitz_upper(step, input, p);
    case MapKind::kAbs:
      return abs_lipschitz_upper(p);
    case MapKind::kKnots:
      return static_cast<double>(std::ranges::max(step.slopes.values));
    case MapKind::kConvexPotential:
      return potential_lipschitz_upper(step, input, p);
    case MapKind::kMaxMin:
    case MapKind::kPixelUnshuffle:
      return 1;
  }
  return kInfinity;
}

}  // namespace

double lipschitz_upper(const FeatureMap& map, const Shape& input_shape, Norm norm) {
  return product_upper(step_lipschitz_upper(map, input_shape, norm));
}

double product_upper(std::span<const double> factors) {
  double product = 1;
  for (const double factor : factors) product = multiply_up(product, factor);
  return product;
}

std::vector<double> step_lipschitz_upper(const FeatureMap& map, const Shape& input_shape, Norm norm) {
  assert(norm.p() >= 1 && "the l0 count is not a norm and has no Lipschitz constant");
  const auto shapes = infer_map_shapes(map, input_shape);
  assert(shapes.ok() && "the map was checked before");
  const bool deep = is_deep(map);
  std::vector<double> steps;
  for (std::size_t k = 0; k < map.size(); ++k) {
    steps.push_back(lipschitz_of_step(map[k], k == 0 ? input_shape : (*shapes)[k - 1], norm.p(), deep));
  }
  return steps;
}

}  // namespace standfast::model
