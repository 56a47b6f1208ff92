// A fork per job, with a pipe for what it says and one for why it failed; signals are read like the pipes.
#include "cli/terminal/processes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/terminal/command.hpp"
#include "cli/terminal/held_signals.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

/// What is there to read, at most a page of it; empty at the end.
std::string read_some(const Descriptor& from) {
  std::array<char, 4096> page{};
  ssize_t count = 0;
  do count = ::read(from.get(), page.data(), page.size());
  while (count < 0 && errno == EINTR);
  return {page.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

/// Held signals, to be taken one by one.
class SignalQueue {
 public:
  SignalQueue() : arrived_(::signalfd(-1, &held_.held(), SFD_CLOEXEC | SFD_NONBLOCK)) {}

  void release() const { held_.release(); }
  [[nodiscard]] int descriptor() const { return arrived_.get(); }
  [[nodiscard]] std::optional<signalfd_siginfo> take() const {
    signalfd_siginfo signal{};
    if (::read(arrived_.get(), &signal, sizeof signal) != sizeof signal) return std::nullopt;
    return signal;
  }

 private:
  HeldSignals held_;
  Descriptor arrived_;
};

struct Worker {
  std::size_t job = 0;
  pid_t pid = 0;
  Descriptor messages;  ///< Ends when the job and all that it started have ended.
  Descriptor failure;
  std::string line;  ///< The start of a message whose end has not come yet.
};

Error not_started(const ProcessJob& job) {
  return {ErrorCode::kEnvironment, fmt::format("{}: no process can be started: {}", job.name, std::strerror(errno))};
}

std::string failure_of(const ProcessJob& job) {
  try {
    const Status done = job.work();
    return done.ok() ? std::string() : done.error().message;
  } catch (const std::exception& error) {
    return fmt::format("{}: internal error: {}", job.name, error.what());
  }
}

/// The copy's life. What it inherited belongs to the original: nothing is flushed, nothing is destroyed.
[[noreturn]] void work_and_leave(const ProcessJob& job, const Descriptor& messages, const Descriptor& failure) {
  ::dup2(messages.get(), STDERR_FILENO);
  const std::string text = failure_of(job);
  const bool told = ::write(failure.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(text.empty() && told ? kDone : kBadUsage);
}

Result<std::array<Descriptor, 2>> make_pipe(const ProcessJob& job) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return not_started(job);
  return std::array{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Worker> start_worker(const std::vector<ProcessJob>& jobs, std::size_t index, const SignalQueue& signals) {
  const auto& job = jobs[index];
  CLI_TRY(auto messages, make_pipe(job));
  CLI_TRY(auto failure, make_pipe(job));
  const pid_t pid = ::fork();
  if (pid < 0) return not_started(job);
  if (pid == 0) {
    signals.release();
    work_and_leave(job, messages[1], failure[1]);
  }
  return Worker{index, pid, std::move(messages[0]), std::move(failure[0]), {}};
}

void wait_for_news(const SignalQueue& signals, const std::vector<Worker>& workers) {
  std::vector<pollfd> sources = {{signals.descriptor(), POLLIN, 0}};
  for (const auto& worker : workers) sources.push_back({worker.messages.get(), POLLIN, 0});
  ::poll(sources.data(), sources.size(), -1);
}

bool has_news(const Worker& worker) {
  pollfd source = {worker.messages.get(), POLLIN, 0};
  return ::poll(&source, 1, 0) == 1;
}

/// Shows what the job said; false at the end.
bool hear(Worker& worker, const std::string& name, StatusLines& lines) {
  const std::string text = read_some(worker.messages);
  worker.line += text;
  for (auto end = worker.line.find('\n'); end != std::string::npos; end = worker.line.find('\n')) {
    lines.show(name, printable(worker.line.substr(0, end)));
    worker.line.erase(0, end + 1);
  }
  return !text.empty();
}

Status wait_for_end(const Worker& worker, const std::string& name) {
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kDone) return {};
  std::string text;
  for (std::string more = read_some(worker.failure); !more.empty(); more = read_some(worker.failure)) text += more;
  if (text.empty()) text = fmt::format("{}: was killed ({})", name, strsignal(WTERMSIG(status)));
  return Error{ErrorCode::kEnvironment, text};
}

/// What is running, and the first thing that went wrong.
class Crew {
 public:
  Crew(const std::vector<ProcessJob>& jobs, std::size_t at_once) : jobs_(jobs), at_once_(at_once) {}

  Status run(const std::function<Result<std::string>(std::size_t)>& finished) {
    for (start_more(); !workers_.empty(); start_more()) {
      wait_for_news(signals_, workers_);
      if (const auto signal = signals_.take()) stop(*signal);
      for (std::size_t i = workers_.size(); i-- > 0;) {
        if (!has_news(workers_[i]) || hear(workers_[i], jobs_[workers_[i].job].name, lines_)) continue;
        note(end(workers_[i], finished));
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    return outcome_;
  }

 private:
  void note(const Status& status) {
    if (outcome_.ok()) outcome_ = status;
  }

  void start_more() {
    while (outcome_.ok() && next_ < jobs_.size() && workers_.size() < at_once_) {
      const auto& job = jobs_[next_];
      lines_.say_above(fmt::format("{}: {}", job.name, job.title));
      auto worker = start_worker(jobs_, next_++, signals_);
      if (worker.ok())
        workers_.push_back(std::move(worker).value());
      else
        note(worker.error());
    }
  }

  /// What is typed at a terminal reaches the jobs too; that the terminal is closed may be told to its first program
  /// alone.
  void stop(const signalfd_siginfo& signal) {
    note(Error{ErrorCode::kEnvironment, fmt::format("stopped ({}); the same command goes on from there",
                                                    strsignal(static_cast<int>(signal.ssi_signo)))});
    if (signal.ssi_code == SI_KERNEL && signal.ssi_signo != SIGHUP) return;
    for (const auto& worker : workers_) ::kill(worker.pid, static_cast<int>(signal.ssi_signo));
  }

  Status end(const Worker& worker, const std::function<Result<std::string>(std::size_t)>& finished) {
    const auto& name = jobs_[worker.job].name;
    lines_.drop(name);
    CLI_CHECK(wait_for_end(worker, name));
    CLI_TRY(const std::string text, finished(worker.job));
    lines_.say_above(fmt::format("{}: {}", name, text));
    return {};
  }

  const std::vector<ProcessJob>& jobs_;
  std::size_t at_once_;
  SignalQueue signals_;
  StatusLines lines_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0;
  Status outcome_;
};

}  // namespace

Status run_in_processes(const std::vector<ProcessJob>& jobs, std::size_t at_once,
                        const std::function<Result<std::string>(std::size_t)>& finished) {
  return Crew(jobs, at_once).run(finished);
}

}  // namespace standfast::cli
