// Where results and messages go: results to stdout or a file, messages to stderr.
#pragma once

#include <string>
#include <string_view>

#include "standfast/report.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// Fails: kIo if the reader is gone or the disk is full.
Status write_stdout(std::string_view text);

/// Writes to `path`, or to stdout if it is empty or "-". A regular file is replaced whole or not at all. Fails: kIo.
Status write_result(const std::string& path, std::string_view contents);

/// One line on stderr.
void say(std::string_view message);

/// Creates `folder` and those above it. Fails: kIo, naming `option`.
Status make_folder(const std::string& option, const std::string& folder);

/// Fails: kIo if `path` cannot be created or replaced, before any long work is done for it.
Status check_writable(const std::string& path);

}  // namespace standfast::cli
