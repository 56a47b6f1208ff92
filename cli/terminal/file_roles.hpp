// What a command reads and what it writes: no output may be an input, nor two outputs one file.
#pragma once

#include <string>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::cli {

/// A file and what it is to the command.
struct FileRole {
  std::string name;  ///< The option or argument as the help shows it: "--json", "DATA".
  std::string path;  ///< Empty if there is no such file. Of an output "-" is standard output.
};

/// The input that a DATA argument names: the file or folder without `:train`, `:test` and a size.
FileRole data_role(const std::string& source);

/// Checks all outputs of a command before it reads anything: each can be written, and nothing is lost by it.
///
/// One file by two names is one file: `./X`, a link, a hard link, standard output sent to X. Devices may be written
/// twice: they have nothing to lose. Fails: kIo for an output that cannot be created or replaced; kBadOption for one
/// that is also an input, a file in a folder that is read, or another output.
Status check_outputs(const std::vector<FileRole>& inputs, const std::vector<FileRole>& outputs);

}  // namespace standfast::cli
