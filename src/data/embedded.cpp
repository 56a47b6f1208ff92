// The bytes come from data/ by way of cmake/EmbedFile.cmake, so that the program needs no data path at run time. Each
// set is a packed table and a description in JSON.
#include "data/embedded.hpp"

#include <array>
#include <cassert>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "data/bytes.hpp"
#include "data/gzip.hpp"
#include "data/table.hpp"
#include "data/text_table.hpp"

namespace standfast {

extern const unsigned char kSpambaseCsvGz[];
extern const std::size_t kSpambaseCsvGzSize;
extern const unsigned char kSpambaseJson[];
extern const std::size_t kSpambaseJsonSize;
extern const unsigned char kMailTsvGz[];
extern const std::size_t kMailTsvGzSize;
extern const unsigned char kMailJson[];
extern const std::size_t kMailJsonSize;

namespace {

struct EmbeddedTable {
  nlohmann::json about;  ///< Name, title, citation, licence, and the names of columns.
  files::Bytes packed;

  [[nodiscard]] const std::string& text(const char* key) const { return about.at(key).get_ref<const std::string&>(); }
};

/// What newcomers should try first stands first.
const std::array<EmbeddedTable, 2>& embedded_tables() {
  static const std::array<EmbeddedTable, 2> tables = {
      {{nlohmann::json::parse(kMailJson, kMailJson + kMailJsonSize),
        std::as_bytes(std::span(kMailTsvGz, kMailTsvGzSize))},
       {nlohmann::json::parse(kSpambaseJson, kSpambaseJson + kSpambaseJsonSize),
        std::as_bytes(std::span(kSpambaseCsvGz, kSpambaseCsvGzSize))}}};
  return tables;
}

Result<Dataset> read_table(const EmbeddedTable& table) {
  const std::string& name = table.text("name");
  STANDFAST_TRY(const files::Buffer bytes, data::inflate_gzip(table.packed, name, data::kMaxUnpackedBytes));
  const data::TableOptions options = {table.text("label_column"), true};
  if (table.about.contains("text_column"))
    return data::parse_text_table(files::as_text(bytes), name, table.text("text_column"), options);
  STANDFAST_TRY(Dataset data, data::parse_table(files::as_text(bytes), name, options));
  for (const auto& feature : table.about.at("features")) data.feature_units.push_back(feature.at("unit"));
  assert(data.feature_units.size() == data.dim() && "tools/make_spambase writes one unit per feature");
  return data;
}

}  // namespace

}  // namespace standfast

namespace standfast::data {

std::optional<Result<Dataset>> read_embedded(std::string_view name) {
  for (const EmbeddedTable& table : embedded_tables()) {
    if (name != table.text("name")) continue;
    Result<Dataset> data = read_table(table);
    if (data.ok()) data->notes.clear();  // its columns are known
    return data;
  }
  return std::nullopt;
}

}  // namespace standfast::data

namespace standfast {

std::span<const EmbeddedData> embedded_data() {
  static const std::vector<EmbeddedData> all = [] {
    std::vector<EmbeddedData> list;
    for (const EmbeddedTable& table : embedded_tables())
      list.push_back({table.text("name"), table.text("title"), table.text("licence"), table.text("citation")});
    return list;
  }();
  return all;
}

}  // namespace standfast
