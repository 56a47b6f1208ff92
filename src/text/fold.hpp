// Text with what a reader cannot tell apart made equal: case, accents, forms of one letter, look-alikes of ASCII, and
// characters that nobody sees. The table is src/text/fold_table.txt, a part of the tokenizer; docs/tokenizer.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace standfast::text {

/// What a character is for the tokenizer. The values stand in FoldedText::kinds.
enum class Kind : char {
  kSeparator = ' ',  ///< It ends a word.
  kLetter = 'a',
  kDigit = '0',
  kMark = '!',       ///< A word of its own, like "$".
  kIdeograph = 'c',  ///< A word of its own, from a script that puts no blanks between words.
};

/// Shape: bytes and kinds have the same size; all bytes of a character have its kind.
struct FoldedText {
  std::string bytes;  ///< UTF-8.
  std::string kinds;  ///< A Kind for each byte.
};

/// The folded text. Folding it again changes nothing. A byte that is no UTF-8 becomes a blank, and so does every
/// character beyond ASCII that separates words.
FoldedText fold(std::string_view utf8);

}  // namespace standfast::text
