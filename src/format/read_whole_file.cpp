// Only regular files have a size to check first; opening a pipe would wait for its writer.
#include "format/read_whole_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "base/try.hpp"

namespace standfast {

Result<std::size_t> regular_file_size(const std::string& path, const char* expected, std::uintmax_t max_bytes) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status))
    return Error{ErrorCode::kIo, fmt::format("{}: is not there, expected {}", path, expected)};
  if (!std::filesystem::is_regular_file(status))
    return Error{ErrorCode::kIo, fmt::format("{}: is not a regular file, expected {}", path, expected)};
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code) return Error{ErrorCode::kIo, fmt::format("{}: cannot find its size: {}", path, code.message())};
  if (size <= max_bytes) return static_cast<std::size_t>(size);
  return Error{ErrorCode::kBadFormat, fmt::format("{}: has {} bytes, expected at most {}", path, size, max_bytes)};
}

Result<std::vector<std::byte>> read_whole_file(const std::string& path, const char* expected,
                                               std::uintmax_t max_bytes) {
  STANDFAST_TRY(const std::size_t size, regular_file_size(path, expected, max_bytes));
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return Error{ErrorCode::kIo, fmt::format("{}: cannot open: {}", path, std::generic_category().message(errno))};
  }
  std::vector<std::byte> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::size_t>(stream.gcount()) == size) return bytes;
  return Error{ErrorCode::kIo, fmt::format("{}: read {} bytes, expected {}", path, stream.gcount(), size)};
}

}  // namespace standfast
