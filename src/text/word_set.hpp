// The distinct words of a text, put in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace standfast::text {

/// Words as they come, most of them again and again. Sorted, not hashed: nobody can choose words that take longer.
class WordSet {
 public:
  /// The word must stay where it is.
  void insert(std::string_view word);

  /// The words, each once, in the order of their bytes.
  std::vector<std::string> sorted();

 private:
  struct Entry {
    std::uint64_t prefix;  ///< The first eight bytes, the first one in front: nearly always enough to compare.
    std::string_view word;

    friend bool operator<(const Entry& a, const Entry& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.word < b.word;
    }
  };

  /// Sorts the entries and leaves one of each.
  void compact();

  std::vector<Entry> entries_;
  std::size_t limit_ = 1U << 16U;  ///< Entries from which on repeated words are thrown out.
};

}  // namespace standfast::text
