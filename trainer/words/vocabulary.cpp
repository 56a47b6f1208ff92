// Counts messages, not occurrences: a message knows of a word only whether it has it.
#include "trainer/words/vocabulary.hpp"

#include <algorithm>
#include <cstdint>

namespace standfast::trainer {

std::vector<std::string> choose_vocabulary(const Dataset& data, std::span<const std::size_t> rows, std::size_t most,
                                           std::size_t min_count) {
  std::vector<std::size_t> messages(data.feature_names.size());
  for (const std::size_t row : rows)
    for (const std::uint32_t word : data.words.row(row)) ++messages[word];
  std::vector<std::size_t> chosen;
  for (std::size_t word = 0; word < messages.size(); ++word)
    if (messages[word] >= std::max<std::size_t>(min_count, 1)) chosen.push_back(word);
  if (chosen.size() > most) {
    // the names ascend, so a stable order keeps the first of words that are as frequent
    std::ranges::stable_sort(chosen, [&](std::size_t a, std::size_t b) { return messages[a] > messages[b]; });
    chosen.resize(most);
    std::ranges::sort(chosen);
  }
  std::vector<std::string> vocabulary;
  vocabulary.reserve(chosen.size());
  for (const std::size_t word : chosen) vocabulary.push_back(data.feature_names[word]);
  return vocabulary;
}

}  // namespace standfast::trainer
