// Shape checks with messages; every product is bounded before it is formed.
#include "model/shape.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"

namespace standfast::model {
namespace {

Status check_range(std::int64_t value, std::int64_t lowest, const char* what, const std::string& place) {
  if (value >= lowest && value <= kMaxElements) return {};
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: {} is {}, expected {} to {}", place, what, value, lowest, kMaxElements)};
}

// Extents and geometry are at most 2^31, so nothing here exceeds 2^63.
std::int64_t conv_extent(std::int64_t input, std::int64_t kernel, const ConvGeometry& geometry) {
  const std::int64_t kernel_extent = geometry.dilation * (kernel - 1) + 1;
  const std::int64_t room = input + 2 * geometry.padding - kernel_extent;
  return room < 0 ? 0 : room / geometry.stride + 1;
}

}  // namespace

std::string shape_text(const Shape& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

Result<std::size_t> checked_element_count(const Shape& shape, const std::string& place) {
  if (shape.empty() || shape.size() > kMaxRank) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: shape has {} extents, expected 1 to {}", place, shape.size(), kMaxRank)};
  }
  for (const auto extent : shape) {
    if (extent < 1) {
      return Error{ErrorCode::kBadShape,
                   fmt::format("{}: shape is {}, expected extents of at least 1", place, shape_text(shape))};
    }
  }
  std::int64_t count = 1;
  for (const auto extent : shape) {
    if (extent > kMaxElements / count) {
      return Error{ErrorCode::kUnsupported,
                   fmt::format("{}: shape is {}, expected at most 2^31 elements", place, shape_text(shape))};
    }
    count *= extent;
  }
  return static_cast<std::size_t>(count);
}

Status ComputedElements::add(const Shape& shape, const std::string& place) {
  count_ += static_cast<std::int64_t>(element_count(shape));
  if (count_ <= kMaxComputedElements) return {};
  return Error{ErrorCode::kUnsupported,
               fmt::format("{}: {} elements are computed up to here, expected at most 2^24 = {} in a model", place,
                           count_, kMaxComputedElements)};
}

Status check_size(const Tensor& tensor, const std::string& place) {
  STANDFAST_TRY(const std::size_t count, checked_element_count(tensor.shape, place));
  if (tensor.values.size() != count) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: has {} values, expected {} for shape {}", place,
                                                   tensor.values.size(), count, shape_text(tensor.shape))};
  }
  return {};
}

Status check_finite(const Tensor& tensor, const std::string& place) {
  // compares exponents, so that the compiler can take several values at a time
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t largest = 0;
  for (const float value : tensor.values) largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & kExponent);
  if (largest < kExponent) return {};
  const auto bad = std::ranges::find_if(tensor.values, [](float value) { return !std::isfinite(value); });
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: value {} is {}, expected a finite number", place, bad - tensor.values.begin(), *bad)};
}

Status check_tensor(const Tensor& tensor, const std::string& place) {
  STANDFAST_CHECK(check_size(tensor, place));
  return check_finite(tensor, place);
}

Result<Shape> conv2d_output_shape(const Shape& input, const Shape& weight, const ConvGeometry& geometry,
                                  const std::string& place) {
  if (input.size() != 3) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: input is {}, expected (channels, height, width)", place, shape_text(input))};
  }
  if (weight.size() != 4 || weight[1] != input[0]) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: weight is {}, expected (out, {}, kernel height, kernel width)",
                                                   place, shape_text(weight), input[0])};
  }
  STANDFAST_CHECK(check_range(geometry.stride, 1, "stride", place));
  STANDFAST_CHECK(check_range(geometry.padding, 0, "padding", place));
  STANDFAST_CHECK(check_range(geometry.dilation, 1, "dilation", place));
  const std::int64_t reach = geometry.dilation * (std::max(weight[2], weight[3]) - 1) + 1;
  if (geometry.padding >= reach) {
    return Error{
        ErrorCode::kBadValue,
        fmt::format("{}: padding is {}, expected less than {}, the reach of a {} by {} kernel with dilation {}", place,
                    geometry.padding, reach, weight[2], weight[3], geometry.dilation)};
  }
  Shape output = {weight[0], conv_extent(input[1], weight[2], geometry), conv_extent(input[2], weight[3], geometry)};
  if (output[1] < 1 || output[2] < 1) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: input is {}, expected at least the reach of a {} by {} kernel with dilation {}",
                             place, shape_text(input), weight[2], weight[3], geometry.dilation)};
  }
  STANDFAST_CHECK(checked_element_count(output, place + " output"));
  return output;
}

}  // namespace standfast::model
