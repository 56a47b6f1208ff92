// Signals and the restart: POSIX only.
#include "trainer/process.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

namespace standfast::trainer {
namespace {

volatile std::sig_atomic_t interrupted = 0;
volatile std::time_t first_interrupt_s = 0;

std::time_t now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

void on_interrupt(int signal) {
  if (interrupted == 0) {
    first_interrupt_s = now_s();
    interrupted = 1;
  } else if (signal == SIGINT && now_s() - first_interrupt_s > 1) {  // whole seconds: at least one has passed
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = on_interrupt;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }
}

bool stop_requested() { return interrupted != 0; }

void prepare_streams() {
  // open() gives the lowest number that is free
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file)
    if (fcntl(file, F_GETFD) == -1 && open("/dev/null", O_RDWR) != file) return;
  std::signal(SIGPIPE, SIG_IGN);
}

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void restart_with_fast_blas(char** arguments) {
  // the variable is also the guard: after the restart it is set
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr || !has_avx512()) return;
  if (setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0) != 0) return;
  execv("/proc/self/exe", arguments);
}

}  // namespace standfast::trainer
