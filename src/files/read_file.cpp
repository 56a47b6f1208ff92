// A regular file's size is checked before its bytes are read; everything else is read as it arrives, up to the limit.
#include "files/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/try.hpp"
#include "files/message.hpp"

namespace standfast::files {
namespace {

// Smaller pieces cost more system calls, larger ones more memory.
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

Error read_error(const std::string& path, const char* expected, int error) {
  return {ErrorCode::kIo,
          fmt::format("{}: cannot be read: {}, expected {}", path, std::generic_category().message(error), expected)};
}

/// A file that is open for reading, and closes itself.
class OpenFile {
 public:
  static Result<OpenFile> open(const std::string& path, const char* expected) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return read_error(path, expected, errno);
    return OpenFile(file, path, expected);
  }
  OpenFile(OpenFile&& other) noexcept : file_(other.file_), path_(other.path_), expected_(other.expected_) {
    other.file_ = -1;
  }
  OpenFile& operator=(OpenFile&&) = delete;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }

  /// The size that a regular file states; 0 of anything else.
  [[nodiscard]] std::uintmax_t stated_size() const {
    struct stat found {};
    const bool regular = ::fstat(file_, &found) == 0 && S_ISREG(found.st_mode);
    return regular ? static_cast<std::uintmax_t>(found.st_size) : 0;
  }

  /// As many bytes as are there, at most those of `into`; 0 at the end.
  Result<std::size_t> read(std::span<std::byte> into) const {
    for (;;) {
      const ssize_t count = ::read(file_, into.data(), into.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return read_error(path_, expected_, errno);
    }
  }

 private:
  OpenFile(int file, const std::string& path, const char* expected) : file_(file), path_(path), expected_(expected) {}

  int file_;
  const std::string& path_;
  const char* expected_;
};

Error too_large(const std::string& path, std::uintmax_t size, std::uintmax_t max_bytes) {
  return {ErrorCode::kBadFormat, fmt::format("{}: has {} bytes, expected at most {}", path, size, max_bytes)};
}

/// The size that a regular file states. Does not open it: opening a pipe would wait for its writer.
Result<std::size_t> regular_file_size(const std::string& path, const char* expected, std::uintmax_t max_bytes) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return read_error(path, expected, errno);
    return Error{ErrorCode::kIo, fmt::format("{}: is not there, expected {}", path, expected)};
  }
  if (!S_ISREG(found.st_mode))
    return Error{ErrorCode::kIo, fmt::format("{}: is not a regular file, expected {}", path, expected)};
  const auto size = static_cast<std::uintmax_t>(found.st_size);
  if (size <= max_bytes) return static_cast<std::size_t>(size);
  return too_large(path, size, max_bytes);
}

Error truncated_file(const std::string& path, std::size_t found, std::size_t expected) {
  return {ErrorCode::kIo, fmt::format("{}: read {} bytes, expected {}", path, found, expected)};
}

}  // namespace

Status read_regular_file_in_pieces(const std::string& path, const char* expected, std::uintmax_t max_bytes,
                                   const std::function<void(Bytes)>& consume) {
  STANDFAST_TRY(const std::size_t size, regular_file_size(path, expected, max_bytes));
  STANDFAST_TRY(const OpenFile file, OpenFile::open(path, expected));
  Buffer piece(std::min(size, kPieceBytes));
  for (std::size_t done = 0; done < size;) {
    STANDFAST_TRY(const std::size_t got, file.read(std::span(piece).first(std::min(piece.size(), size - done))));
    if (got == 0) return truncated_file(path, done, size);
    consume(Bytes(piece).first(got));
    done += got;
  }
  return {};
}

Result<Buffer> read_regular_file(const std::string& path, const char* expected, std::uintmax_t max_bytes) {
  STANDFAST_TRY(const std::size_t size, regular_file_size(path, expected, max_bytes));
  STANDFAST_TRY(const OpenFile file, OpenFile::open(path, expected));
  Buffer bytes(size);
  for (std::size_t done = 0; done < size;) {
    STANDFAST_TRY(const std::size_t got, file.read(std::span(bytes).subspan(done)));
    if (got == 0) return truncated_file(path, done, size);
    done += got;
  }
  return bytes;
}

Result<Buffer> read_any_file(const std::string& path, const char* expected, std::uintmax_t max_bytes) {
  STANDFAST_TRY(const OpenFile file, OpenFile::open(path, expected));
  if (file.stated_size() > max_bytes) return too_large(path, file.stated_size(), max_bytes);
  Buffer bytes, piece(kPieceBytes);
  bytes.reserve(file.stated_size());  // growing would copy, and hold both copies for a while
  for (;;) {
    STANDFAST_TRY(const std::size_t got, file.read(piece));
    if (got == 0) return bytes;
    if (got > max_bytes - bytes.size())
      return bad_format(path, fmt::format("is larger than {} bytes, expected {} of at most that", max_bytes, expected));
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
  }
}

}  // namespace standfast::files
