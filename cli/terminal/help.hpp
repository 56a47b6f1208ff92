// The text of --help, from the option table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/terminal/option_table.hpp"

namespace standfast::cli {

/// What --help prints: one sentence, the usage, every argument and option, and an example.
std::string help_text(const CommandEntry& command);

/// Lines of at most `width` characters; lines after the first start with `indent` blanks.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace standfast::cli
