// Gzip'd files, unpacked in memory.
#pragma once

#include <cstddef>
#include <string>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Whether the bytes start like a gzip file.
[[nodiscard]] bool is_gzip(files::Bytes bytes);

/// What the gzip file holds, all its members one after the other; `name` stands for it in messages.
///
/// Fails: kBadFormat for damaged, truncated or trailing bytes, and for more than `limit` unpacked bytes.
/// Cost: memory for what was really unpacked, whatever lengths the file states.
Result<files::Buffer> inflate_gzip(files::Bytes bytes, const std::string& name, std::size_t limit);

}  // namespace standfast::data
