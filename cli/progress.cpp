// Draws over one line of stderr and clears it at the end.
#include "cli/progress.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace standfast::cli {

ProgressBar::ProgressBar(std::string task, std::size_t total)
    : task_(std::move(task)),
      total_(total),
      on_terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(std::size_t done) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  if (!on_terminal_ || total_ == 0 || done == 0 || now - start_ < 500ms || now - last_ < 100ms) return;
  constexpr std::size_t kCells = 30;
  const std::size_t filled = kCells * done / total_;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const double left_s = elapsed_s * static_cast<double>(total_ - done) / static_cast<double>(done);
  fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {}/{}, {:.0f} s left\x1b[K", task_, "", filled, "", kCells - filled, done,
             total_, left_s);
  std::fflush(stderr);
  last_ = now;
  drawn_ = true;
}

void ProgressBars::show(std::string_view task, std::size_t done, std::size_t total) {
  if (task != task_) {
    task_ = task;
    bar_.reset();  // clears its line before the next one draws
    bar_.emplace(task_, total);
  }
  bar_->show(done);
}

}  // namespace standfast::cli
