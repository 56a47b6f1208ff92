// A progress bar on stderr: only on a terminal, and only for work that takes a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace standfast::cli {

class ProgressBar {
 public:
  ProgressBar(std::string task, std::size_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws at most ten times a second, and not at all in the first half second.
  void show(std::size_t done);

 private:
  using Clock = std::chrono::steady_clock;
  std::string task_;
  std::size_t total_;
  bool on_terminal_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

/// One bar after the other: each task has its own.
class ProgressBars {
 public:
  void show(std::string_view task, std::size_t done, std::size_t total);

 private:
  std::string task_;
  std::optional<ProgressBar> bar_;
};

}  // namespace standfast::cli
