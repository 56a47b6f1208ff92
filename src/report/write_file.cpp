#include "files/replace_file.hpp"
#include "standfast/report.hpp"

namespace standfast {

Status write_file_atomically(const std::string& path, std::string_view contents) {
  return files::replace_file(path, contents);
}

}  // namespace standfast
