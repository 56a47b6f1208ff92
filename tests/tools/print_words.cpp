// The words of each file, a line each, as tools/words.py prints them.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "text/tokenizer.hpp"

int main(int argument_count, char** arguments) {
  for (int k = 1; k < argument_count; ++k) {
    std::ifstream file(arguments[k], std::ios::binary);
    if (!file) return 1;
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const char* before = "";
    for (const auto& word : standfast::text::words_of(text)) {
      std::printf("%s%s", before, word.c_str());
      before = " ";
    }
    std::printf("\n");
  }
  return 0;
}
