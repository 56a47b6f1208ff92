// Progress on stderr: a bar, only on a terminal and only for work that takes a while, and lines of work side by side.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// One line for each of several works: at the bottom of a terminal its last message, elsewhere all of them in turn.
class StatusLines {
 public:
  StatusLines();
  ~StatusLines();
  StatusLines(const StatusLines&) = delete;
  StatusLines& operator=(const StatusLines&) = delete;

  void show(const std::string& name, const std::string& message);
  void drop(const std::string& name);
  /// A message that stays.
  void say_above(const std::string& message);

 private:
  void clear();
  void draw();

  bool on_terminal_;
  std::vector<std::pair<std::string, std::string>> lines_;  ///< Names and what is shown, in the order of arrival.
  std::size_t drawn_ = 0;
};

}  // namespace standfast::cli
