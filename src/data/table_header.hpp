// The first line of a table: a name for each column.
#pragma once

#include <string>
#include <vector>

#include "data/csv.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// The names of the columns, from the scanner's first record; `name` stands for the table in messages.
/// The first may lack a name if `first_may_be_unnamed`: as pandas writes the numbers of rows.
/// Fails: kBadFormat for no line, a blank one, numbers only, a name that is missing, no UTF-8 text or there twice.
Result<std::vector<std::string>> read_table_header(CsvScanner& scanner, const std::string& name,
                                                   bool first_may_be_unnamed = false);

}  // namespace standfast::data
