// Messages as the words that they have: collected while reading, and seen through another vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "standfast/data.hpp"

namespace standfast::data {

/// Numbers words in the order in which they appear, message after message.
class WordCollector {
 public:
  /// The words of the next message, each once.
  void add_message(std::span<const std::string> words);
  /// Moves the messages into a data set, whose features are the words in the order of their bytes.
  void finish(Dataset& data) &&;

 private:
  std::vector<const std::string*> names_;  // keys of numbers_, which stay where they are
  std::unordered_map<std::string, std::uint32_t> numbers_;
  WordRows rows_;
};

/// The same messages seen through another vocabulary: words outside of it are left out. Requires: is_text().
///
/// Shape: vocabulary has the words of the new features, each once, in their order.
Dataset select_words(Dataset data, std::span<const std::string> vocabulary);

/// The messages of `first` and then those of `second`, with the words of both.
/// Requires: both are text. Labels and names are the caller's.
void append_messages(Dataset& first, const Dataset& second);

}  // namespace standfast::data
