// Copies of the process share the pages of what was loaded before they were made. A question that crashes or hangs
// takes one copy along, and the next one is made in a millisecond.
#include "cli/terminal/local_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// Questions that are answered at once; more wait in the socket's queue.
constexpr int kCopies = 4;
/// A copy lives no longer than this many questions, so that nothing piles up in it.
constexpr int kMaxAnswers = 1000;
constexpr int kQueue = 128;

Error socket_error(const std::string& path, const std::string& reason) {
  return {ErrorCode::kIo, fmt::format("{}: {}", path, reason)};
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return socket_error(path, fmt::format("the path of a socket has 1 to {} bytes", sizeof(address.sun_path) - 1));
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

class File {
 public:
  explicit File(int number) : number_(number) {}
  ~File() {
    if (number_ >= 0) close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

bool connect_to(int file, const sockaddr_un& address) {
  return connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

using Clock = std::chrono::steady_clock;

/// The next step on this socket ends at `end` at the latest. False if that is over.
bool limit_step(int file, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now()).count();
  if (left <= 0) return false;  // 0 would mean: without a limit
  const timeval patience{left / 1'000'000, left % 1'000'000};
  return setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
         setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0;
}

/// As much as the other side takes until then.
void send_whole(int file, std::string_view bytes, Clock::time_point end) {
  while (!bytes.empty() && limit_step(file, end)) {
    const ssize_t sent = send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Up to `limit` bytes, or to the end of what the other side sends. False if that has not come until then.
bool receive(int file, std::size_t limit, Clock::time_point end, std::string& bytes) {
  std::array<char, std::size_t{64} << 10U> piece{};
  while (bytes.size() < limit) {
    if (!limit_step(file, end)) return false;
    const ssize_t count = recv(file, piece.data(), std::min(piece.size(), limit - bytes.size()), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    bytes.append(piece.data(), static_cast<std::size_t>(count));
  }
  return true;
}

[[noreturn]] void answer_in_copy(const Answering& answering, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // it ends with the process that made it
  if (getppid() != parent) _exit(0);
  for (int answered = 0; answered < kMaxAnswers; ++answered) {
    const File asker(accept4(answering.listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (asker.number() < 0) continue;
    alarm(static_cast<unsigned>(answering.seconds));
    const auto end = Clock::now() + std::chrono::seconds(answering.seconds);
    const bool is_last = answering.is_outdated();
    if (is_last) answering.prepare();
    std::string question;
    if (receive(asker.number(), answering.max_question, end, question))
      send_whole(asker.number(), answering.answer(question), end);
    alarm(0);
    if (is_last) break;
  }
  _exit(0);
}

}  // namespace

Result<int> listen_locally(const std::string& path) {
  CLI_TRY(const sockaddr_un address, address_of(path));
  const File probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect_to(probe.number(), address) || errno == EAGAIN)  // or its queue is full
    return socket_error(path, "somebody listens there already");
  if (errno == ECONNREFUSED) {
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) unlink(path.c_str());  // left by one that was killed
  }
  File file(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const mode_t before = umask(0077);
  const bool is_bound = bind(file.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int reason = errno;
  umask(before);
  if (!is_bound) return socket_error(path, std::strerror(reason));
  if (listen(file.number(), kQueue) != 0) return socket_error(path, std::strerror(errno));
  return file.release();
}

Status answer_forever(const Answering& answering) {
  std::signal(SIGCHLD, SIG_DFL);  // where it is ignored, as it may come from the parent, nobody is told of a copy's end
  std::signal(SIGALRM, SIG_DFL);
  for (int copies = 0;;) {
    while (copies < kCopies) {
      answering.prepare();
      const pid_t parent = getpid();
      const pid_t copy = fork();
      if (copy == 0) answer_in_copy(answering, parent);
      if (copy < 0 && copies == 0) return Error{ErrorCode::kEnvironment, std::strerror(errno)};
      if (copy < 0) break;
      ++copies;
    }
    if (waitpid(-1, nullptr, 0) > 0)
      --copies;
    else if (errno == ECHILD)
      copies = 0;
  }
}

Result<std::string> ask_locally(const std::string& path, std::string_view question, int seconds) {
  CLI_TRY(const sockaddr_un address, address_of(path));
  const File file(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  const Error too_late = socket_error(path, fmt::format("no answer within {} s", seconds));
  limit_step(file.number(), end);  // a full queue makes connecting wait as well
  while (!connect_to(file.number(), address)) {
    if (errno != EINTR) return errno == EAGAIN ? too_late : socket_error(path, std::strerror(errno));
    if (!limit_step(file.number(), end)) return too_late;
  }
  send_whole(file.number(), question, end);
  shutdown(file.number(), SHUT_WR);
  std::string answer;
  const bool is_whole = receive(file.number(), std::size_t{64} << 10U, end, answer);
  return is_whole || Clock::now() < end ? answer : Result<std::string>(too_late);
}

}  // namespace standfast::cli
