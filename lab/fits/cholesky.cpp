// Left-looking blocks: what earlier columns contribute is subtracted as one matrix product, then the block is
// factorised and the rows below it are solved (Golub and Van Loan, 4th ed., section 4.2). The inverse comes from
// forward substitution, a panel of columns at a time. Each element is summed in one order, so that the bits do not
// depend on the threads.
#include "lab/fits/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kBlock = 8 * kDoublePanel;  // wider: more in matrix products; narrower: less in plain loops

/// Subtracts from columns [first, first + width) what the columns before them contribute, rows from `first` down.
void subtract_before(std::vector<double>& matrix, std::size_t size, std::size_t first, std::size_t width,
                     std::size_t threads) {
  parallel_for((width + kDoublePanel - 1) / kDoublePanel, 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t panel = begin; panel < end; ++panel) {
      const std::size_t column = first + panel * kDoublePanel;
      const std::size_t lanes = std::min(kDoublePanel, first + width - column);
      std::vector<double> right(first * kDoublePanel, 0.0);
      for (std::size_t lane = 0; lane < lanes; ++lane)
        for (std::size_t k = 0; k < first; ++k) right[k * kDoublePanel + lane] = -matrix[(column + lane) * size + k];
      std::vector<double> sums((size - first) * kDoublePanel, 0.0);
      multiply_panel(matrix.data() + first * size, size - first, first, size, right.data(), sums.data());
      for (std::size_t r = first; r < size; ++r)
        for (std::size_t lane = 0; lane < lanes; ++lane)
          matrix[r * size + column + lane] += sums[(r - first) * kDoublePanel + lane];
    }
  });
}

Status factorise_block(std::vector<double>& matrix, std::size_t size, std::size_t first, std::size_t width) {
  for (std::size_t j = first; j < first + width; ++j) {
    double* row = matrix.data() + j * size;
    for (std::size_t i = first; i < j; ++i) {
      const double* above = matrix.data() + i * size;
      for (std::size_t k = first; k < i; ++k) row[i] -= row[k] * above[k];
      row[i] /= above[i];
      row[j] -= row[i] * row[i];
    }
    if (!(row[j] > 0))
      return Error{ErrorCode::kBadValue, "whitening: the covariance is not positive definite at feature " +
                                             std::to_string(j) + "; use a larger ridge"};
    row[j] = std::sqrt(row[j]);
  }
  return {};
}

/// Rows below the block: x L_block^T = row, solved column by column.
void solve_below(std::vector<double>& matrix, std::size_t size, std::size_t first, std::size_t width,
                 std::size_t threads) {
  const std::size_t below = first + width;
  parallel_for(size - below, 32, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = below + begin; r < below + end; ++r) {
      double* row = matrix.data() + r * size;
      for (std::size_t j = first; j < below; ++j) {
        const double* above = matrix.data() + j * size;
        for (std::size_t k = first; k < j; ++k) row[j] -= row[k] * above[k];
        row[j] /= above[j];
      }
    }
  });
}

}  // namespace

Status factorise(std::vector<double>& matrix, std::size_t size, std::size_t threads) {
  for (std::size_t first = 0; first < size; first += kBlock) {
    const std::size_t width = std::min(kBlock, size - first);
    subtract_before(matrix, size, first, width, threads);
    STANDFAST_CHECK(factorise_block(matrix, size, first, width));
    solve_below(matrix, size, first, width, threads);
  }
  for (std::size_t r = 0; r < size; ++r)
    std::fill(matrix.begin() + static_cast<std::ptrdiff_t>(r * size + r + 1),
              matrix.begin() + static_cast<std::ptrdiff_t>((r + 1) * size), 0.0);
  return {};
}

std::vector<double> invert_lower(const std::vector<double>& factor, std::size_t size, std::size_t threads) {
  const std::size_t panels = (size + kDoublePanel - 1) / kDoublePanel;
  std::vector<double> inverse(panels * size * kDoublePanel, 0.0);
  parallel_for(panels, 1, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<double> sums(kBlock * kDoublePanel);
    for (std::size_t panel = begin; panel < end; ++panel) {
      double* x = inverse.data() + panel * size * kDoublePanel;
      const std::size_t start = panel * kDoublePanel;  // the rows above it are 0
      for (std::size_t first = start; first < size; first += kBlock) {
        const std::size_t width = std::min(kBlock, size - first);
        std::fill(sums.begin(), sums.end(), 0.0);
        multiply_panel(factor.data() + first * size + start, width, first - start, size, x + start * kDoublePanel,
                       sums.data());
        for (std::size_t r = first; r < first + width; ++r) {
          double* row = x + r * kDoublePanel;
          for (std::size_t lane = 0; lane < kDoublePanel; ++lane)
            row[lane] = (r == start + lane ? 1.0 : 0.0) - sums[(r - first) * kDoublePanel + lane];
          for (std::size_t k = first; k < r; ++k)
            for (std::size_t lane = 0; lane < kDoublePanel; ++lane)
              row[lane] -= factor[r * size + k] * x[k * kDoublePanel + lane];
          for (std::size_t lane = 0; lane < kDoublePanel; ++lane) row[lane] /= factor[r * size + r];
        }
      }
    }
  });
  return inverse;
}

}  // namespace standfast::lab
