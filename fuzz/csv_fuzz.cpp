// CSV tables, gzip'd or not, and the split of what was read.
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "data/bytes.hpp"
#include "data/gzip.hpp"
#include "data/table.hpp"

namespace {

void read(std::string_view text) {
  using namespace standfast;
  check_result(data::parse_table(text, "fuzz.csv", {"", false, "y"}));
  check_result(data::parse_table(text, "fuzz.csv", {"y", true, "", ';'}));
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
