// (C17): s^2 1 - A A^T has a Cholesky factor only if ||A||_2 <= s, but for roundings; for a convolution, this once for
// each frequency of the circular one that contains it.
//
// A product of a matrix with its transpose, of numbers of at most 1, is off by gamma_n in the Frobenius norm. A factor
// of M computed in any order is the exact one of a matrix at most gamma_(n+2) trace(M) from M in the norm 2: Rump,
// "Verification of positive definiteness", BIT Numerical Mathematics 46, 2006. Both are added to s^2.
#include "model/spectral_norm.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "base/rounding.hpp"
#include "model/shape.hpp"

namespace standfast::model {
namespace {

constexpr double kMostProducts = 0x1p30;  // time to load a map, against a closer bound for large ones
constexpr int kGuessSteps = 100;          // towards the norm, from below: the first guess
constexpr double kFirstExcess = 0x1p-20;  // of s^2 over the guess, four times as much with each failure
constexpr double kSlack = 1.01;           // bounds on errors are short sums themselves
constexpr double kUnderflow = 0x1p-900;   // more than all products that underflow can lose
constexpr double kPhaseError = 0x1p-46;   // of a sum of weights times sines, per unit of weight

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// Row-major.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> at;

  Matrix(std::size_t r, std::size_t c) : rows(r), columns(c), at(r * c, 0.0) {}
};

double frobenius_upper(const Matrix& a) {
  double squares = 0;
  for (const double v : a.at) squares += v * v;
  return std::sqrt(squares) * (1 + gamma_n(a.at.size() + 8)) + kUnderflow;
}

/// (A / scale) (A / scale)^T, rounded: the upper triangle, and zeros below it.
Matrix gram_matrix(const Matrix& a, double scale) {
  Matrix columns(a.columns, a.rows);  // side by side, so that the sums of a row of the product run in step
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t c = 0; c < a.columns; ++c) columns.at[c * a.rows + i] = a.at[i * a.columns + c] / scale;
  Matrix product(a.rows, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    double* const sums = product.at.data() + i * a.rows;
    for (std::size_t c = 0; c < a.columns; ++c) {
      const double* const column = columns.at.data() + c * a.rows;
      const double factor = column[i];
      for (std::size_t j = i; j < a.rows; ++j) sums[j] += factor * column[j];
    }
  }
  return product;
}

/// Whether Cholesky's factorisation of level 1 - `gram` runs to its end.
bool has_factor(const Matrix& gram, double level) {
  Matrix rest = gram;
  const std::size_t n = rest.rows;
  for (double& v : rest.at) v = -v;
  for (std::size_t i = 0; i < n; ++i) rest.at[i * n + i] += level;
  for (std::size_t k = 0; k < n; ++k) {
    double* const row = rest.at.data() + k * n;
    if (!(row[k] > 0)) return false;
    const double root = std::sqrt(row[k]);
    for (std::size_t j = k; j < n; ++j) row[j] /= root;
    for (std::size_t i = k + 1; i < n; ++i) {
      double* const below = rest.at.data() + i * n;
      const double factor = row[i];
      for (std::size_t j = i; j < n; ++j) below[j] -= factor * row[j];
    }
  }
  return true;
}

/// The largest eigenvalue of a matrix given by its upper triangle, by power iteration: a guess, from below.
double guess_of_norm(const Matrix& gram) {
  const std::size_t n = gram.rows;
  std::vector<double> v(n), product(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = 1 + std::sin(static_cast<double>(i));  // unlike what weights are made of
  double guess = 0;
  for (int step = 0; step < kGuessSteps; ++step) {
    std::ranges::fill(product, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double* const row = gram.at.data() + i * n;
      product[i] += row[i] * v[i];
      for (std::size_t j = i + 1; j < n; ++j) {
        product[i] += row[j] * v[j];
        product[j] += row[j] * v[i];
      }
    }
    guess = std::sqrt(std::inner_product(product.begin(), product.end(), product.begin(), 0.0));
    if (!(guess > 0)) return 0;
    for (std::size_t i = 0; i < n; ++i) v[i] = product[i] / guess;
  }
  return guess;
}

/// At least ||A||_2, and little more than the larger of it and `known`, a bound that others need: that one is tried
/// first.
double norm_upper(const Matrix& a, double known) {
  const double frobenius = frobenius_upper(a);
  if (!(frobenius < kInfinity)) return frobenius;
  const Matrix gram = gram_matrix(a, frobenius);
  const auto n = static_cast<double>(a.rows);
  const auto bound = [&](double level) {
    const double lost = kSlack * (gamma_n(a.columns + 8) + (n + 1) * gamma_n(a.rows + 8) * level) + kUnderflow;
    return frobenius * std::sqrt(level + lost) * (1 + 8 * kUnitRoundoff);
  };
  const double known_level = known / frobenius * (known / frobenius);
  if (known_level >= 1) return frobenius;
  if (has_factor(gram, known_level)) return bound(known_level);
  const double guess = guess_of_norm(gram);
  for (double excess = kFirstExcess; guess > 0 && guess * (1 + excess) < 1; excess *= 4)
    if (has_factor(gram, guess * (1 + excess))) return bound(guess * (1 + excess));
  return frobenius;
}

/// Whether `count` such matrices are affordable, with a few factorisations each.
bool is_affordable(double count, double rows, double columns) {
  return count * rows * rows * (columns / 2 + rows / 2) <= kMostProducts;
}

double dense_norm_upper(const Tensor& weight) {
  const std::size_t outputs = size(weight.shape[0]), inputs = size(weight.shape[1]);
  const bool wide = outputs <= inputs;
  Matrix a(std::min(outputs, inputs), std::max(outputs, inputs));
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < inputs; ++i) {
      a.at[wide ? o * a.columns + i : i * a.columns + o] = weight.values[o * inputs + i];
    }
  }
  const bool affordable = is_affordable(1, static_cast<double>(a.rows), static_cast<double>(a.columns));
  return affordable ? norm_upper(a, 0) : frobenius_upper(a);
}

/// One axis of a convolution on a torus of `period` outputs, each `stride` inputs apart: tap k reads the input of phase
/// phase[k], whole[k] outputs farther.
struct Axis {
  std::int64_t period = 1;
  std::vector<std::int64_t> phase, whole;

  Axis(const MapStep& step, std::int64_t input, std::int64_t taps) {
    const std::int64_t kernel_extent = step.dilation * (taps - 1);
    const std::int64_t outputs = (input + 2 * step.padding - kernel_extent - 1) / step.stride + 1;
    const std::int64_t behind =
        (outputs - 1) * step.stride + kernel_extent - step.padding + 1;  // the last tap of the last output
    // neither what lies before the image nor what lies behind it comes round to the image again
    const std::int64_t length = std::max(input + step.padding, behind);
    period = std::max(outputs, (length + step.stride - 1) / step.stride);
    for (std::int64_t k = 0; k < taps; ++k) {
      phase.push_back(k * step.dilation % step.stride);
      whole.push_back(k * step.dilation / step.stride);
    }
  }
};

/// The matrix of one frequency, (outputs, channels and phases), as a real one of twice the size with the same norm.
class Symbol {
 public:
  Symbol(const MapStep& step, const Shape& input)
      : weight_(&step.values),
        down_(step, input[1], step.values.shape[2]),
        right_(step, input[2], step.values.shape[3]),
        phases_(step.stride),
        rows_(size(weight_->shape[0])),
        columns_(size(weight_->shape[1] * phases_ * phases_)) {}

  [[nodiscard]] const Axis& down() const { return down_; }
  [[nodiscard]] const Axis& right() const { return right_; }
  [[nodiscard]] std::size_t rows() const { return 2 * std::min(rows_, columns_); }
  [[nodiscard]] std::size_t columns() const { return 2 * std::max(rows_, columns_); }

  [[nodiscard]] Matrix at(std::int64_t down, std::int64_t right) const {
    Matrix real(rows(), columns());
    const bool wide = rows_ <= columns_;
    const std::size_t half_rows = rows() / 2, half_columns = columns() / 2;
    for_each_tap([&](std::size_t o, std::size_t c, std::int64_t ky, std::int64_t kx, double w) {
      const double turn = fraction_of(down * down_.whole[size(ky)], down_.period) +
                          fraction_of(right * right_.whole[size(kx)], right_.period);
      const double cosine = w * std::cos(2 * std::numbers::pi * (turn - std::floor(turn)));
      const double sine = w * std::sin(2 * std::numbers::pi * (turn - std::floor(turn)));
      const std::size_t row = wide ? o : c, column = wide ? c : o;
      double* const upper = real.at.data() + row * real.columns + column;
      double* const lower = upper + half_rows * real.columns;
      upper[0] += cosine;
      upper[half_columns] -= sine;
      lower[0] += sine;
      lower[half_columns] += cosine;
    });
    return real;
  }

  /// What the rounded matrix and the true one can be apart.
  [[nodiscard]] double error() const {
    Matrix sizes(rows_, columns_);
    for_each_tap([&](std::size_t o, std::size_t c, std::int64_t, std::int64_t, double w) {
      sizes.at[o * columns_ + c] += std::fabs(w);
    });
    const double taps = static_cast<double>(weight_->shape[2] * weight_->shape[3]);
    return 2 * (1 + taps * 0x1p-6) * kPhaseError * frobenius_upper(sizes);
  }

 private:
  static double fraction_of(std::int64_t steps, std::int64_t period) {
    return static_cast<double>(steps % period) / static_cast<double>(period);
  }

  template <class Visit>
  void for_each_tap(Visit&& visit) const {
    const float* w = weight_->values.data();
    for (std::size_t o = 0; o < rows_; ++o) {
      for (std::int64_t c = 0; c < weight_->shape[1]; ++c) {
        for (std::int64_t ky = 0; ky < weight_->shape[2]; ++ky) {
          for (std::int64_t kx = 0; kx < weight_->shape[3]; ++kx) {
            const std::int64_t phase = down_.phase[size(ky)] * phases_ + right_.phase[size(kx)];
            visit(o, size(c * phases_ * phases_ + phase), ky, kx, *w++);
          }
        }
      }
    }
  }

  const Tensor* weight_;
  Axis down_, right_;
  std::int64_t phases_;  ///< The number of phases of each axis: the stride.
  std::size_t rows_, columns_;
};

double convolution_norm_upper(const MapStep& step, const Shape& input) {
  const Symbol symbol(step, input);
  // the weights are real: opposite frequencies have the same norm
  const std::int64_t half = symbol.down().period / 2 + 1;
  const double frequencies = static_cast<double>(half) * static_cast<double>(symbol.right().period);
  if (!is_affordable(frequencies, static_cast<double>(symbol.rows()), static_cast<double>(symbol.columns())))
    return kInfinity;
  double largest = 0;
  for (std::int64_t down = 0; down < half; ++down) {
    for (std::int64_t right = 0; right < symbol.right().period; ++right) {
      largest = std::max(largest, norm_upper(symbol.at(down, right), largest));
    }
  }
  return (largest + symbol.error()) * (1 + 8 * kUnitRoundoff);
}

}  // namespace

double spectral_norm_upper(const MapStep& step, const Shape& input) {
  return step.values.shape.size() == 4 ? convolution_norm_upper(step, input) : dense_norm_upper(step.values);
}

}  // namespace standfast::model
