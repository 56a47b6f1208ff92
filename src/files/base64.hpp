// Bytes as text, in the one spelling that RFC 4648 calls canonical: a file has no second form with the same meaning.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace standfast::files {

std::string base64_of(std::span<const std::byte> bytes);

/// Nothing for text that base64_of does not write: other letters, missing padding, bits beyond the last byte.
std::optional<std::vector<std::byte>> base64_bytes(std::string_view text);

}  // namespace standfast::files
