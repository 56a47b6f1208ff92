// Gzip'd files, unpacked in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Whether the bytes start like a gzip file.
[[nodiscard]] bool is_gzip(files::Bytes bytes);

/// As much as deflate can make of so many bytes. What a file states beyond it is a lie.
[[nodiscard]] constexpr std::uint64_t most_unpacked(std::uint64_t packed_bytes) {
  constexpr std::uint64_t kLargestRatio = 1032;  // 258 bytes for two bits
  return packed_bytes > UINT64_MAX / kLargestRatio ? UINT64_MAX : packed_bytes * kLargestRatio;
}

/// What the gzip file holds, all its members one after the other; `name` stands for it in messages.
///
/// Fails: kBadFormat for damaged, truncated or trailing bytes, and for more than `limit` unpacked bytes.
/// Cost: memory for what was really unpacked; of what the file states beyond it only addresses.
Result<files::Buffer> inflate_gzip(files::Bytes bytes, const std::string& name, std::size_t limit);

}  // namespace standfast::data
