// From a message to the words that a classifier sees.
//
//     const std::vector<std::string> words = standfast::words_of_message(bytes);
//     for (const auto& word : words) std::printf("%s\n", word.c_str());
//
// A message is decoded as a mail reader shows it (MIME, character sets, HTML), and its text becomes words. The way from
// text to words is part of every certificate in words: it has a name, kTokenizer, stands in the model file, and never
// changes under that name. docs/tokenizer.md describes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace standfast {

/// The name of the tokenizer, as model files give it.
inline constexpr std::string_view kTokenizer = "words/1";

/// The words of a text in UTF-8, each once, in the order of their bytes. Bytes that are no UTF-8 part words.
std::vector<std::string> words_of_text(std::string_view text);

/// The words of the subject and the text of a raw message, as words_of_text gives them. A message that is broken is
/// read as far as it goes, and one without header lines is taken as plain text.
std::vector<std::string> words_of_message(std::string_view raw);

}  // namespace standfast
