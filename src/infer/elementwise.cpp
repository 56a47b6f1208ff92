// Plain loops that a compiler vectorises over lanes. A maximum keeps the first of equal elements as its winner, and a
// ReLU at 0 counts as inactive: the choices of the tangent minorant (the lemma on slopes, docs/certificates.md).
#include "infer/elementwise.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::infer {
namespace {

template <class Operation>
void apply_per_unit(const float* x, const model::Tensor& values, std::span<float> y, std::size_t lanes,
                    Operation&& operation) {
  const bool common = values.values.size() == 1;
  for (std::size_t unit = 0; unit * lanes < y.size(); ++unit) {
    const float value = values.values[common ? 0 : unit];
    for (std::size_t i = unit * lanes; i < (unit + 1) * lanes; ++i) y[i] = operation(x[i], value);
  }
}

template <std::size_t kCount>
void find_largest(const Windows& w, std::int64_t first, const float* x, float* y, std::int32_t* winner) {
  float best[kCount];
  std::int32_t at[kCount];
  for (std::size_t i = 0; i < kCount; ++i) {
    best[i] = x[static_cast<std::size_t>(first) * kCount + i];
    at[i] = static_cast<std::int32_t>(first);
  }
  for (std::int64_t row = 0; row < w.kernel_height; ++row) {
    for (std::int64_t column = 0; column < w.kernel_width; ++column) {
      const std::int64_t unit = first + row * w.width + column;
      const float* other = x + static_cast<std::size_t>(unit) * kCount;
      for (std::size_t i = 0; i < kCount; ++i) {
        at[i] = other[i] > best[i] ? static_cast<std::int32_t>(unit) : at[i];
        best[i] = other[i] > best[i] ? other[i] : best[i];
      }
    }
  }
  std::copy_n(best, kCount, y);
  std::copy_n(at, kCount, winner);
}

template <std::size_t kCount>
void for_each_window(const Windows& w, const float* x, float* y, std::int32_t* winner) {
  for (std::int64_t c = 0; c < w.channels; ++c) {
    for (std::int64_t row = 0; row + w.kernel_height <= w.height; row += w.stride) {
      for (std::int64_t column = 0; column + w.kernel_width <= w.width; column += w.stride) {
        find_largest<kCount>(w, (c * w.height + row) * w.width + column, x, y, winner);
        y += kCount;
        winner += kCount;
      }
    }
  }
}

}  // namespace

void copy_to_tile(std::span<const float> x, std::size_t count, float* tile) {
  const std::size_t dim = x.size() / count;
  constexpr std::size_t kUnits = 16;  // one cache line of each input at a time
  for (std::size_t first = 0; first < dim; first += kUnits) {
    const std::size_t end = std::min(first + kUnits, dim);
    for (std::size_t lane = 0; lane < count; ++lane) {
      const float* row = x.data() + lane * dim;
      for (std::size_t unit = first; unit < end; ++unit) tile[unit * kLanes + lane] = row[unit];
    }
  }
  clear_idle_lanes({tile, dim * kLanes}, count);
}

void clear_idle_lanes(std::span<float> tile, std::size_t count) {
  if (count == kLanes) return;
  for (std::size_t first = 0; first < tile.size(); first += kLanes) {
    std::fill_n(tile.begin() + static_cast<std::ptrdiff_t>(first + count), kLanes - count, 0.0F);
  }
}

void subtract_center(const float* x, const model::Tensor& values, std::span<float> y, std::size_t lanes) {
  apply_per_unit(x, values, y, lanes, [](float v, float value) { return v - value; });
}

void multiply_by_scale(const float* x, const model::Tensor& values, std::span<float> y, std::size_t lanes) {
  apply_per_unit(x, values, y, lanes, [](float v, float value) { return v * value; });
}

void append_abs(const float* x, std::span<float> y) {
  const std::size_t half = y.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    y[i] = x[i];
    y[half + i] = std::fabs(x[i]);
  }
}

void order_pairs(const float* x, std::span<float> y, std::size_t block) {
  for (std::size_t first = 0; first < y.size(); first += 2 * block) {
    for (std::size_t i = first; i < first + block; ++i) {
      y[i] = std::max(x[i], x[i + block]);
      y[i + block] = std::min(x[i], x[i + block]);
    }
  }
}

void apply_relu(const float* x, std::span<float> y, std::span<float> slope) {
  float* out = y.data();
  float* slopes = slope.data();
  for (std::size_t i = 0; i < y.size(); ++i) {
    slopes[i] = x[i] > 0 ? 1.0F : 0.0F;
    out[i] = x[i] > 0 ? x[i] : 0.0F;
  }
}

void add_values(const float* a, const float* b, std::span<float> y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = a[i] + b[i];
}

void lower_to(const float* x, std::int32_t index, std::span<float> y, std::span<std::int32_t> winner) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!(x[i] < y[i] || std::isnan(x[i]))) continue;
    y[i] = x[i];
    winner[i] = index;
  }
}

void send_dual(std::span<const float> source, bool adds, float* target) {
  if (!adds) {
    std::copy(source.begin(), source.end(), target);
    return;
  }
  for (std::size_t i = 0; i < source.size(); ++i) target[i] += source[i];
}

void send_through_slopes(std::span<const float> source, std::span<const float> slope, bool adds, float* target) {
  if (!adds) {
    for (std::size_t i = 0; i < source.size(); ++i) target[i] = slope[i] * source[i];
    return;
  }
  for (std::size_t i = 0; i < source.size(); ++i) target[i] += slope[i] * source[i];
}

void find_window_maxima(const Windows& windows, const float* x, std::span<float> y, std::span<std::int32_t> winner,
                        std::size_t lanes) {
  if (lanes == 1) {
    for_each_window<1>(windows, x, y.data(), winner.data());
  } else {
    for_each_window<kLanes>(windows, x, y.data(), winner.data());
  }
}

void send_to_picked(std::span<const float> source, std::span<const std::int32_t> winner, std::int32_t index, bool adds,
                    float* target) {
  for (std::size_t i = 0; i < source.size(); ++i) {
    target[i] = (winner[i] == index ? source[i] : 0.0F) + (adds ? target[i] : 0.0F);
  }
}

void send_to_winners(std::span<const float> source, std::span<const std::int32_t> winner, std::size_t lanes,
                     float* target) {
  for (std::size_t first = 0; first < source.size(); first += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      target[static_cast<std::size_t>(winner[first + lane]) * lanes + lane] += source[first + lane];
    }
  }
}

}  // namespace standfast::infer
