// The bytes come from data/ by way of cmake/EmbedFile.cmake, so that the program needs no data path at run time.
#include "data/embedded.hpp"

#include <cassert>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "data/bytes.hpp"
#include "data/gzip.hpp"
#include "data/table.hpp"

namespace standfast {

extern const unsigned char kSpambaseCsvGz[];
extern const std::size_t kSpambaseCsvGzSize;
extern const unsigned char kSpambaseJson[];
extern const std::size_t kSpambaseJsonSize;

namespace {

const nlohmann::json& spambase_description() {
  static const auto description = nlohmann::json::parse(kSpambaseJson, kSpambaseJson + kSpambaseJsonSize);
  return description;
}

Result<Dataset> read_spambase() {
  const files::Bytes packed = std::as_bytes(std::span(kSpambaseCsvGz, kSpambaseCsvGzSize));
  const auto& description = spambase_description();
  const std::string name = description.at("name");
  STANDFAST_TRY(const files::Buffer text, data::inflate_gzip(packed, name, data::kMaxUnpackedBytes));
  STANDFAST_TRY(Dataset data, data::parse_table(files::as_text(text), name, {description.at("label_column"), true}));
  data.notes.clear();  // its label is known
  for (const auto& feature : description.at("features")) data.feature_units.push_back(feature.at("unit"));
  assert(data.feature_units.size() == data.dim() && "tools/make_spambase writes one unit per feature");
  return data;
}

}  // namespace

}  // namespace standfast

namespace standfast::data {

std::optional<Result<Dataset>> read_embedded(std::string_view name) {
  if (name != spambase_description().at("name").get_ref<const std::string&>()) return std::nullopt;
  return read_spambase();
}

}  // namespace standfast::data

namespace standfast {

std::span<const EmbeddedData> embedded_data() {
  static const std::vector<EmbeddedData> all = [] {
    const auto& about = spambase_description();
    return std::vector<EmbeddedData>{{about.at("name"), about.at("title"), about.at("licence"), about.at("citation")}};
  }();
  return all;
}

}  // namespace standfast
