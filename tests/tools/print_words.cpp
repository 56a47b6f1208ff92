// The words of each file, a line each: `print_words FILE...` of texts, as tools/words.py prints them, and
// `print_words --messages FILE...` of raw messages, for tools/make_mail.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "standfast/text.hpp"

int main(int argument_count, char** arguments) {
  const bool messages = argument_count > 1 && std::strcmp(arguments[1], "--messages") == 0;
  for (int k = messages ? 2 : 1; k < argument_count; ++k) {
    std::ifstream file(arguments[k], std::ios::binary);
    if (!file) return 1;
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const char* before = "";
    for (const auto& word : messages ? standfast::words_of_message(bytes) : standfast::words_of_text(bytes)) {
      std::printf("%s%s", before, word.c_str());
      before = " ";
    }
    std::printf("\n");
  }
  return 0;
}
