// Names as people write them: compared without case, and the closest one to a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace standfast::files {

/// Whether two names differ in the case of ASCII letters and in blanks at their ends at most.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

/// The closest of the names, without case: at most two typing errors away from a word, one from a word of up to four
/// characters, none from one of two. Empty if none is.
std::string closest_name(std::string_view word, std::span<const std::string> names);

/// ", did you mean X?" for the closest of the names, if one is close; else nothing.
std::string suggest_name(std::string_view word, std::span<const std::string> names);

}  // namespace standfast::files
