// Newton-Schulz iterations towards the nearest orthonormal matrix.
#include "trainer/lipschitz/orthonormal.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace standfast::trainer {
namespace {

constexpr int kMostIterations = 200;
constexpr double kOrthonormal = 1e-12;  // the largest entry of V V^T - 1 that is taken for none

/// Row-major.
struct Matrix {
  std::size_t rows, columns;
  std::vector<double> values;

  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    return std::span(values).subspan(i * columns, columns);
  }
};

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Matrix transposed(const Matrix& m) {
  Matrix result = {m.columns, m.rows, std::vector<double>(m.values.size())};
  for (std::size_t i = 0; i < m.rows; ++i)
    for (std::size_t j = 0; j < m.columns; ++j) result.values[j * m.rows + i] = m.values[i * m.columns + j];
  return result;
}

/// V V^T. Shape: (rows, rows).
std::vector<double> gram(const Matrix& m) {
  std::vector<double> result(m.rows * m.rows);
  for (std::size_t i = 0; i < m.rows; ++i)
    for (std::size_t j = 0; j <= i; ++j) result[i * m.rows + j] = result[j * m.rows + i] = dot(m.row(i), m.row(j));
  return result;
}

/// One step of Newton and Schulz: 1.5 V - 0.5 V V^T V. Returns the largest entry of V V^T - 1 before it.
double nearer_orthonormal(Matrix& m) {
  const std::vector<double> products = gram(m);
  double largest = 0;
  for (std::size_t i = 0; i < products.size(); ++i)
    largest = std::max(largest, std::fabs(products[i] - (i % (m.rows + 1) == 0 ? 1 : 0)));
  std::vector<double> next(m.values.size());
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t k = 0; k < m.rows; ++k) {
      const double factor = (i == k ? 1.5 : 0) - 0.5 * products[i * m.rows + k];
      for (std::size_t j = 0; j < m.columns; ++j) next[i * m.columns + j] += factor * m.values[k * m.columns + j];
    }
  }
  m.values = std::move(next);
  return largest;
}

}  // namespace

std::vector<double> orthonormal(std::span<const float> matrix, std::int64_t rows, std::int64_t columns) {
  Matrix m = {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), {matrix.begin(), matrix.end()}};
  const bool wide = rows <= columns;
  if (!wide) m = transposed(m);
  // norm 1 at most, without which the steps need not converge
  const std::vector<double> products = gram(m);
  double largest = 0;
  for (std::size_t i = 0; i < m.rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < m.rows; ++j) sum += std::fabs(products[i * m.rows + j]);
    largest = std::max(largest, sum);
  }
  for (double& value : m.values) value /= std::sqrt(largest);
  for (int step = 0; step < kMostIterations && nearer_orthonormal(m) > kOrthonormal;) ++step;
  return wide ? m.values : transposed(m).values;
}

}  // namespace standfast::trainer
