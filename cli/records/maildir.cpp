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
#include <sys/stat.h>
#include <unistd.h>

#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& path, const std::string& reason) {
  return {ErrorCode::kIo, fmt::format("{}: {}", path, reason)};
}

}  // namespace

Result<MaildirList> list_maildir(const std::string& folder) {
  MaildirList list;
  for (const char* box : {"cur", "new"}) {
    const std::string path = folder + '/' + box;
    std::error_code error;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename();
      std::error_code unreadable;
      if (name.starts_with('.')) continue;
      const fs::file_type type = entry->symlink_status(unreadable).type();
      if (type == fs::file_type::regular || type == fs::file_type::none)  // what is unreadable is named when it is read
        list.messages.push_back({box, name});
      else if (type != fs::file_type::not_found)  // moved by another program
        list.skipped.push_back(std::string(box) + '/' + name);
    }
    if (error) return io_error(path, error.message() + ", expected a Maildir with new/ and cur/");
  }
  std::ranges::sort(list.messages, {}, &MaildirMessage::name);
  std::ranges::sort(list.skipped);
  return list;
}

Status make_maildir(const std::string& folder) {
  for (const char* box : {"tmp", "new", "cur"}) {
    std::error_code error;
    const mode_t before = umask(0077);
    fs::create_directories(folder + '/' + box, error);
    umask(before);
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
