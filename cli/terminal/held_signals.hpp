// Signals that end a program, kept waiting while nothing may be lost between a start and what handles them.
#pragma once

#include <csignal>

namespace standfast::cli {

inline constexpr int kEndingSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// While it lives, such signals wait; what is ignored, as by nohup, stays ignored. Of one thread.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// For a copy of this process, whose signals need not wait.
  void release() const;
  [[nodiscard]] const sigset_t& held() const { return held_; }
  [[nodiscard]] const sigset_t& before() const { return before_; }  ///< The mask for a program that is started.

 private:
  sigset_t held_{};
  sigset_t before_{};
};

}  // namespace standfast::cli
