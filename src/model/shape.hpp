// Shapes checked before anything is allocated or indexed: what the graph and the feature maps have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/tensor.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

/// Indices into one array fit 32 bits up to here.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;
/// The elements that the input, the steps of a feature map and the nodes of a graph may have together: a file of a few
/// hundred bytes may ask for as many, and a pass holds several numbers for each. The largest presets have a sixtieth.
inline constexpr std::int64_t kMaxComputedElements = std::int64_t{1} << 24;
/// A batch of images has four extents; this leaves room, and bounds what a message prints.
inline constexpr std::size_t kMaxRank = 8;

/// "(64, 12)".
std::string shape_text(const Shape& shape);

/// The number of elements of a shape from a file; `place` opens the message.
/// Fails: kBadShape for no or more than kMaxRank extents or one < 1, kUnsupported for more than kMaxElements elements.
Result<std::size_t> checked_element_count(const Shape& shape, const std::string& place);

/// Adds up the elements of what a model computes, and ends where they are too many.
class ComputedElements {
 public:
  /// Fails: kUnsupported for more than kMaxComputedElements in all. Requires: a checked shape.
  Status add(const Shape& shape, const std::string& place);

 private:
  std::int64_t count_ = 0;
};

/// As many values as the shape says. Fails: kBadShape; kUnsupported for more than kMaxElements elements.
Status check_size(const Tensor& tensor, const std::string& place);
/// No value is infinite or a NaN. Fails: kBadValue.
Status check_finite(const Tensor& tensor, const std::string& place);
/// Both.
Status check_tensor(const Tensor& tensor, const std::string& place);

/// How the windows of a convolution lie on its input.
struct ConvGeometry {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
};

/// The output shape (out, oh, ow) of a zero-padded convolution.
///
/// Shape: input is (in, h, w), weight is (out, in, kh, kw), both with checked extents.
/// Fails: kBadShape, kBadValue for a stride or dilation < 1, for a padding < 0 and for one that is not below the
/// kernel's reach, dilation * (side - 1) + 1 of its longer side, so that whole windows would see nothing; kUnsupported
/// for too large an output.
Result<Shape> conv2d_output_shape(const Shape& input, const Shape& weight, const ConvGeometry& geometry,
                                  const std::string& place);

}  // namespace standfast::model
