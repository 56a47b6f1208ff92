// Centres the inputs halfway between the class means, divides by deviations and solves (covariance + 1) w = difference
// of the means by conjugate gradients (Hestenes and Stiefel, 1952), without ever forming the covariance. float32 is
// enough: the classifier is only compared with, and proves nothing. Both classes must have inputs.
#include "lab/fits/linear_discriminant.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr int kSteps = 100;         // bounds the time; the ridge keeps the condition low
constexpr double kSmallest = 1e-6;  // of the first residual: test accuracy settles long before

using Vector = std::vector<float>;

std::vector<double> class_mean(const Dataset& data, std::span<const std::uint8_t> positive, bool which) {
  std::vector<double> mean(data.dim(), 0.0);
  double count = 0;
  for (std::size_t i = 0; i < data.count(); ++i) {
    if ((positive[i] != 0) != which) continue;
    count += 1;
    for (std::size_t f = 0; f < mean.size(); ++f) mean[f] += static_cast<double>(data.row(i)[f]);
  }
  for (double& value : mean) value /= count;
  return mean;
}

/// Inputs less `centre`, each feature divided by its deviation; returns what was divided by.
std::vector<double> scale_rows(const Dataset& data, const std::vector<double>& centre, Rows& rows) {
  const std::size_t dim = data.dim();
  std::vector<double> scales(dim, 0.0);
  for (std::size_t i = 0; i < data.count(); ++i)
    for (std::size_t f = 0; f < dim; ++f) {
      const double difference = static_cast<double>(data.row(i)[f]) - centre[f];
      scales[f] += difference * difference / static_cast<double>(data.count());
    }
  double average = 0;
  for (const double square : scales) average += square / static_cast<double>(dim);
  for (double& scale : scales) scale = std::sqrt(data.is_image ? average : scale);
  for (double& scale : scales) scale = scale > 0 ? scale : 1;
  rows.count = data.count();
  rows.stride = round_up(dim, kVectorBlock);
  rows.values.assign(rows.count * rows.stride, 0.0F);
  for (std::size_t i = 0; i < rows.count; ++i)
    for (std::size_t f = 0; f < dim; ++f)
      rows.row(i)[f] = static_cast<float>((static_cast<double>(data.row(i)[f]) - centre[f]) / scales[f]);
  return scales;
}

/// (covariance + 1) w
Vector covariance_product(const Rows& rows, const Vector& w) {
  Vector result = w;
  for (std::size_t i = 0; i < rows.count; ++i)
    add_scaled(dot(rows.row(i), w.data(), rows.stride) / static_cast<float>(rows.count), rows.row(i), result.data(),
               rows.stride);
  return result;
}

Vector conjugate_gradients(const Rows& rows, Vector residual) {
  const std::size_t size = residual.size();
  Vector w(size, 0.0F);
  Vector direction = residual;
  float square = dot(residual.data(), residual.data(), size);
  const double enough = kSmallest * kSmallest * static_cast<double>(square);
  for (int step = 0; step<kSteps&& static_cast<double>(square)> enough; ++step) {
    const Vector image = covariance_product(rows, direction);
    const float length = square / dot(direction.data(), image.data(), size);
    add_scaled(length, direction.data(), w.data(), size);
    add_scaled(-length, image.data(), residual.data(), size);
    const float next = dot(residual.data(), residual.data(), size);
    for (std::size_t f = 0; f < size; ++f) direction[f] = residual[f] + next / square * direction[f];
    square = next;
  }
  return w;
}

}  // namespace

Planes linear_discriminant(const Dataset& data, std::span<const std::uint8_t> positive) {
  const auto above = class_mean(data, positive, true);
  const auto below = class_mean(data, positive, false);
  std::vector<double> centre;
  for (std::size_t f = 0; f < data.dim(); ++f) centre.push_back((above[f] + below[f]) / 2);
  Rows rows;
  const auto scales = scale_rows(data, centre, rows);
  Vector difference(rows.stride, 0.0F);
  for (std::size_t f = 0; f < data.dim(); ++f) difference[f] = static_cast<float>((above[f] - below[f]) / scales[f]);
  const Vector w = conjugate_gradients(rows, std::move(difference));
  Planes plane{{}, {0.0}};
  for (std::size_t f = 0; f < data.dim(); ++f) {
    plane.weights.push_back(static_cast<double>(w[f]) / scales[f]);
    plane.offsets[0] -= plane.weights[f] * centre[f];
  }
  return plane;
}

}  // namespace standfast::lab
