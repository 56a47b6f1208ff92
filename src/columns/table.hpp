// A table as the columns' rules see it: numbers, and for text the numbers of its words.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace standfast::columns {

/// No column tells more different words apart: their numbers stay exact in a float32. All others count as the last one.
inline constexpr std::size_t kMostWords = std::size_t{1} << 20;

/// Shape: names and words are (columns); cells is (rows, columns), row after row.
struct Table {
  std::string source;              ///< What messages call the table.
  std::vector<std::string> names;  ///< The columns' names.
  /// The different words of each column, in the order of their first rows; empty for a column of numbers.
  std::vector<std::vector<std::string>> words;
  std::vector<float> cells;  ///< A number, or the number of a word in its column's `words`; NaN if it is missing.

  [[nodiscard]] std::size_t width() const { return names.size(); }
  [[nodiscard]] std::span<const float> row(std::size_t i) const {
    return std::span(cells).subspan(i * width(), width());
  }
  [[nodiscard]] bool is_text(std::size_t column) const { return !words[column].empty(); }
};

/// What a rule decided, as a line for the user.
struct Remark {
  std::string text;
  bool lenient = false;  ///< Whether something was left out, filled in or passed over, which --strict refuses.
};

}  // namespace standfast::columns
