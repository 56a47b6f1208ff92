// A table with a column of text as a data set: comments, short messages, addresses of pages.
#pragma once

#include <string>
#include <string_view>

#include "data/table.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Reads the words of one column, and the labels of another; the other columns are passed over, which a note says.
/// In a table whose columns are parted by tabs a quotation mark is a character like any other.
///
/// Fails: kBadFormat (no header, a name twice or missing, ragged rows, no rows), kBadOption (no such column; the text
/// column is the label's), kBadValue for a label that is missing.
Result<Dataset> parse_text_table(std::string_view text, const std::string& name, const std::string& text_column,
                                 const TableOptions& options);

}  // namespace standfast::data
