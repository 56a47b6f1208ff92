// The messages of a Maildir, and moving one to another.
#pragma once

#include <string>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::cli {

struct MaildirMessage {
  std::string box;   ///< "new" or "cur".
  std::string name;  ///< The file's name in it.
};

struct MaildirList {
  std::vector<MaildirMessage> messages;
  std::vector<std::string> skipped;  ///< "new/name" of what is no regular file: folders, links, pipes.
};

/// Every message of new/ and cur/, by name. Fails: kIo if `folder` has no such sub-folders.
Result<MaildirList> list_maildir(const std::string& folder);

/// Makes `folder` a Maildir, with tmp/, new/ and cur/, as far as it is none, for this user only. Fails: kIo.
Status make_maildir(const std::string& folder);

/// Moves a message to the same box of another Maildir, as one step, and never over one that is there. Fails: kIo.
Status move_message(const MaildirMessage& message, const std::string& from, const std::string& to);

}  // namespace standfast::cli
