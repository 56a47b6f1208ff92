// `certify --keep`: columns of the table beside the radii.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/flags.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// Columns of the table that the data come from, with a value for each input. A name that the records have themselves,
/// such as `index`, gets `data_` before it. Nothing for an empty `names`.
///
/// Fails: kBadOption, as split_names() and read_text_columns(); kIo, kBadFormat and kBadValue, as the latter.
Result<std::vector<TextColumn>> read_kept_columns(const DataFlags& flags, const std::string& names,
                                                  const Dataset& data);

/// ", id = 4711" for each column; safe for a terminal.
std::string kept_in_words(const std::vector<TextColumn>& kept, std::size_t input);
/// ",id,from": names, or the values of an input, as CSV.
std::string kept_names_as_csv(const std::vector<TextColumn>& kept);
std::string kept_as_csv(const std::vector<TextColumn>& kept, std::size_t input);
/// ,"id":"4711"
std::string kept_as_json(const std::vector<TextColumn>& kept, std::size_t input);

}  // namespace standfast::cli
