// What a network does to each unit or window by itself. One code for a tile and for one input: `lanes` values per unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/lanes.hpp"
#include "model/tensor.hpp"

namespace standfast::infer {

/// x of several inputs, row-major, as a tile; lanes without an input become 0. Shape: x is (count, dim).
void copy_to_tile(std::span<const float> x, std::size_t count, float* tile);
/// One input's values into a lane of a tile, and back. Shape: one is (units).
template <class Value>
void copy_to_lane(std::span<const Value> one, std::size_t lane, Value* tile) {
  for (std::size_t i = 0; i < one.size(); ++i) tile[i * kLanes + lane] = one[i];
}
template <class Value>
void copy_from_lane(const Value* tile, std::size_t lane, std::span<Value> one) {
  for (std::size_t i = 0; i < one.size(); ++i) one[i] = tile[i * kLanes + lane];
}
/// Lanes count, count + 1, ... of each unit become 0.
void clear_idle_lanes(std::span<float> tile, std::size_t count);

/// y = x - value, y = x * value, a value per unit or one for all. Shape: y is (units * lanes).
void subtract_center(const float* x, const model::Tensor& values, std::span<float> y, std::size_t lanes);
void multiply_by_scale(const float* x, const model::Tensor& values, std::span<float> y, std::size_t lanes);
/// y = (x, |x|). Shape: x is half as long as y.
void append_abs(const float* x, std::span<float> y);
/// Of blocks 2 j and 2 j + 1 of `block` values, the larger ones and the smaller ones. Shape: x is as long as y.
void order_pairs(const float* x, std::span<float> y, std::size_t block);

/// y = max(x, 0), slope = 1 if x > 0, else 0.
void apply_relu(const float* x, std::span<float> y, std::span<float> slope);
/// y = a + b.
void add_values(const float* a, const float* b, std::span<float> y);

/// y = min(y, x), and the winner of each element that x has lowered becomes `index`. A NaN stays or comes.
void lower_to(const float* x, std::int32_t index, std::span<float> y, std::span<std::int32_t> winner);

/// target = source, or target += source.
void send_dual(std::span<const float> source, bool adds, float* target);
/// target = slope * source, or target += slope * source.
void send_through_slopes(std::span<const float> source, std::span<const float> slope, bool adds, float* target);

/// Windows of an image of (channels, height, width) at fixed distances; one over everything is {1, 1, n, 1, n, 1}.
struct Windows {
  std::int64_t channels, height, width;
  std::int64_t kernel_height, kernel_width, stride;
};
/// The largest of each window, the first of equals, and its flat index.
void find_window_maxima(const Windows& windows, const float* x, std::span<float> y, std::span<std::int32_t> winner,
                        std::size_t lanes);
/// target = or += source where the winner is `index`, 0 elsewhere.
void send_to_picked(std::span<const float> source, std::span<const std::int32_t> winner, std::int32_t index, bool adds,
                    float* target);
/// target[winner] += source.
void send_to_winners(std::span<const float> source, std::span<const std::int32_t> winner, std::size_t lanes,
                     float* target);

}  // namespace standfast::infer
