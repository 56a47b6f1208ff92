// Weights packed for both passes: stacked linear maps, convolutions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/panels.hpp"
#include "model/tensor.hpp"

namespace standfast::infer {

/// Scratch memory of the passes.
struct AffineScratch {
  std::vector<const float*> rows;  ///< The weights of the units whose dual is not 0.
  std::vector<float> scales;       ///< The duals of these units.
  std::vector<kernels::Tap> taps;  ///< The taps of one position of a convolution.
  AlignedFloats image;             ///< The padded image of one input.
  AlignedFloats hidden;            ///< The units of a convex potential.
};

/// y = W x + b for one or several matrices W that read the same x, whose y lie one after the other.
class LinearMap {
 public:
  /// Shape: weight is (out, in); in is the same for all. Requires: the weights outlive this.
  void append_rows(const model::Tensor& weight, const model::Tensor& bias);
  /// Packs the appended weights for the forward pass and, if asked, for the backward pass of tiles.
  void pack_weights(bool with_backward);

  [[nodiscard]] std::size_t outputs() const { return rows_.size(); }
  /// lanes is kLanes for a tile, 1 for one input.
  void forward(const kernels::Kernels& kernels, const float* x, float* y, std::size_t lanes) const;
  /// gradient = or += W^T dual.
  void backward(const kernels::Kernels& kernels, const float* dual, bool adds, float* gradient, std::size_t lanes,
                AffineScratch& scratch) const;

 private:
  std::size_t inputs_ = 0;
  std::vector<const float*> rows_;  // of the weights as they are
  std::vector<float> bias_;
  kernels::Panels forward_, backward_;
};

/// y = conv(x) + b.
class ConvMap {
 public:
  ConvMap(const kernels::ConvShape& shape, const model::Tensor& weight, const model::Tensor& bias, bool with_backward);

  /// Makes room in the scratch memory for this convolution.
  void reserve_scratch(AffineScratch& scratch) const;
  void forward(const kernels::Kernels& kernels, const float* x, float* y, std::size_t lanes,
               AffineScratch& scratch) const;
  void backward(const kernels::Kernels& kernels, const float* dual, bool adds, float* gradient, std::size_t lanes,
                AffineScratch& scratch) const;

 private:
  kernels::Conv forward_;
  std::optional<kernels::Conv> backward_;
  kernels::Start start_;
};

}  // namespace standfast::infer
