// Files and folders read whole, with errors as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// All bytes of a file. Fails: kIo; kBadFormat above kMaxUnpackedBytes.
Result<files::Buffer> read_file(const std::string& path);

/// All bytes of a file, unpacked if it is gzip'd. Fails: kIo; kBadFormat for damaged gzip data and above
/// kMaxUnpackedBytes.
Result<files::Buffer> read_unpacked(const std::string& path);

/// The end of a file's name from its last point on, in lower case: ".csv". Empty if the name has no point.
[[nodiscard]] std::string lower_ending(std::string_view path);

/// Names in a folder, sorted; hidden ones (".x") are left out.
struct Folder {
  std::string path;
  std::vector<std::string> files;
  std::vector<std::string> folders;
  std::vector<std::string> others;  ///< Links to nothing, pipes and devices.
};
/// Lists a folder. Fails: kIo if it cannot be read.
Result<Folder> list_folder(const std::string& path);

}  // namespace standfast::data
