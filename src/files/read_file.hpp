// Files read whole. What is too large is refused before memory is asked for.
//
// read_regular_file is for files that have a known size: models, certificates. read_any_file also reads pipes, devices
// and standard input (/dev/stdin): data, threat files. In both, `expected` names the kind of file in messages: "a model
// file".
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "files/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::files {

/// All bytes of a regular file; a link to one counts as one.
///
/// Fails: kIo for what is not there, not a regular file, or shrinks while it is read; kBadFormat above max_bytes.
Result<Buffer> read_regular_file(const std::string& path, const char* expected, std::uintmax_t max_bytes);

/// All bytes of a regular file, handed to `consume` piece by piece.
///
/// Fails: kIo and kBadFormat in the cases of read_regular_file. Cost: memory for one piece.
Status read_regular_file_in_pieces(const std::string& path, const char* expected, std::uintmax_t max_bytes,
                                   const std::function<void(Bytes)>& consume);

/// All bytes up to the end of a file, a pipe or a device. Waits for a pipe's writer.
///
/// Fails: kIo; kBadFormat above max_bytes, which a regular file is before it is read. Cost: memory for what really
/// arrived; of what a regular file states beyond it only addresses.
Result<Buffer> read_any_file(const std::string& path, const char* expected, std::uintmax_t max_bytes);

}  // namespace standfast::files
