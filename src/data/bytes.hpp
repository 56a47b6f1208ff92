// Bytes from a file and the checks that come before any allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "files/bytes.hpp"

namespace standfast::data {

/// No reader unpacks more than this from one file, however small the file is.
inline constexpr std::size_t kMaxUnpackedBytes = std::size_t{8} << 30;

inline std::uint32_t big_endian_u32(files::Bytes bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  return value;
}

/// The product of the extents; nothing if one is negative or the product is above `limit`.
inline std::optional<std::size_t> bounded_product(std::span<const std::int64_t> extents, std::size_t limit) {
  std::size_t product = 1;
  bool empty = false;
  for (const auto extent : extents) {
    if (extent < 0) return std::nullopt;
    empty = empty || extent == 0;
  }
  if (empty) return 0;  // whatever the other extents are
  for (const auto extent : extents) {
    const auto factor = static_cast<std::size_t>(extent);
    if (product > limit / factor) return std::nullopt;
    product *= factor;
  }
  return product;
}

}  // namespace standfast::data
