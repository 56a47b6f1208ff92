// From text to words: the tokenizer "words/1", which docs/tokenizer.md describes. A model is made for the words of one
// tokenizer and a certificate counts them, so nothing here may change what a text's words are under that name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "standfast/text.hpp"

namespace standfast::text {

/// The words of a text, each once, in the order of their bytes. The words of these words, joined by blanks, are the
/// same ones. Bytes that are no UTF-8 separate words.
///
/// Cost: about 10 ns per byte; twice the text's size in memory, and up to 24 times for text made to be so.
std::vector<std::string> words_of(std::string_view utf8);

}  // namespace standfast::text
