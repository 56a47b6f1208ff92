// Hands the public function's work to the ground room: a temporary file beside the target, renamed over it once it is
// whole, so that a reader never meets half of a report.
#include "files/replace_file.hpp"
#include "standfast/report.hpp"

namespace standfast {

Status write_file_atomically(const std::string& path, std::string_view contents) {
  return files::replace_file(path, contents);
}

}  // namespace standfast
