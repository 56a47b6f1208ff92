// CSV tables, gzip'd or not, and the split of what was read; tables of any columns, and what a model makes of them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "columns/columns.hpp"
#include "data/bytes.hpp"
#include "data/column_table.hpp"
#include "data/gzip.hpp"
#include "data/table.hpp"

namespace {

/// The columns that are found are such as a model file may hold, and read the same table to the same features.
void read_columns(std::string_view text) {
  using namespace standfast;
  const data::RowChoice none;
  const data::RowChoice half = [](const Dataset& data) { return split_data(data, 0.5, 1).first; };
  check_result(data::parse_column_table(text, "fuzz.csv", {"", true, "y"}, half, false));
  const auto found = data::parse_column_table(text, "fuzz.csv", {"", true, "y"}, none, false);
  check_result(found);
  if (!found.ok()) return;
  require(columns::check_columns(found->columns, found->feature_names).ok(), "what is found can be kept");
  data::TableOptions options{found->label_column, true};
  options.known = found->columns;
  const auto again = data::parse_column_table(text, "fuzz.csv", options, none, false);
  require(again.ok() && again->features == found->features, "a model reads its own table");
}

void read(std::string_view text) {
  using namespace standfast;
  check_result(data::parse_table(text, "fuzz.csv", {"", false, "y"}));
  check_result(data::parse_table(text, "fuzz.csv", {"y", true, "", ';'}));
  read_columns(text);
  const auto data = data::parse_table(text, "fuzz.csv", {"", true});
  check_result(data);
  if (!data.ok()) return;
  const Split split = split_data(*data, 0.2, 1);
  require(split.first.size() + split.second.size() == data->count(), "each row is on one side");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (!standfast::data::is_gzip(bytes)) {
    read(standfast::files::as_text(bytes));
    return 0;
  }
  const auto unpacked = standfast::data::inflate_gzip(bytes, "fuzz.csv.gz", std::size_t{1} << 20);
  standfast::check_error(unpacked);
  if (unpacked.ok()) read(standfast::files::as_text(*unpacked));
  return 0;
}
