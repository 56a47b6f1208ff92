// Element names of HTML by what they mean to a tokenizer and to a tree builder.
// Source: the HTML standard, sections 13.1.2 and 13.2.6.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace standfast::text {

template <std::size_t count>
bool is_one_of(std::string_view name, const std::array<std::string_view, count>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using Names = std::string_view;
/// Their content is text up to their end tag, and no reader shows it.
inline constexpr auto kSkipped = std::to_array<Names>({"iframe", "noembed", "script", "style", "title"});
/// Their content is text up to their end tag, and readers show it.
inline constexpr auto kVerbatim = std::to_array<Names>({"plaintext", "textarea", "xmp"});
/// Their tags change how the rest is parsed, in ways that mail readers do not follow. Their content stays.
inline constexpr auto kIgnored = std::to_array<Names>({"frame", "frameset", "isindex", "math", "noframes", "svg"});
/// They hold nothing.
inline constexpr auto kVoid =
    std::to_array<Names>({"area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "image", "img", "input",
                          "keygen", "link", "meta", "param", "source", "track", "wbr"});
/// The next of its kind closes it, or there is one of it.
inline constexpr auto kSelfClosing =
    std::to_array<Names>({"body", "head", "html", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"});
/// The next of its kind closes it, unless one of the others stands between.
inline constexpr auto kItems = std::to_array<Names>({"dd", "dt", "li"});
/// Opened again in each paragraph until they are closed.
inline constexpr auto kFormatting = std::to_array<Names>(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"});
inline constexpr auto kKept = std::to_array<Names>({"alt", "hidden", "href", "size", "style"});

}  // namespace standfast::text
