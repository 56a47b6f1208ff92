// Where results and messages go: results to stdout or a file, messages to stderr.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "standfast/report.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// Called once, before any file is opened: a stream that the caller has closed does not become a file of results, and a
/// message that nobody reads any more does not end the program.
void prepare_streams();

/// Fails: kIo if the disk is full. Ends the program if the reader is gone.
Status write_stdout(std::string_view text);

/// Writes to `path`, or to stdout if it is empty or "-". A regular file is replaced whole or not at all. Fails: kIo.
Status write_result(const std::string& path, std::string_view contents);

/// One line on stderr. If nobody can read it, the work goes on without.
void say(std::string_view message);
/// Text on stderr as it is.
void say_raw(std::string_view text);

/// "1 input", "2 inputs".
std::string counted(std::size_t count, std::string_view noun);

/// Creates `folder` and those above it. Fails: kIo, naming `option`.
Status make_folder(const std::string& option, const std::string& folder);

/// Fails: kIo if `path` cannot be created or replaced, before any long work is done for it.
Status check_writable(const std::string& path);

}  // namespace standfast::cli
