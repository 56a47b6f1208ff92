// A progress bar on stderr: only on a terminal, and only for work that takes a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

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

}  // namespace standfast::cli
