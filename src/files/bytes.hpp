// Bytes in memory, and the two views of them: as bytes and as text.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace standfast::files {

using Bytes = std::span<const std::byte>;
using Buffer = std::vector<std::byte>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // a char may alias any byte
}
inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

}  // namespace standfast::files
