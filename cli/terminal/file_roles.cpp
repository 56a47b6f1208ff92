// Two names are one file if the system gives them one device and number; of files that are not there yet the names
// decide, with every link resolved.
#include "cli/terminal/file_roles.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

namespace fs = std::filesystem;

bool is_stdout(const FileRole& role) { return role.path == "-"; }

std::optional<struct stat> stat_of(const FileRole& role) {
  struct stat found {};
  const int failed = is_stdout(role) ? ::fstat(STDOUT_FILENO, &found) : ::stat(role.path.c_str(), &found);
  if (failed != 0) return std::nullopt;
  return found;
}

/// The full name behind all links, of a file that need not be there.
fs::path resolved(const std::string& path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::error_code failed;
  fs::path target = path;
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(target, failed)); ++i) {
    const fs::path next = fs::read_symlink(target, failed);
    if (failed) break;
    target = target.parent_path() / next;  // an absolute `next` replaces the whole
  }
  const fs::path full = fs::weakly_canonical(fs::absolute(target, failed), failed);
  return failed ? target : full;
}

bool one_file(const FileRole& a, const FileRole& b) {
  const auto found_a = stat_of(a), found_b = stat_of(b);
  if (found_a && found_b)
    return found_a->st_dev == found_b->st_dev && found_a->st_ino == found_b->st_ino && !S_ISCHR(found_a->st_mode);
  return !found_a && !found_b && resolved(a.path) == resolved(b.path);
}

/// Whether an output would replace a file that a folder of data holds. What commands write there themselves is no data.
bool in_folder(const FileRole& output, const FileRole& folder) {
  constexpr std::array<std::string_view, 7> kWritten = {".safetensors", ".jsonl", ".json", ".html",
                                                        ".csv",         ".npz",   ".txt"};
  std::error_code ignored;
  if (is_stdout(output) || !fs::is_directory(folder.path, ignored) || !fs::is_regular_file(output.path, ignored))
    return false;
  const fs::path file = resolved(output.path), inside = resolved(folder.path);
  const auto [stop, unused] = std::ranges::mismatch(inside, file);
  return stop == inside.end() && std::ranges::find(kWritten, file.extension().string()) == kWritten.end();
}

std::string title(const FileRole& role) { return is_stdout(role) ? "standard output" : role.name + ": " + role.path; }

Error clash(const FileRole& output, const FileRole& other, std::string_view how) {
  const std::string also = is_stdout(other)            ? "standard output"
                           : other.path == output.path ? other.name
                                                       : fmt::format("{} ({})", other.name, other.path);
  return {ErrorCode::kBadOption, fmt::format("{} {} {}, expected a file of its own", title(output), how, also)};
}

/// Without those that are not given.
std::vector<FileRole> given(const std::vector<FileRole>& roles) {
  std::vector<FileRole> kept;
  std::ranges::copy_if(roles, std::back_inserter(kept), [](const FileRole& role) { return !role.path.empty(); });
  return kept;
}

}  // namespace

FileRole data_role(const std::string& source) {
  std::error_code ignored;
  std::string path = source;
  for (const std::string_view side : {":train", ":test"})
    if (path.ends_with(side)) path.resize(path.size() - side.size());
  const auto at = path.rfind('@');
  if (at != std::string::npos && !fs::exists(path, ignored)) path.resize(at);
  return {"DATA", path};
}

Status check_outputs(const std::vector<FileRole>& inputs, const std::vector<FileRole>& outputs) {
  const std::vector<FileRole> read = given(inputs), written = given(outputs);
  for (auto output = written.begin(); output != written.end(); ++output) {
    CLI_CHECK(check_writable(output->path));
    for (const FileRole& input : read) {
      if (one_file(*output, input)) return clash(*output, input, "is also");
      if (in_folder(*output, input)) return clash(*output, input, "is there already, in the folder");
    }
    for (auto other = written.begin(); other != output; ++other)
      if (one_file(*output, *other)) return clash(*output, *other, "is also");
  }
  return {};
}

}  // namespace standfast::cli
