// A file that is either the old one or the new one, whatever happens in between.
#pragma once

#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast::files {

/// Writes to a temporary file beside `path`, forces it to the disk and renames it. An error leaves what was there.
///
/// A link stays, and what it points to is replaced; a replaced file keeps its mode. A pipe, a terminal or a device is
/// written into, since it has nothing to lose. Fails: kIo, naming the path and the system's reason.
Status replace_file(const std::string& path, std::string_view contents);

}  // namespace standfast::files
