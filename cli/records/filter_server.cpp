// Loading a model takes longer than judging a message: its file is read, checked, and bounds are computed from it.
#include "cli/records/filter_server.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/records/mail_header.hpp"
#include "cli/records/mail_verdict.hpp"
#include "cli/terminal/local_socket.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

Result<std::string> signed_verdict(MailJudge& judge, const std::string& message) {
  if (message.size() >= kMaxMessage)
    return Error{ErrorCode::kUnsupported, fmt::format("the message has {} bytes or more", kMaxMessage)};
  CLI_TRY(const MailVerdict verdict, judge.judge(message));
  return (verdict.is_sensitive ? '+' : '-') + verdict.text();
}

/// What tells one state of a file from another.
struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec changed{};

  static FileState of(const std::string& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return {};
    return {info.st_dev, info.st_ino, info.st_size, info.st_mtim};
  }
  friend bool operator==(const FileState& a, const FileState& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size && a.changed.tv_sec == b.changed.tv_sec &&
           a.changed.tv_nsec == b.changed.tv_nsec;
  }
};

}  // namespace

std::string packed_verdict(const Result<std::string>& verdict) {
  return verdict.ok() ? *verdict : '!' + verdict.error().message;
}

Result<std::string> unpacked_verdict(const std::string& packed) {
  if (packed.starts_with('+') || packed.starts_with('-')) return packed[0] + field_value(packed.substr(1));
  if (packed.starts_with('!')) return Error{ErrorCode::kEnvironment, packed.substr(1)};
  return Error{ErrorCode::kIo, "the filter at the socket gave no verdict"};
}

Result<std::string> judge_with_file(const std::string& model, const std::string& message) {
  CLI_TRY(MailJudge judge, MailJudge::load(model));
  return signed_verdict(judge, message);
}

Status serve_verdicts(const std::string& model, const std::string& socket) {
  FileState state = FileState::of(model);
  CLI_TRY(MailJudge judge, MailJudge::load(model));
  CLI_CHECK(judge.judge("Subject: x\n\n"));  // what is made on the first message is there for all copies
  CLI_TRY(const int listener, listen_locally(socket));
  say(fmt::format("standfast filter: {} judges messages at {}", printable(model), printable(socket)));
  const auto is_outdated = [&] { return FileState::of(model) != state; };
  const auto load_again_if_changed = [&] {
    if (!is_outdated()) return;
    state = FileState::of(model);
    auto changed = MailJudge::load(model);
    if (!changed.ok()) {
      say(fmt::format("standfast filter: {}; the model before stays", printable(changed.error().message)));
      return;
    }
    judge = std::move(changed).value();
    say(fmt::format("standfast filter: {} is read again", printable(model)));
  };
  return answer_forever(
      {.listener = listener,
       .max_question = kMaxMessage,
       .seconds = kPatience,
       .prepare = load_again_if_changed,
       .is_outdated = is_outdated,
       .answer = [&](const std::string& message) { return packed_verdict(signed_verdict(judge, message)); }});
}

Result<std::string> ask_for_verdict(const std::string& socket, const std::string& message) {
  CLI_TRY(const std::string answer, ask_locally(socket, message, kPatienceWithOthers));
  return unpacked_verdict(answer);
}

}  // namespace standfast::cli
