// A Maildir is a folder of files, one per message; readers see a message when it appears under its name, whole.
#include "cli/records/maildir.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& path, const std::string& reason) {
  return {ErrorCode::kIo, fmt::format("{}: {}", path, reason)};
}

}  // namespace

Result<std::vector<MaildirMessage>> list_maildir(const std::string& folder) {
  std::vector<MaildirMessage> messages;
  for (const char* box : {"cur", "new"}) {
    const std::string path = folder + '/' + box;
    std::error_code error;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename();
      std::error_code unreadable;
      if (!name.starts_with('.') && entry->is_regular_file(unreadable)) messages.push_back({box, name});
    }
    if (error) return io_error(path, error.message() + ", expected a Maildir with new/ and cur/");
  }
  std::ranges::sort(messages, {}, &MaildirMessage::name);
  return messages;
}

Status make_maildir(const std::string& folder) {
  for (const char* box : {"tmp", "new", "cur"}) {
    std::error_code error;
    fs::create_directories(folder + '/' + box, error);
    if (error) return io_error(folder + '/' + box, error.message());
  }
  return {};
}

Status move_message(const MaildirMessage& message, const std::string& from, const std::string& to) {
  const std::string tail = '/' + message.box + '/' + message.name;
  // A link fails if the name is taken, which a renaming would overwrite.
  if (link((from + tail).c_str(), (to + tail).c_str()) != 0) return io_error(to + tail, std::strerror(errno));
  if (unlink((from + tail).c_str()) != 0) return io_error(from + tail, std::strerror(errno));
  return {};
}

}  // namespace standfast::cli
