// One question and one answer over a socket of this machine (AF_UNIX): the asker sends everything, closes its side, and
// reads the answer until the other side closes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast::cli {

/// Listens at `path`, for this user only. A socket there that nobody listens at is replaced.
///
/// The value is the file descriptor. Fails: kIo if the path is too long, taken, or cannot be made.
Result<int> listen_locally(const std::string& path);

struct Answering {
  int listener = -1;                  ///< Of listen_locally.
  std::size_t max_question = 0;       ///< Bytes of a question that are read.
  int seconds = 0;                    ///< A copy that takes longer for one question is killed.
  std::function<void()> prepare;      ///< Runs before a copy is made, and in a copy that is outdated.
  std::function<bool()> is_outdated;  ///< Whether a copy shall prepare anew, answer, and be replaced.
  std::function<std::string(const std::string& question)> answer;  ///< Runs in copies of this process.
};

/// Answers questions at a listening socket, in a few copies of this process, until the program is ended. A copy that
/// dies is replaced.
///
/// Requires: no other thread is running. Fails: kEnvironment if no copy can be made.
Status answer_forever(const Answering& answering);

/// The answer; empty if the other side died.
/// Fails: kIo if nobody listens at `path`, or there is no whole answer within `seconds` in all.
Result<std::string> ask_locally(const std::string& path, std::string_view question, int seconds);

}  // namespace standfast::cli
