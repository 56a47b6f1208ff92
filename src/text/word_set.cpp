// Entries pile up and are compacted when they are twice as many as the last time: memory stays in proportion to the
// distinct words, and each entry is sorted a bounded number of times on average.
#include "text/word_set.hpp"

#include <algorithm>

namespace standfast::text {
namespace {

/// Zeros stand for what is missing; words have no zero bytes, so that a word comes before its continuations.
std::uint64_t prefix_of(std::string_view word) {
  std::uint64_t prefix = 0;
  for (std::size_t k = 0; k < 8; ++k)
    prefix = prefix << 8U | (k < word.size() ? static_cast<unsigned char>(word[k]) : 0U);
  return prefix;
}

}  // namespace

void WordSet::insert(std::string_view word) {
  entries_.push_back({prefix_of(word), word});
  if (entries_.size() >= limit_) compact();
}

void WordSet::compact() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a < b; });
  const auto is_same = [](const Entry& a, const Entry& b) { return a.word == b.word; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), is_same), entries_.end());
  limit_ = std::max(limit_, 2 * entries_.size());
}

std::vector<std::string> WordSet::sorted() {
  compact();
  std::vector<std::string> words;
  words.reserve(entries_.size());
  for (const Entry& entry : entries_) words.emplace_back(entry.word);
  return words;
}

}  // namespace standfast::text
