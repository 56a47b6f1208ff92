// Names in a model are UTF-8, so that they survive the file.
#pragma once

#include <string_view>

namespace standfast {

/// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. Source: RFC 3629.
bool is_utf8(std::string_view text);

}  // namespace standfast
