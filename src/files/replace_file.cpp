// Files appear whole or not at all: bytes go to a temporary neighbour, which is then renamed over the target.
//
// rename() within one folder is atomic. The bytes are forced to the disk before it: after a power cut a new name must
// not point to bytes that never arrived.
#include "files/replace_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/try.hpp"

namespace standfast::files {
namespace {

constexpr mode_t kNewFileMode = 0666;  // less the user's mask

Error write_error(const std::string& path, std::string_view action, int error) {
  return {ErrorCode::kIo, fmt::format("{}: cannot be {} ({}), expected a place that can be written", path, action,
                                      std::generic_category().message(error))};
}

Status write_all(int file, std::string_view contents, const std::string& path) {
  while (!contents.empty()) {
    const auto written = ::write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return write_error(path, "written", errno);
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status close_file(int file, Status status, const std::string& path) {
  if (::close(file) != 0 && status.ok()) return write_error(path, "written", errno);
  return status;
}

Status write_in_place(const std::string& path, std::string_view contents) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return write_error(path, "opened", errno);
  return close_file(file, write_all(file, contents, path), path);
}

struct Temporary {
  std::string path;
  int file = -1;
};

/// A new file under a name that nobody has: another process, or another thread of this one, may be writing beside us.
Temporary create_beside(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  constexpr int kAttempts = 100;  // names left over by processes of the same number that were killed
  Temporary temporary;
  for (int i = 0; i < kAttempts && temporary.file < 0; ++i) {
    temporary.path = fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
    // O_EXCL also refuses a link that somebody else put there
    temporary.file = ::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFileMode);
    if (temporary.file < 0 && errno != EEXIST) break;
  }
  return temporary;
}

Status write_and_sync(int file, std::string_view contents, std::optional<mode_t> mode, const std::string& path) {
  STANDFAST_CHECK(write_all(file, contents, path));
  // the mode that open() is given would lose the bits of the user's mask
  if (mode && ::fchmod(file, *mode) != 0) return write_error(path, "given the mode of the file it replaces", errno);
  return ::fsync(file) == 0 ? Status() : write_error(path, "written", errno);
}

Status write_and_rename(const std::string& path, std::string_view contents, std::optional<mode_t> mode) {
  const Temporary temporary = create_beside(path);
  if (temporary.file < 0) return write_error(path, "created", errno);
  Status status = close_file(temporary.file, write_and_sync(temporary.file, contents, mode, path), path);
  if (status.ok() && std::rename(temporary.path.c_str(), path.c_str()) != 0)
    status = write_error(path, "replaced", errno);
  if (!status.ok()) ::unlink(temporary.path.c_str());
  return status;
}

/// What a chain of links points to, whether it is there or not.
Result<std::string> target_of_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::filesystem::path target = path;
  std::error_code failed;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(target, failed))) return target.string();
    const auto next = std::filesystem::read_symlink(target, failed);
    if (failed) return write_error(path, "resolved", failed.value());
    target = target.parent_path() / next;  // an absolute `next` replaces the whole
  }
  return write_error(path, "resolved", ELOOP);
}

}  // namespace

Status replace_file(const std::string& path, std::string_view contents) {
  struct stat found {};
  std::optional<mode_t> mode;
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return write_error(path, "written", EISDIR);
    if (!S_ISREG(found.st_mode)) return write_in_place(path, contents);
    mode = found.st_mode & 0777U;
  }
  STANDFAST_TRY(const std::string target, target_of_links(path));
  return write_and_rename(target, contents, mode);
}

}  // namespace standfast::files
