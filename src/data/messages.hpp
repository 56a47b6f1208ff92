// Raw messages as a data set: files, Maildir folders and mbox files.
#pragma once

#include <string>

#include "data/part.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Whether a file of this name is a message or an mbox by its ending: .eml, .txt, .mbox, .mbox.gz.
[[nodiscard]] bool is_message_name(const std::string& name);

/// One message, or the messages of an mbox, without labels. Fails: kIo, kBadFormat for an mbox without a message.
Result<Dataset> read_message_file(const std::string& path);

/// One folder or mbox per class: spam/ and ham/, each with files of any name or a Maildir's cur/ and new/, or spam.mbox
/// and ham.mbox. Without `require_labels` a folder may hold messages or be a Maildir itself, which are unlabelled.
/// What ends like a file of another kind is passed over, which a note says.
///
/// Fails: kIo; kBadFormat if there is no message, or none of a class that has a folder.
Result<Dataset> read_message_folder(const std::string& path, bool require_labels);

}  // namespace standfast::data
