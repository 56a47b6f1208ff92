// standfast filter: one message through a pipe with its verdict in a header field, or every message of a Maildir.
//
// In a pipe the message comes first: whatever happens to the verdict, the message goes on. So the verdict is found in a
// process of its own, and this one holds nothing but the message.
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/records/filter_server.hpp"
#include "cli/records/mail_header.hpp"
#include "cli/records/mail_verdict.hpp"
#include "cli/records/maildir.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/guarded.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

struct FilterCommand {
  std::string model;
  bool quiet = false;
  std::string maildir;
  std::string move_spam;
  std::string listen;
  std::string ask;
};

/// Appends what `file` has left, at most up to `limit` bytes in all. Fails: kIo.
Status read_stream(int file, const std::string& name, std::size_t limit, std::string& bytes) {
  while (bytes.size() < limit) {
    const std::size_t size = bytes.size();
    bytes.resize(std::min(limit, size + std::max<std::size_t>(size, std::size_t{64} << 10U)));
    const ssize_t count = read(file, bytes.data() + size, bytes.size() - size);
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return {};
    if (count < 0 && errno != EINTR) return Error{ErrorCode::kIo, fmt::format("{}: {}", name, std::strerror(errno))};
  }
  return {};
}

/// "+spam words=..." or "-ham ...": by whoever listens at the socket, if there is one, else in a process of its own.
Result<std::string> find_verdict(const FilterCommand& command, const std::string& message) {
  if (!command.ask.empty()) {
    auto answer = ask_for_verdict(command.ask, message);
    if (answer.ok() || answer.error().code != ErrorCode::kIo) return answer;
    say(fmt::format("standfast filter: {}; the model is loaded for this message", printable(answer.error().message)));
  }
  return run_guarded([&] { return judge_with_file(command.model, message); }, kPatience);
}

/// As find_verdict. Fails: with what was thrown, too, so that the message goes on.
Result<std::string> try_to_find_verdict(const FilterCommand& command, const std::string& message) {
  try {
    return find_verdict(command, message);
  } catch (const std::exception& error) {
    return Error{ErrorCode::kEnvironment, error.what()};
  }
}

constexpr std::size_t kPiece = std::size_t{1} << 20U;

/// Appends standard input up to kMaxMessage. The value is whether there is memory for it; if not, some is left to read.
Result<bool> read_message_input(std::string& message) {
  try {
    CLI_CHECK(read_stream(STDIN_FILENO, "standard input", kMaxMessage, message));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

Result<int> run_quiet(const FilterCommand& command, const std::string& message) {
  CLI_TRY(const std::string verdict, find_verdict(command, message));
  return verdict.starts_with('+') ? kDone : kPropertyFails;
}

/// Writes what standard input has left. No memory is asked for: `piece` has some.
Status pass_rest(std::string piece) {
  while (true) {
    piece.clear();
    CLI_CHECK(read_stream(STDIN_FILENO, "standard input", kPiece, piece));
    if (piece.empty()) return {};
    CLI_CHECK(write_stdout(piece));
  }
}

Result<int> run_pipe(const FilterCommand& command) {
  std::string message;
  message.reserve(kPiece);  // for pass_rest, whatever comes
  CLI_TRY(const bool has_memory, read_message_input(message));
  const bool is_whole = has_memory && message.size() < kMaxMessage;
  if (command.quiet && is_whole) return run_quiet(command, message);
  const Error too_large =
      has_memory ? Error{ErrorCode::kUnsupported, fmt::format("the message has {} bytes or more", kMaxMessage)}
                 : Error{ErrorCode::kEnvironment, "no memory for the message"};
  if (command.quiet) return too_large;
  const Result<std::string> verdict = is_whole ? try_to_find_verdict(command, message) : too_large;
  const std::string value = verdict.ok() ? verdict->substr(1) : field_value("error " + verdict.error().message);
  const MailPieces pieces = add_verdict_field(message, value, is_whole);
  CLI_CHECK(write_stdout(pieces.header));
  CLI_CHECK(write_stdout(pieces.rest));
  if (!is_whole) CLI_CHECK(pass_rest(std::move(message)));
  if (!verdict.ok()) say(fmt::format("standfast filter: {}; the message goes on", printable(verdict.error().message)));
  return kDone;
}

/// What a message of a Maildir is, or why that cannot be said.
Result<MailVerdict> judge_file(MailJudge& judge, const std::string& path) try {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return Error{ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno))};
  std::string message;
  CLI_CHECK(read_stream(fileno(file.get()), path, kMaxMessage, message));
  return judge.judge(message);
} catch (const std::exception& error) {
  return Error{ErrorCode::kEnvironment, fmt::format("{}: {}", path, error.what())};
}

Result<int> run_maildir(const FilterCommand& command) {
  CLI_TRY(MailJudge judge, MailJudge::load(command.model));
  CLI_TRY(const MaildirList list, list_maildir(command.maildir));
  for (const std::string& name : list.skipped)
    say(fmt::format("{}: is no regular file, skipped", printable(command.maildir + '/' + name)));
  if (!command.move_spam.empty()) CLI_CHECK(make_maildir(command.move_spam));
  std::size_t failed = 0;
  for (const MaildirMessage& message : list.messages) {
    const std::string name = message.box + '/' + message.name;
    const Result<MailVerdict> verdict = judge_file(judge, command.maildir + '/' + name);
    Status moved;
    if (verdict.ok() && verdict->is_sensitive && !command.move_spam.empty())
      moved = move_message(message, command.maildir, command.move_spam);
    if (!verdict.ok() || !moved.ok()) {
      ++failed;
      say(printable(verdict.ok() ? moved.error().message : verdict.error().message));
    }
    if (verdict.ok()) CLI_CHECK(write_stdout(fmt::format("{}\t{}\n", printable(name), verdict->text())));
  }
  return failed == 0 ? kDone : kPropertyFails;
}

Result<int> run_filter(const FilterCommand& command) {
  if (!command.listen.empty()) {
    CLI_CHECK(serve_verdicts(command.model, command.listen));
    return kDone;
  }
  if (!command.maildir.empty()) return run_maildir(command);
  if (!command.move_spam.empty()) return bad_option("--move-spam: moves messages of --maildir, which is not given");
  try {
    return run_pipe(command);
  } catch (const std::exception& error) {  // without memory even for the header: whoever sent the message keeps it
    return Error{ErrorCode::kEnvironment, fmt::format("the message cannot be passed on: {}", error.what())};
  }
}

}  // namespace

void add_filter(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<FilterCommand>();
  CLI::App& app = *program.add_subcommand(
      "filter", "Pass a message from standard input to standard output, with its verdict in the field X-Standfast.");
  app.footer("standfast filter mail.safetensors < message.eml");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote from messages.")
      ->type_name("MODEL")
      ->required();
  auto* quiet = app.add_flag("-q,--quiet", command->quiet,
                             "Write nothing; the exit code is 0 for an alarm, 1 for none, 2 for an error.");
  auto* maildir = app.add_option("--maildir", command->maildir,
                                 "Judge every message of this Maildir instead, and print a line for each.")
                      ->type_name("DIR");
  quiet->excludes(maildir);
  auto* listen = app.add_option("--listen", command->listen,
                                "Keep the model loaded and judge messages that come to this socket, until ended.")
                     ->type_name("SOCKET")
                     ->excludes(quiet)
                     ->excludes(maildir);
  app.add_option("--ask", command->ask,
                 "Let the filter that listens at this socket judge; if there is none, MODEL is loaded.")
      ->type_name("SOCKET")
      ->excludes(listen)
      ->excludes(maildir);
  app.add_option("--move-spam", command->move_spam, "Move each alarm of --maildir to this Maildir.")
      ->type_name("FOLDER")
      ->excludes(listen);
  app.callback([command, &chosen] { chosen = [command] { return run_filter(*command); }; });
}

}  // namespace standfast::cli
