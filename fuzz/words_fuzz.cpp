// Text of any bytes as words.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "check_dataset.hpp"
#include "files/bytes.hpp"
#include "files/utf8.hpp"
#include "text/fold.hpp"
#include "text/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace standfast;
  const std::string_view bytes = files::as_text(std::as_bytes(std::span(data, size)));
  const text::FoldedText folded = text::fold(bytes);
  require(folded.bytes.size() == folded.kinds.size(), "each folded byte has a kind");
  require(text::fold(folded.bytes).bytes == folded.bytes, "folding again changes nothing");
  const auto words = text::words_of(bytes);
  std::string joined;
  for (const std::string& word : words) {
    require(files::is_utf8(word) && word.find(' ') == std::string::npos, "a word is UTF-8 without blanks");
    joined += word + " ";
  }
  require(text::words_of(joined) == words, "the words of words are the same words");
  return 0;
}
