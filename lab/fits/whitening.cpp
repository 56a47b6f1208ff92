// The covariance in float64, in panels; a ridge on its diagonal; its Cholesky factor and that factor's inverse from
// cholesky.cpp; then z = L^-1 (x - mean) in float32. L^-1 is lower triangular, and products stop at its diagonal. Only
// planes_on_inputs has to be accurate: what the rest rounds makes planes harder to find, not wrong.
#include "lab/fits/whitening.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "lab/fits/cholesky.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kInputsAtOnce = 512;  // inputs at a time: their panels stay in the second cache

std::vector<double> mean_of(const Dataset& data) {
  std::vector<double> mean(data.dim(), 0.0);
  for (std::size_t i = 0; i < data.count(); ++i)
    for (std::size_t f = 0; f < mean.size(); ++f) mean[f] += static_cast<double>(data.row(i)[f]);
  for (double& value : mean) value /= static_cast<double>(data.count());
  return mean;
}

/// Centred inputs [first, first + length), one feature after the other: (dim, length).
std::vector<double> centred_by_feature(const Dataset& data, const std::vector<double>& mean, std::size_t first,
                                       std::size_t length) {
  std::vector<double> chunk(mean.size() * length);
  for (std::size_t i = 0; i < length; ++i) {
    const auto x = data.row(first + i);
    for (std::size_t f = 0; f < mean.size(); ++f) chunk[f * length + i] = static_cast<double>(x[f]) - mean[f];
  }
  return chunk;
}

/// The lower triangle of the covariance.
std::vector<double> covariance(const Dataset& data, const std::vector<double>& mean, std::size_t threads) {
  const std::size_t dim = mean.size();
  const std::size_t panels = (dim + kDoublePanel - 1) / kDoublePanel;
  std::vector<double> sums(panels * dim * kDoublePanel, 0.0);
  for (std::size_t first = 0; first < data.count(); first += kInputsAtOnce) {
    const std::size_t length = std::min(kInputsAtOnce, data.count() - first);
    const auto chunk = centred_by_feature(data, mean, first, length);
    parallel_for(panels, 4, threads, [&](std::size_t begin, std::size_t end) {
      std::vector<double> right(length * kDoublePanel);
      for (std::size_t panel = begin; panel < end; ++panel) {
        const std::size_t column = panel * kDoublePanel;
        std::ranges::fill(right, 0.0);
        for (std::size_t lane = 0; lane < std::min(kDoublePanel, dim - column); ++lane)
          for (std::size_t i = 0; i < length; ++i) right[i * kDoublePanel + lane] = chunk[(column + lane) * length + i];
        multiply_panel(chunk.data() + column * length, dim - column, length, length, right.data(),
                       sums.data() + (panel * dim + column) * kDoublePanel);
      }
    });
  }
  std::vector<double> matrix(dim * dim, 0.0);
  for (std::size_t r = 0; r < dim; ++r)
    for (std::size_t c = 0; c <= r; ++c)
      matrix[r * dim + c] =
          sums[(c / kDoublePanel * dim + r) * kDoublePanel + c % kDoublePanel] / static_cast<double>(data.count());
  return matrix;
}

void add_ridge(std::vector<double>& matrix, std::size_t dim, double ridge, bool common) {
  double average = 0;
  for (std::size_t f = 0; f < dim; ++f) average += matrix[f * dim + f] / static_cast<double>(dim);
  for (std::size_t f = 0; f < dim; ++f) {
    const double variance = common ? average : matrix[f * dim + f];
    matrix[f * dim + f] += ridge * ridge * (variance > 0 ? variance : 1);
  }
}

Status check(const Dataset& data, double ridge) {
  if (data.count() == 0 || data.dim() == 0)
    return Error{ErrorCode::kBadShape, data.source + ": found no input, expected some of both classes"};
  if (data.dim() > Whitening::kMaxFeatures)
    return Error{ErrorCode::kUnsupported, data.source + ": found " + std::to_string(data.dim()) +
                                              " features, separating knows up to " +
                                              std::to_string(Whitening::kMaxFeatures)};
  if (!(ridge > 0 && std::isfinite(ridge)))
    return Error{ErrorCode::kBadOption, "ridge: found " + std::to_string(ridge) + ", expected a number above 0"};
  if (!std::ranges::all_of(data.features, [](float x) { return std::isfinite(x); }))
    return Error{ErrorCode::kBadValue, data.source + ": found a feature that is not finite, expected numbers"};
  return {};
}

}  // namespace

Result<Whitening> Whitening::fit(const Dataset& data, double ridge, std::size_t threads) {
  STANDFAST_CHECK(check(data, ridge));
  Whitening whitening;
  whitening.dim_ = data.dim();
  whitening.mean_ = mean_of(data);
  auto matrix = covariance(data, whitening.mean_, threads);
  add_ridge(matrix, data.dim(), ridge, data.is_image);
  STANDFAST_CHECK(factorise(matrix, data.dim(), threads));
  whitening.inverse_ = invert_lower(matrix, data.dim(), threads);
  return whitening;
}

Rows Whitening::apply(const Dataset& data, float bias, std::size_t threads) const {
  Rows rows;
  rows.count = data.count();
  rows.stride = round_up(dim_ + 1, kVectorBlock);
  rows.values.assign(rows.count * rows.stride, 0.0F);
  for (std::size_t first = 0; first < rows.count; first += kInputsAtOnce) {
    const std::size_t length = std::min(kInputsAtOnce, rows.count - first);
    std::vector<float> centred(length * dim_);
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t f = 0; f < dim_; ++f)
        centred[i * dim_ + f] = static_cast<float>(static_cast<double>(data.row(first + i)[f]) - mean_[f]);
    parallel_for((dim_ + kFloatPanel - 1) / kFloatPanel, 2, threads, [&](std::size_t begin, std::size_t end) {
      std::vector<float> turned(length * kFloatPanel);
      for (std::size_t panel = begin; panel < end; ++panel) {
        const std::size_t start = panel * kFloatPanel;
        const std::size_t lanes = std::min(kFloatPanel, dim_ - start);
        const std::size_t inner = start + lanes;  // L^-1 is lower triangular
        std::vector<float> right(inner * kFloatPanel, 0.0F);
        for (std::size_t c = 0; c < inner; ++c)
          for (std::size_t lane = 0; lane < lanes; ++lane)
            right[c * kFloatPanel + lane] = static_cast<float>(
                inverse_[(c / kDoublePanel * dim_ + start + lane) * kDoublePanel + c % kDoublePanel]);
        std::ranges::fill(turned, 0.0F);
        multiply_panel(centred.data(), length, inner, dim_, right.data(), turned.data());
        for (std::size_t i = 0; i < length; ++i)
          std::copy_n(turned.data() + i * kFloatPanel, lanes, rows.row(first + i) + start);
      }
    });
  }
  for (std::size_t i = 0; i < rows.count; ++i) rows.row(i)[dim_] = bias;
  return rows;
}

Planes Whitening::planes_on_inputs(const Planes& planes, std::size_t threads) const {
  Planes folded{std::vector<double>(planes.weights.size()), planes.offsets};
  const std::size_t count = planes.count();
  parallel_for((dim_ + kDoublePanel - 1) / kDoublePanel, 4, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<double> sums(count * kDoublePanel);
    for (std::size_t panel = begin; panel < end; ++panel) {
      std::ranges::fill(sums, 0.0);
      multiply_panel(planes.weights.data(), count, dim_, dim_, inverse_.data() + panel * dim_ * kDoublePanel,
                     sums.data());
      for (std::size_t j = 0; j < count; ++j)
        for (std::size_t lane = 0; lane < std::min(kDoublePanel, dim_ - panel * kDoublePanel); ++lane)
          folded.weights[j * dim_ + panel * kDoublePanel + lane] = sums[j * kDoublePanel + lane];
    }
  });
  for (std::size_t j = 0; j < count; ++j)
    for (std::size_t f = 0; f < dim_; ++f) folded.offsets[j] -= folded.weights[j * dim_ + f] * mean_[f];
  return folded;
}

}  // namespace standfast::lab
