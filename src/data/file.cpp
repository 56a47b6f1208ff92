#include "data/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/gzip.hpp"

namespace standfast {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error io_error(const std::string& path, const std::string& reason) {
  return {ErrorCode::kIo, fmt::format("{}: cannot be read: {}", path, reason)};
}

}  // namespace

Result<Buffer> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return io_error(path, std::strerror(errno));
  Buffer bytes;
  std::vector<std::byte> chunk(std::size_t{1} << 18);
  std::size_t got = 0;
  // grows with what arrives: a file's stated size is not to be trusted (devices, pipes)
  while ((got = std::fread(chunk.data(), 1, chunk.size(), file.get())) > 0) {
    if (bytes.size() + got > kMaxUnpackedBytes) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: is larger than {} bytes", path, kMaxUnpackedBytes)};
    }
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  }
  if (std::ferror(file.get()) != 0) return io_error(path, std::strerror(errno));
  return bytes;
}

Result<Buffer> read_unpacked(const std::string& path) {
  STANDFAST_TRY(Buffer bytes, read_file(path));
  if (!is_gzip(bytes)) return bytes;
  return inflate_gzip(bytes, path, kMaxUnpackedBytes);
}

Result<Folder> list_folder(const std::string& path) {
  namespace fs = std::filesystem;
  Folder folder{path, {}, {}};
  std::error_code code;
  auto entry = fs::directory_iterator(path, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    std::string name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;  // a dangling link is neither a file nor a folder
    if (entry->is_regular_file(ignored))
      folder.files.push_back(std::move(name));
    else if (entry->is_directory(ignored))
      folder.folders.push_back(std::move(name));
  }
  if (code) return io_error(path, code.message());
  // the order of a directory is the file system's; ours must not depend on it
  std::sort(folder.files.begin(), folder.files.end());
  std::sort(folder.folders.begin(), folder.folders.end());
  return folder;
}

}  // namespace standfast
