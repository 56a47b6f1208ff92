// Draws over the last lines of stderr and clears them at the end.
#include "cli/terminal/progress.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/terminal/output.hpp"

namespace standfast::cli {
namespace {

/// Characters that fit in one line of the terminal; a longer one would wrap and not be cleared.
std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar(std::string task, std::size_t total)
    : task_(std::move(task)),
      total_(total),
      on_terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() {
  if (drawn_) say_raw("\r\x1b[K");
}

void ProgressBar::show(std::size_t done) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  if (!on_terminal_ || total_ == 0 || done == 0 || now - start_ < 500ms || now - last_ < 100ms) return;
  constexpr std::size_t kCells = 30;
  const std::size_t filled = kCells * done / total_;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const double left_s = elapsed_s * static_cast<double>(total_ - done) / static_cast<double>(done);
  say_raw(fmt::format("\r{} [{:#<{}}{:.<{}}] {}/{}, {:.0f} s left\x1b[K", task_, "", filled, "", kCells - filled, done,
                      total_, left_s));
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

StatusLines::StatusLines() : on_terminal_(::isatty(STDERR_FILENO) == 1) {}

StatusLines::~StatusLines() { clear(); }

void StatusLines::show(const std::string& name, const std::string& message) {
  std::string line = fmt::format("{}: {}", name, message);
  if (!on_terminal_) return say(line);
  const auto mine = std::ranges::find(lines_, name, &std::pair<std::string, std::string>::first);
  if (mine == lines_.end())
    lines_.emplace_back(name, std::move(line));
  else
    mine->second = std::move(line);
  clear();
  draw();
}

void StatusLines::drop(const std::string& name) {
  clear();
  std::erase_if(lines_, [&](const auto& line) { return line.first == name; });
  draw();
}

void StatusLines::say_above(const std::string& message) {
  clear();
  say(message);
  draw();
}

void StatusLines::clear() {
  if (drawn_ > 0) say_raw(fmt::format("\x1b[{}A\x1b[J", drawn_));
  drawn_ = 0;
}

void StatusLines::draw() {
  const std::size_t width = terminal_width();
  for (const auto& [name, line] : lines_) say(std::string_view(line).substr(0, width));
  drawn_ = lines_.size();
}

}  // namespace standfast::cli
