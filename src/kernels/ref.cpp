// The reference: plain loops in portable C++. The innermost loop runs over inputs or rows, so that a compiler may
// vectorise it without reordering a sum.
#include "kernels/sets.hpp"

namespace standfast::kernels {
namespace {

struct Row {
  const float* weight;  // of term 0
  std::size_t step;     // from term to term
};
Row row_of(const Product& product, std::size_t row) {
  const std::size_t first = row / kPanelRows * kPanelRows;
  const std::size_t left = product.rows - first;
  return {product.panels + first * product.terms + (row - first), left < kPanelRows ? left : kPanelRows};
}

void start_from(const Start& start, std::size_t row, std::size_t position, float* y, std::size_t count) {
  if (start.bias == nullptr) return;
  const float bias = start.bias[row * start.row_step + position * start.position_step];
  for (std::size_t i = 0; i < count; ++i) y[i] = bias;
}

void add_scaled(float scale, const float* x, float* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] += scale * x[i];
}

void linear(const Product& product, const Start& start, const float* x, float* y, std::size_t stride,
            std::size_t lanes) {
  for (std::size_t r = 0; r < product.rows; ++r) {
    const Row row = row_of(product, r);
    float* sum = y + r * stride;
    start_from(start, r, 0, sum, lanes);
    for (std::size_t t = 0; t < product.terms; ++t) add_scaled(row.weight[t * row.step], x + t * stride, sum, lanes);
  }
}

void linear_tile(const Product& product, const Start& start, const float* x, float* y) {
  linear(product, start, x, y, kLanes, kLanes);
}

void linear_one(const Product& product, const Start& start, const float* x, float* y) {
  linear(product, start, x, y, 1, 1);
}

void add_rows(const float* const* rows, const float* scale, std::size_t count, std::size_t columns, float* y) {
  for (std::size_t r = 0; r < count; ++r) add_scaled(scale[r], rows[r], y, columns);
}

void taps(const Product& product, const Start& start, const Run& run, const float* x, float* y, std::size_t stride,
          std::size_t lanes) {
  for (std::size_t r = 0; r < product.rows; ++r) {
    const Row row = row_of(product, r);
    for (std::size_t p = 0; p < run.positions; ++p) {
      float* sum = y + (r * run.row_stride + p) * stride;
      start_from(start, r, p, sum, lanes);
      for (std::size_t i = 0; i < run.tap_count; ++i) {
        const Tap tap = run.taps[i];
        add_scaled(row.weight[tap.term * row.step], x + (p * run.step + tap.unit) * stride, sum, lanes);
      }
    }
  }
}

void taps_tile(const Product& product, const Start& start, const Run& run, const float* x, float* y) {
  taps(product, start, run, x, y, kLanes, kLanes);
}

void taps_one(const Product& product, const Start& start, const Run& run, const float* x, float* y) {
  taps(product, start, run, x, y, 1, 1);
}

}  // namespace

constinit const Kernels kReference = {linear_tile, linear_one, add_rows, taps_tile, taps_one, taps_one};

}  // namespace standfast::kernels
