// A message is a short ascending list of word numbers. Other numbers for the words are one look-up per occurrence.
#include "data/words.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace standfast::data {
namespace {

constexpr std::uint32_t kLeftOut = std::numeric_limits<std::uint32_t>::max();

/// The rows with word w replaced by numbers[w], and without what is left out.
WordRows renumbered(const WordRows& rows, std::span<const std::uint32_t> numbers) {
  WordRows result;
  result.begin.reserve(rows.begin.size());
  for (std::size_t i = 0; i + 1 < rows.begin.size(); ++i) {
    for (const std::uint32_t word : rows.row(i))
      if (numbers[word] != kLeftOut) result.word.push_back(numbers[word]);
    std::sort(result.word.begin() + static_cast<std::ptrdiff_t>(result.begin.back()), result.word.end());
    result.begin.push_back(result.word.size());
  }
  return result;
}

std::unordered_map<std::string_view, std::uint32_t> numbers_of(std::span<const std::string> words) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  numbers.reserve(words.size());
  for (const std::string& word : words) numbers.emplace(word, static_cast<std::uint32_t>(numbers.size()));
  return numbers;
}

}  // namespace

void WordCollector::add_message(std::span<const std::string> words) {
  for (const std::string& word : words) {
    const auto [entry, is_new] = numbers_.emplace(word, static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) names_.push_back(&entry->first);
    rows_.word.push_back(entry->second);
  }
  rows_.begin.push_back(rows_.word.size());
}

void WordCollector::finish(Dataset& data) && {
  std::vector<std::uint32_t> order(names_.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return *names_[a] < *names_[b]; });
  std::vector<std::uint32_t> numbers(order.size());
  data.feature_names.reserve(order.size());
  for (const std::uint32_t word : order) {
    numbers[word] = static_cast<std::uint32_t>(data.feature_names.size());
    data.feature_names.push_back(*names_[word]);
  }
  data.words = renumbered(rows_, numbers);
  data.input_shape = {static_cast<std::int64_t>(order.size())};
}

Dataset select_words(Dataset data, std::span<const std::string> vocabulary) {
  const auto known = numbers_of(vocabulary);
  std::vector<std::uint32_t> numbers;
  numbers.reserve(data.feature_names.size());
  for (const std::string& word : data.feature_names) {
    const auto found = known.find(word);
    numbers.push_back(found == known.end() ? kLeftOut : found->second);
  }
  data.words = renumbered(data.words, numbers);
  data.feature_names.assign(vocabulary.begin(), vocabulary.end());
  data.input_shape = {static_cast<std::int64_t>(vocabulary.size())};
  return data;
}

void append_messages(Dataset& first, const Dataset& second) {
  std::vector<std::string> all;
  std::ranges::set_union(first.feature_names, second.feature_names, std::back_inserter(all));
  first = select_words(std::move(first), all);
  const Dataset other = select_words(second, all);
  for (std::size_t i = 0; i < other.count(); ++i) {
    const auto found = other.words.row(i);
    first.words.word.insert(first.words.word.end(), found.begin(), found.end());
    first.words.begin.push_back(first.words.word.size());
  }
}

}  // namespace standfast::data
