// The copy writes one byte, whether it succeeded, and then the text into a pipe; the pipe's end is its end.
#include "cli/terminal/guarded.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace standfast::cli {
namespace {

constexpr char kDoneMark = '+';
constexpr char kFailedMark = '-';

Error environment_error(std::string message) { return {ErrorCode::kEnvironment, std::move(message)}; }

void write_whole(int pipe, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(pipe, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

/// What throws here ends the copy: it must not go on with what the first process is to do.
[[noreturn]] void work_in_copy(const std::function<Result<std::string>()>& work, int pipe) noexcept {
  std::string answer;
  try {
    const Result<std::string> result = work();
    answer = result.ok() ? kDoneMark + *result : kFailedMark + result.error().message;
  } catch (const std::exception& error) {
    answer = fmt::format("{}internal error: {}", kFailedMark, error.what());
  }
  write_whole(pipe, answer);
  _exit(0);  // what this process shares with the first one is not its to end
}

/// Everything up to the pipe's end; false if the time is over before.
bool read_until(int pipe, std::chrono::steady_clock::time_point end, std::string& text) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{pipe, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    std::array<char, 4096> bytes{};
    const ssize_t count = read(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<std::string> run_guarded(const std::function<Result<std::string>()>& work, int seconds) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return environment_error(fmt::format("no pipe: {}", std::strerror(errno)));
  const pid_t copy = fork();
  if (copy == 0) {
    close(ends[0]);
    work_in_copy(work, ends[1]);
  }
  close(ends[1]);
  if (copy < 0) {
    close(ends[0]);
    return environment_error(fmt::format("no process: {}", std::strerror(errno)));
  }
  std::string answer;
  const bool in_time = read_until(ends[0], std::chrono::steady_clock::now() + std::chrono::seconds(seconds), answer);
  close(ends[0]);
  if (!in_time) kill(copy, SIGKILL);
  int status = 0;
  while (waitpid(copy, &status, 0) < 0 && errno == EINTR) continue;
  if (!in_time) return environment_error(fmt::format("no verdict within {} s", seconds));
  if (answer.empty())
    return environment_error(WIFSIGNALED(status) ? fmt::format("ended by signal {}", WTERMSIG(status))
                                                 : std::string("ended without a verdict"));
  if (answer[0] == kDoneMark) return answer.substr(1);
  return environment_error(answer.substr(1));
}

}  // namespace standfast::cli
