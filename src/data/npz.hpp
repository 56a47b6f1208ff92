// Arrays inside an NPZ file: a ZIP archive of NPY files, read with libzip.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// One unpacked member.
struct NpzMember {
  std::string name;     ///< The array's name, without ".npy".
  files::Buffer bytes;  ///< The bytes of the NPY file.
};

/// The first member that has one of the names; nothing if there is none.
///
/// Fails: kBadFormat (damaged, truncated, wrong checksum, two members of that name), kUnsupported (encrypted, unknown
/// compression). Cost: memory for what was really unpacked, at most kMaxUnpackedBytes.
Result<std::optional<NpzMember>> find_npz_member(files::Bytes archive, std::span<const std::string_view> names,
                                                 const std::string& file);

}  // namespace standfast::data
