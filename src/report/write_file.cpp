// Files appear whole or not at all: bytes go to a temporary neighbour, which is then renamed over the target.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/try.hpp"
#include "standfast/report.hpp"

namespace standfast {
namespace {

Error io_error(const std::string& path, std::string_view action, int error) {
  return {ErrorCode::kIo, fmt::format("{}: cannot be {} ({}), expected a place that can be written", path, action,
                                      std::generic_category().message(error))};
}

// Another process, or another thread of this one, may be writing beside us.
std::string temporary_beside(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  return fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
}

Status write_all(int file, std::string_view contents, const std::string& path) {
  while (!contents.empty()) {
    const auto written = ::write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path, "written", errno);
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status write_and_close(int file, std::string_view contents, const std::string& path, bool sync) {
  Status status = write_all(file, contents, path);
  // Before the rename: after a power cut a new name must not point to bytes that never reached the disk.
  if (status.ok() && sync && ::fsync(file) != 0) status = io_error(path, "written", errno);
  if (::close(file) != 0 && status.ok()) status = io_error(path, "written", errno);
  return status;
}

// A terminal, a pipe or /dev/null has nothing to lose, and a rename would replace the device itself.
Status write_in_place(const std::string& path, std::string_view contents) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return io_error(path, "opened", errno);
  return write_and_close(file, contents, path, false);
}

Status replace(const std::string& path, std::string_view contents, mode_t mode) {
  const auto temporary = temporary_beside(path);
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return io_error(path, "created", errno);
  Status status = write_and_close(file, contents, path, true);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) status = io_error(path, "replaced", errno);
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

}  // namespace

Status write_file_atomically(const std::string& path, std::string_view contents) {
  constexpr mode_t kNewFile = 0666;  // less the user's mask
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return replace(path, contents, kNewFile);
  if (S_ISDIR(found.st_mode)) return io_error(path, "written", EISDIR);
  if (!S_ISREG(found.st_mode)) return write_in_place(path, contents);
  std::error_code failed;
  const auto target = std::filesystem::canonical(path, failed);  // what a link points to, so that the link stays
  if (failed) return io_error(path, "resolved", failed.value());
  return replace(target.string(), contents, found.st_mode & 0777U);
}

}  // namespace standfast
