// Signals and the restart: POSIX only.
#include "trainer/process.hpp"

#include <csignal>
#include <cstdlib>

#include <unistd.h>

namespace standfast::trainer {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) { interrupted = 1; }

bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
#else
  return false;
#endif
}

}  // namespace

void catch_interrupt() {
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  // the default action comes back after the first signal: the second one kills
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
}

bool stop_requested() { return interrupted != 0; }

void restart_with_fast_blas(char** arguments) {
  // the variable is also the guard: after the restart it is set
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr || !has_avx512()) return;
  if (setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0) != 0) return;
  execv("/proc/self/exe", arguments);
}

}  // namespace standfast::trainer
