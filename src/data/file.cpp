// Files by way of files/read_file.hpp with the limit of this room, and folders by way of std::filesystem, whose errors
// are turned into values. Whether a file is packed is seen from its first bytes, not from its name.
#include "data/file.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/gzip.hpp"
#include "files/read_file.hpp"

namespace standfast::data {
namespace {

Error io_error(const std::string& path, const std::string& reason) {
  return {ErrorCode::kIo, fmt::format("{}: cannot be read: {}", path, reason)};
}

}  // namespace

Result<files::Buffer> read_file(const std::string& path) {
  return files::read_any_file(path, "a file of data", kMaxUnpackedBytes);
}

Result<files::Buffer> read_unpacked(const std::string& path) {
  STANDFAST_TRY(files::Buffer bytes, read_file(path));
  if (!is_gzip(bytes)) return bytes;
  return inflate_gzip(bytes, path, kMaxUnpackedBytes);
}

std::string lower_ending(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  const auto point = path.rfind('.');
  std::string ending(point == std::string_view::npos ? std::string_view() : path.substr(point));
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return ending;
}

Result<Folder> list_folder(const std::string& path) {
  namespace fs = std::filesystem;
  Folder folder{path, {}, {}, {}};
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
    else
      folder.others.push_back(std::move(name));
  }
  if (code) return io_error(path, code.message());
  // the order of a directory is the file system's; ours must not depend on it
  std::sort(folder.files.begin(), folder.files.end());
  std::sort(folder.folders.begin(), folder.folders.end());
  std::sort(folder.others.begin(), folder.others.end());
  return folder;
}

}  // namespace standfast::data
