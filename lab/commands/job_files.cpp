// Clocks by getrusage; files are read whole and refused above a size that no result has.
#include "lab/commands/job_files.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sys/resource.h>

#include "cli/terminal/output.hpp"

namespace standfast::lab {
namespace {

constexpr std::uintmax_t kMaxResultBytes = 64 << 20;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double processor_seconds(int who) {
  rusage usage{};
  if (::getrusage(who, &usage) != 0) return 0;
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

}  // namespace

double own_processor_seconds() { return processor_seconds(RUSAGE_SELF); }
double children_processor_seconds() { return processor_seconds(RUSAGE_CHILDREN); }

std::string path_in(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

std::optional<std::string> read_result_text(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed || size > kMaxResultBytes) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return std::nullopt;
  return text.str();
}

std::function<void(std::string_view, std::size_t, std::size_t)> said_now_and_then() {
  using Clock = std::chrono::steady_clock;
  return [last = Clock::now()](std::string_view task, std::size_t done, std::size_t total) mutable {
    if (Clock::now() - last < std::chrono::seconds(5)) return;
    last = Clock::now();
    cli::say(fmt::format("{} {}/{}", task, done, total));
  };
}

}  // namespace standfast::lab
