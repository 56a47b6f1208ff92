// A regular file of a known size: what is too large is refused before memory is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "standfast/result.hpp"

namespace standfast {

/// `expected` names the kind of file in messages: "a model file".
/// Fails: kIo for what is not a regular file; kBadFormat above max_bytes.
Result<std::size_t> regular_file_size(const std::string& path, const char* expected, std::uintmax_t max_bytes);

/// Fails: as regular_file_size; kIo.
Result<std::vector<std::byte>> read_whole_file(const std::string& path, const char* expected, std::uintmax_t max_bytes);

}  // namespace standfast
