// Which column of a table holds the labels.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/separator.hpp"
#include "data/table.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// The label's column by the rules of docs/data.md; nothing for a table without labels. Names are compared without
/// case.
///
/// Fails: kBadOption if the column that was asked for does not exist, and if two columns may be the label.
/// Cost: reads the table once if a column between others has one of the usual names.
Result<std::optional<std::size_t>> find_label_column(const std::vector<std::string>& names, const TableFrame& frame,
                                                     const std::string& name, const TableOptions& options);

/// The column of this name, whatever its case. Fails: kBadOption if there is none, or two that differ in case only;
/// `option` is what names one.
Result<std::size_t> find_column(const std::vector<std::string>& names, const std::string& wanted,
                                const std::string& name, std::string_view option);

/// Whether a column was taken as the label because of its name, not of its place.
[[nodiscard]] bool is_label_by_name(const std::string& column, const TableOptions& options);

}  // namespace standfast::data
