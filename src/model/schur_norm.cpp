// (C52). Products of two float32 numbers are exact in float64; a sum of n of them is off by gamma_n times the sum of
// their sizes, which is at most the product of the two rows' norms (Cauchy-Schwarz).
#include "model/schur_norm.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "base/rounding.hpp"
#include "standfast/threat.hpp"

namespace standfast::model {
namespace {

constexpr double kMostOverlaps = 0x1p30;
constexpr int kPowerSteps = 60;
constexpr double kSmallestShare = 0x1p-60;  // of the largest q; any q > 0 proves a bound

/// Kernels of one size, one row of `channels` numbers per tap: row r, tap t begins at (r * taps + t) * channels.
struct Kernels {
  std::size_t rows = 0, channels = 0;
  std::int64_t height = 1, width = 1;
  std::int64_t stride = 1, dilation = 1;
  std::vector<double> at;

  [[nodiscard]] std::size_t taps() const { return static_cast<std::size_t>(height * width); }
  [[nodiscard]] std::span<const double> tap(std::size_t row, std::size_t t) const {
    return std::span(at).subspan((row * taps() + t) * channels, channels);
  }
  [[nodiscard]] double products() const {
    const auto taps_squared = static_cast<double>(taps() * taps());
    return static_cast<double>(rows) * static_cast<double>(rows + 1) / 2 * static_cast<double>(channels) * taps_squared;
  }
};

/// The rows of W, or its columns as rows. Columns of a convolution need a stride of 1: then all pixels are alike.
Kernels kernels_of(const Affine& op, bool columns) {
  const Shape& w = op.weight->shape;
  Kernels k;
  const auto outputs = static_cast<std::size_t>(w[0]), inputs = static_cast<std::size_t>(w[1]);
  k.rows = columns ? inputs : outputs;
  k.channels = columns ? outputs : inputs;
  if (op.is_conv) {
    k.height = w[2];
    k.width = w[3];
    k.stride = op.stride;
    k.dilation = op.dilation;
  }
  k.at.resize(op.weight->values.size());
  for (std::size_t o = 0, from = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < inputs; ++i) {
      for (std::size_t t = 0; t < k.taps(); ++t, ++from) {
        const std::size_t row = columns ? i : o, channel = columns ? o : i;
        k.at[(row * k.taps() + t) * k.channels + channel] = op.weight->values[from];
      }
    }
  }
  return k;
}

/// sum over all shifts d of |sum_y K_i(y) . K_j(y + d)|, rounded up: how row i of W W^T sees channel j.
class Overlap {
 public:
  explicit Overlap(const Kernels& kernels)
      : kernels_(&kernels), sums_(static_cast<std::size_t>((2 * kernels.height - 1) * (2 * kernels.width - 1))) {
    const std::size_t size = kernels.taps() * kernels.channels;
    for (std::size_t r = 0; r < kernels.rows; ++r) {
      const double* const row = kernels.at.data() + r * size;
      norms_.push_back(std::sqrt(std::inner_product(row, row + size, row, 0.0)) * (1 + gamma_n(size + 8)));
    }
  }

  double operator()(std::size_t i, std::size_t j) {
    std::ranges::fill(sums_, 0.0);
    for (std::size_t t = 0; t < kernels_->taps(); ++t) {
      for (std::size_t s = 0; s < kernels_->taps(); ++s) {
        const std::int64_t shift = index_of_shift(t, s);
        if (shift < 0) continue;
        const auto a = kernels_->tap(i, t), b = kernels_->tap(j, s);
        sums_[static_cast<std::size_t>(shift)] =
            std::inner_product(a.begin(), a.end(), b.begin(), sums_[static_cast<std::size_t>(shift)]);
      }
    }
    double total = 0;
    for (const double sum : sums_) total += std::fabs(sum);
    const auto shifts = static_cast<double>(sums_.size());
    const double lost = shifts * gamma_n(kernels_->taps() * kernels_->channels + 2) * norms_[i] * norms_[j];
    return (total + lost) * (1 + gamma_n(sums_.size() + 8));
  }

 private:
  /// Which shift brings tap s over tap t; -1 if no two rows of W are that far apart.
  [[nodiscard]] std::int64_t index_of_shift(std::size_t t, std::size_t s) const {
    const auto tap = static_cast<std::int64_t>(t), other = static_cast<std::int64_t>(s);
    const std::int64_t down = tap / kernels_->width - other / kernels_->width;
    const std::int64_t right = tap % kernels_->width - other % kernels_->width;
    const std::int64_t e = kernels_->dilation, stride = kernels_->stride;
    if (down * e % stride != 0 || right * e % stride != 0) return -1;
    return (down + kernels_->height - 1) * (2 * kernels_->width - 1) + right + kernels_->width - 1;
  }

  const Kernels* kernels_;
  std::vector<double> sums_, norms_;
};

/// max_i sum_j a_ij q_j / q_i, rounded up, where q comes close to the eigenvector of the largest eigenvalue.
/// Shape: a is (n, n), symmetric, >= 0.
double least_row_sum(std::span<const double> a, std::size_t n) {
  std::vector<double> q(n, 1.0), product(n);
  double least = kInfinity;
  for (int step = 0; step < kPowerSteps; ++step) {
    double largest = 0, largest_product = 0;
    for (std::size_t i = 0; i < n; ++i) {
      product[i] = std::inner_product(q.begin(), q.end(), a.begin() + static_cast<std::ptrdiff_t>(i * n), 0.0);
      largest = std::max(largest, product[i] / q[i]);
      largest_product = std::max(largest_product, product[i]);
    }
    least = std::min(least, largest);
    if (!(largest_product > 0 && largest_product < kInfinity)) break;
    // half a step: an eigenvalue of the other sign would make whole ones swing
    for (std::size_t i = 0; i < n; ++i) q[i] = std::max((q[i] + product[i] / least) / 2, kSmallestShare);
    const double scale = *std::ranges::max_element(q);
    for (double& share : q) share = std::max(share / scale, kSmallestShare);
  }
  return least * (1 + gamma_n(n + 8));
}

double norm_of(const Kernels& kernels) {
  const std::size_t n = kernels.rows;
  Overlap overlap(kernels);
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) a[i * n + j] = a[j * n + i] = overlap(i, j);
  }
  // what underflows in a product of two float32 numbers is far below the last term
  return std::sqrt(least_row_sum(a, n)) * (1 + 8 * kUnitRoundoff) + 0x1p-400;
}

}  // namespace

double schur_norm_upper(const Affine& op) {
  double least = kInfinity;
  for (const bool columns : {false, true}) {
    if (columns && op.is_conv && op.stride != 1) continue;
    const Kernels kernels = kernels_of(op, columns);
    if (kernels.products() <= kMostOverlaps) least = std::min(least, norm_of(kernels));
  }
  return least;
}

}  // namespace standfast::model
