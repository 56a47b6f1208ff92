// Ctrl-C and its kin as a request: the work ends at the next place where nothing is lost.
#pragma once

#include <array>
#include <csignal>

namespace standfast::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is noted; the second one of its kind ends the program. What is
/// ignored stays ignored. One at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// The number of the signal that came first; 0 if none has come. From any thread.
  [[nodiscard]] static int signal();

 private:
  static constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace standfast::cli
