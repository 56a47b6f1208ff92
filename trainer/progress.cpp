// Redraws at most ten times a second; without a terminal a line per epoch, at most one in five seconds, and the last
// one.
#include "trainer/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "trainer/process.hpp"

namespace standfast::trainer {

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::max(seconds, 0.0)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string progress_line(const RunState& state, double elapsed_s) {
  std::string line = fmt::format("epoch {}/{}  loss {:.4f}", state.epoch, state.epochs, state.mean_loss);
  // before the first epoch is judged there are no accuracies to show
  if (state.epoch > 1 || state.epoch_done)
    line += fmt::format("  train {:.1f}/{:.1f} %  validation {:.1f}/{:.1f} % of {} rows",
                        100 * state.train.accuracy_sensitive, 100 * state.train.accuracy_other,
                        100 * state.validation.accuracy_sensitive, 100 * state.validation.accuracy_other,
                        state.validation_rows);
  if (state.done > 0) line += fmt::format("  {} left", format_duration(elapsed_s * (1 - state.done) / state.done));
  return line;
}

void ProgressPrinter::report(const RunState& state) {
  const auto now = Clock::now();
  const bool last = state.epoch_done && state.epoch == state.epochs;
  const auto wait = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
  if (!last && (now - last_ < wait || (!terminal_ && !state.epoch_done))) return;
  last_ = now;
  std::string line = progress_line(state, elapsed_s());
  if (terminal_) {
    const std::size_t length = line.size();
    if (length < last_length_) line.append(last_length_ - length, ' ');
    last_length_ = length;
    say(fmt::format("\r{}", line));
    drawn_ = true;
  } else {
    say(line + "\n");
  }
}

void ProgressPrinter::finish() {
  if (drawn_) say("\n");
  drawn_ = false;
}

double ProgressPrinter::elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace standfast::trainer
