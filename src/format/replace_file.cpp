// rename() within one folder is atomic; fsync before it, so that a crash cannot leave an empty file under the new name.
#include "format/replace_file.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/try.hpp"

namespace standfast {
namespace {

Error io_error(const std::string& path, const char* what) {
  return {ErrorCode::kIo, fmt::format("{}: cannot {}: {}", path, what, std::generic_category().message(errno))};
}

Status write_all(int file, std::string_view contents, const std::string& path) {
  while (!contents.empty()) {
    const ssize_t written = ::write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path, "write");
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0 ? Status() : io_error(path, "write to the disk");
}

Status fill_temporary(int file, std::string_view contents, const std::string& path) {
  Status status = write_all(file, contents, path);
  if (::close(file) != 0 && status.ok()) status = io_error(path, "close");
  return status;
}

struct Temporary {
  std::string path;
  int file = -1;
};

// A name that nobody has; O_EXCL also refuses a link that somebody else put there.
Temporary create_beside(const std::string& path) {
  constexpr int kAttempts = 100;  // left over by processes of the same number that were killed
  Temporary temporary;
  for (int i = 0; i < kAttempts && temporary.file < 0; ++i) {
    temporary.path = fmt::format("{}.{}-{}.tmp", path, ::getpid(), i);
    temporary.file = ::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (temporary.file < 0 && errno != EEXIST) break;
  }
  return temporary;
}

}  // namespace

Status replace_file(const std::string& path, std::string_view contents) {
  const Temporary temporary = create_beside(path);
  if (temporary.file < 0) return io_error(path, "create a file beside it");
  Status status = fill_temporary(temporary.file, contents, path);
  if (status.ok() && std::rename(temporary.path.c_str(), path.c_str()) != 0) status = io_error(path, "replace");
  if (!status.ok()) ::unlink(temporary.path.c_str());
  return status;
}

}  // namespace standfast
