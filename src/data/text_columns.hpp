// Columns of a table as they are written, beside what becomes of them: identifiers, names, free text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// What has to be known of a table to part its fields.
struct TextColumnsOptions {
  std::optional<char> separator = {};  ///< As TableOptions::separator.
  bool tabs_quote_nothing = false;     ///< Whether a quotation mark in a table with tabs is like any other character.
};

/// The columns of these names, each with a value for every row. Fails: kBadOption for a column that does not exist, or
/// that is named twice; kBadFormat for a table that is none; kBadValue for a value that is not UTF-8 text, named by
/// line and column.
Result<std::vector<TextColumn>> parse_text_columns(std::string_view text, const std::string& name,
                                                   std::span<const std::string> columns,
                                                   const TextColumnsOptions& options);

}  // namespace standfast::data
