// The mbox format: messages one after the other in one file (RFC 4155, with the quoting of the mboxrd variant).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace standfast::data {

/// The messages of an mbox. Each begins with a line "From ...", which is no part of it, at the start of the file or
/// after a blank line; ">From " at the start of a line, with any number of ">", loses one of them. Empty if the text
/// does not start so.
std::vector<std::string> split_mbox(std::string_view text);

}  // namespace standfast::data
