// Progress of a training run as text: one redrawn line on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "trainer/run.hpp"

namespace standfast::trainer {

/// "epoch 3/60  loss 0.0521  train 98.1/98.4 %  validation 98.0/98.3 % of 600 rows  1:05 left", pairs being
/// sensitive/other.
std::string progress_line(const RunState& state, double elapsed_s);

/// "1:05", "1:02:03".
std::string format_duration(double seconds);

/// Writes to standard error.
class ProgressPrinter {
 public:
  explicit ProgressPrinter(bool terminal) : terminal_(terminal), start_(Clock::now()), last_(start_) {}

  void report(const RunState& state);
  /// Ends the redrawn line, so that the next message starts on its own.
  void finish();
  [[nodiscard]] double elapsed_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
  std::size_t last_length_ = 0;
};

}  // namespace standfast::trainer
