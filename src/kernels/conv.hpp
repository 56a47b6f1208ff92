// A convolution, or its adjoint, as sparse sums: at each position, the terms whose input lies inside the image, in the
// order of the weights. Neighbours with the same terms are worked on together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/panels.hpp"

namespace standfast::kernels {

/// A 2-d convolution with zero padding over one (channels, height, width) image.
struct ConvShape {
  std::int64_t channels, height, width;
  std::int64_t out_channels, out_height, out_width;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride, padding, dilation;
};

/// Along one axis: which kernel elements fall on the image at each position, and where. They are an arithmetic
/// progression, whatever stride and dilation are.
class Axis {
 public:
  struct Elements {
    std::uint32_t count = 0;                    ///< The number of elements inside the image.
    std::uint32_t kernel = 0, kernel_step = 0;  ///< The first of them in the kernel, and the step to the next.
    std::uint32_t offset = 0;                   ///< What the first one reads, counted from base().
    std::int32_t offset_step = 0;               ///< The step from what one reads to what the next one reads.
    friend bool operator==(const Elements&, const Elements&) = default;
  };

  /// reads(position, element) is the index that is read, or -1 for none.
  template <class Reads>
  Axis(std::int64_t positions, std::int64_t elements, Reads&& reads);

  [[nodiscard]] std::size_t positions() const { return places_.size(); }
  [[nodiscard]] std::size_t base(std::size_t position) const { return places_[position].base; }
  [[nodiscard]] const Elements& elements_at(std::size_t position) const { return places_[position].elements; }
  /// How many positions from here on have the same elements, with bases at a fixed distance, which is `step`.
  [[nodiscard]] std::size_t count_alike(std::size_t position, std::size_t& step) const;

 private:
  struct Place {
    std::size_t base;
    Elements elements;
  };
  std::vector<Place> places_;
};

/// Scratch memory of a convolution: terms() taps, image_size() floats.
struct ConvScratch {
  std::span<Tap> taps;
  std::span<float> image;
};

class Conv {
 public:
  /// y = conv(x). Shape: weight is (out_channels, channels, kernel_height, kernel_width).
  static Conv pack_forward(const ConvShape& shape, std::span<const float> weight);
  /// gradient = the adjoint of conv, applied to a dual.
  static Conv pack_backward(const ConvShape& shape, std::span<const float> weight);

  /// The largest number of terms of a sum.
  [[nodiscard]] std::size_t terms() const { return panels_.product().terms; }
  [[nodiscard]] std::size_t image_size() const;

  /// y = start + the sums, for a tile or, if lanes == 1, for one input.
  ///
  /// Shape: start.row_step and position_step as for all positions, row-major. Cost: no allocation.
  void convolve(const Kernels& kernels, const Start& start, const float* x, float* y, std::size_t lanes,
                const ConvScratch& scratch) const;

 private:
  struct Extents {
    std::size_t channels, height, width, kernel_height, kernel_width;
  };
  /// The image with zeros left and right of it, so that all columns have the same terms. One input is worked on like
  /// this if the stride is 1: its neighbours then take the part of a tile's lanes.
  struct Wide {
    Axis columns;
    std::size_t left, width;
  };
  Conv(Axis rows, Axis columns, std::optional<Wide> wide, Panels panels, const Extents& read);
  static std::optional<Wide> widen_image(std::int64_t positions, std::int64_t elements, std::int64_t extent,
                                         std::int64_t first, std::int64_t element_step);

  std::size_t list_taps(const Axis::Elements& rows, const Axis::Elements& columns, std::size_t width,
                        std::span<Tap> taps) const;
  void convolve_wide(const Kernels& kernels, const Start& start, const float* x, float* y,
                     const ConvScratch& scratch) const;

  Axis rows_, columns_;
  std::optional<Wide> wide_;
  Panels panels_;
  Extents read_;  // the image that is read, and the kernel that reads it
};

}  // namespace standfast::kernels
