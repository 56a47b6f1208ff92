// What a reader of mail shows of an HTML page, as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace standfast::text {

/// Bytes of a page that are read; what comes after them is not.
inline constexpr std::size_t kMaxHtmlBytes = std::size_t{4} << 20U;

/// The words that a reader of the page sees. Links are kept as `http://host`, pictures as the text that stands for
/// them.
///
/// Left out: scripts, styles, the head, comments, and elements that their own attributes hide (`hidden`, and in
/// `style`: no display, no visibility, no size of the letters, no opacity); in doubt, and on a page with tags beyond a
/// limit, it is shown. Style sheets are not applied. Words end at block elements, line breaks and table cells, but not
/// at inline elements: `v<b></b>iagra` is one word. Requires: UTF-8; other bytes come back as they are or as U+FFFD.
/// Never fails.
std::string visible_text(std::string_view html);

}  // namespace standfast::text
