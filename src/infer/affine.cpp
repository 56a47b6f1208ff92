// Affine maps by way of the kernels: a tile goes through packed panels, one input through the sparse routines.
//
// Backward, one input adds up only the rows of units whose dual is not 0, straight from the model's weights: the dual
// behind an inactive ReLU is 0. Takes for granted that the model outlives the map.
#include "infer/affine.hpp"

#include <algorithm>
#include <cassert>

namespace standfast::infer {
namespace {

const float kZero = 0;
constexpr kernels::Start kFromZero{&kZero, 0, 0};
constexpr kernels::Start kFromTarget{nullptr, 0, 0};

/// The bias of a convolution: none, one value per channel, or one per output.
kernels::Start conv_start(const model::Tensor& bias, const kernels::ConvShape& shape) {
  if (bias.empty()) return kFromZero;
  const auto plane = static_cast<std::size_t>(shape.out_height * shape.out_width);
  if (bias.values.size() == static_cast<std::size_t>(shape.out_channels)) return {bias.values.data(), 1, 0};
  return {bias.values.data(), plane, 1};
}

}  // namespace

void LinearMap::append_rows(const model::Tensor& weight, const model::Tensor& bias) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]);
  inputs_ = static_cast<std::size_t>(weight.shape[1]);
  for (std::size_t row = 0; row < rows; ++row) {
    rows_.push_back(weight.values.data() + row * inputs_);
    bias_.push_back(bias.empty() ? 0.0F : bias.values[row]);
  }
}

void LinearMap::pack_weights(bool with_backward) {
  forward_ = kernels::Panels::pack(rows_.size(), inputs_,
                                   [this](std::size_t row, std::size_t term) { return rows_[row][term]; });
  if (!with_backward) return;
  backward_ = kernels::Panels::pack(inputs_, rows_.size(),
                                    [this](std::size_t row, std::size_t term) { return rows_[term][row]; });
}

void LinearMap::forward(const kernels::Kernels& kernels, const float* x, float* y, std::size_t lanes) const {
  const kernels::Start start{bias_.data(), 1, 0};
  if (lanes == 1) {
    kernels.linear_one(forward_.product(), start, x, y);
  } else {
    kernels.linear_tile(forward_.product(), start, x, y);
  }
}

void LinearMap::backward(const kernels::Kernels& kernels, const float* dual, bool adds, float* gradient,
                         std::size_t lanes, AffineScratch& scratch) const {
  if (lanes != 1) {
    kernels.linear_tile(backward_.product(), adds ? kFromTarget : kFromZero, dual, gradient);
    return;
  }
  std::size_t active = 0;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (dual[row] == 0) continue;
    scratch.rows[active] = rows_[row];
    scratch.scales[active++] = dual[row];
  }
  if (!adds) std::fill_n(gradient, inputs_, 0.0F);
  kernels.add_rows(scratch.rows.data(), scratch.scales.data(), active, inputs_, gradient);
}

ConvMap::ConvMap(const kernels::ConvShape& shape, const model::Tensor& weight, const model::Tensor& bias,
                 bool with_backward)
    : forward_(kernels::Conv::pack_forward(shape, weight.values)), start_(conv_start(bias, shape)) {
  if (with_backward) backward_ = kernels::Conv::pack_backward(shape, weight.values);
}

void ConvMap::reserve_scratch(AffineScratch& scratch) const {
  for (const kernels::Conv* conv : {&forward_, backward_ ? &*backward_ : &forward_}) {
    scratch.taps.resize(std::max(scratch.taps.size(), conv->terms()));
    scratch.image.resize(std::max(scratch.image.size(), conv->image_size()));
  }
}

void ConvMap::forward(const kernels::Kernels& kernels, const float* x, float* y, std::size_t lanes,
                      AffineScratch& scratch) const {
  forward_.convolve(kernels, start_, x, y, lanes, {scratch.taps, scratch.image});
}

void ConvMap::backward(const kernels::Kernels& kernels, const float* dual, bool adds, float* gradient,
                       std::size_t lanes, AffineScratch& scratch) const {
  assert(backward_);
  backward_->convolve(kernels, adds ? kFromTarget : kFromZero, dual, gradient, lanes, {scratch.taps, scratch.image});
}

}  // namespace standfast::infer
