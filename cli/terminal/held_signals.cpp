// A mask of signals, set and taken back.
#include "cli/terminal/held_signals.hpp"

#include <signal.h>

namespace standfast::cli {

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : kEndingSignals) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) ::sigaddset(&held_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() { release(); }

void HeldSignals::release() const { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace standfast::cli
