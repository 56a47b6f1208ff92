// Results to stdout or a file, messages to stderr; nothing else in the program writes.
#include "cli/terminal/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

/// What becomes of every program whose reader has gone, as `head` does: no message.
void end_like_others() {
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

Status write_stream(std::FILE* stream, const std::string& name, std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  if (written && std::fflush(stream) == 0) return {};
  if (errno == EPIPE) end_like_others();
  return Error{ErrorCode::kIo, fmt::format("{}: cannot be written: {}", name, std::strerror(errno))};
}

}  // namespace

void prepare_streams() {
  // open() gives the lowest number that is free: a file of results must not be where messages go
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (::fcntl(file, F_GETFD) != -1) continue;
    // the other direction, so that reading from it and results sent to it still fail
    if (::open("/dev/null", file == STDOUT_FILENO ? O_RDONLY : O_WRONLY) != file) return;
  }
  std::signal(SIGPIPE, SIG_IGN);
}

Status write_stdout(std::string_view text) { return write_stream(stdout, "standard output", text); }

Status write_result(const std::string& path, std::string_view contents) {
  if (path.empty() || path == "-") return write_stdout(contents);
  return write_file_atomically(path, contents);
}

void say(std::string_view message) {
  std::string line(message);
  say_raw(line += '\n');  // at once: other processes may be writing there too
}

void say_raw(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Status make_folder(const std::string& option, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return {};
  return Error{ErrorCode::kIo, fmt::format("{}: {} cannot be created: {}", option, folder, error.message())};
}

Status check_writable(const std::string& path) {
  if (path.empty() || path == "-") return {};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return Error{ErrorCode::kIo, fmt::format("{}: is a folder, expected the name of a file to write", path)};
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  if (!std::filesystem::is_directory(folder, ignored))
    return Error{ErrorCode::kIo, fmt::format("{}: the folder {} does not exist; create it first", path, folder)};
  if (::access(folder.c_str(), W_OK) != 0)
    return Error{ErrorCode::kIo,
                 fmt::format("{}: the folder {} cannot be written: {}", path, folder, std::strerror(errno))};
  return {};
}

}  // namespace standfast::cli
