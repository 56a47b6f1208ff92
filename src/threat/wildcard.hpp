// Feature names with `*` in them, as threat files write them.
#pragma once

#include <string_view>

namespace standfast::threat {

/// Whether the whole of `text` fits `pattern`, in which each `*` stands for any run of bytes, also an empty one.
///
/// Cost: at most pattern.size() * text.size() comparisons, no allocation.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace standfast::threat
