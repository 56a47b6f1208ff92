// A page of hostile HTML as a small, tame one that a tree builder can take: the same text, and of the tags what decides
// where words end and what a reader sees. Time and room grow with the length of the page, whatever it holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace standfast::text {

/// No more elements are open at once than this; further ones are left out, and their text stays. Browsers stop at 512.
inline constexpr std::size_t kMaxOpenElements = 256;

/// A tree builder opens formatting elements again in each paragraph that cuts through them. The number of tags, times
/// the number of formatting elements that may be open, is not more than this.
inline constexpr std::size_t kMaxReopenedElements = 200'000;

struct TamePage {
  std::string html;
  bool is_whole = true;  // was no tag left out for want of room?
};

/// The page without comments, scripts, styles, titles and declarations, and without attributes but `style`, `hidden`,
/// `href` and `alt`. What is text to a browser is text here: `1 < 2` has its `<` as `&lt;`. Entities stay as they are.
///
/// Method: the tokenizer of the HTML standard, section 13.2.5, without the states that only scripts know.
TamePage tame_html(std::string_view html);

}  // namespace standfast::text
