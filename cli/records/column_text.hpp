// Columns of a table for people to read: what they are, and what is in them.
#pragma once

#include <string>

#include "standfast/columns.hpp"
#include "standfast/data.hpp"

namespace standfast::cli {

/// Whether there is more to tell of the columns than the names of numbers.
bool tells_more_than_numbers(const Columns& columns);

/// A line per column of the data: its kind, how many rows lack a value, and what it holds.
///
/// Requires: the data have columns and at least one row.
std::string columns_with_values(const Dataset& data);

/// A line per column of a model: its kind, and how it is read.
std::string columns_as_read(const Columns& columns);

}  // namespace standfast::cli
