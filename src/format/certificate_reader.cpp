// Reads JSON lines of certificates: every field is known, typed and used once, or the file is refused.
#include <cstdint>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/base64.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "format/certificate_file.hpp"

namespace standfast::format {
namespace {

constexpr std::size_t kDepth = 7;  // input, its certificates, one, its heads, one, its cuts, one

Result<std::vector<std::byte>> read_bytes(const files::JsonValue& value) {
  const auto text = value.if_text();
  auto bytes = text ? files::base64_bytes(*text) : std::nullopt;
  if (bytes) return std::move(*bytes);
  return files::bad_format(value.place(),
                           "is not a string in base64, expected one with its padding and no other characters");
}

/// Values of four bytes each.
template <class T>
Result<std::vector<T>> read_packed(const files::JsonObject& object, std::string_view key) {
  STANDFAST_TRY(const files::JsonValue value, object.at(key));
  STANDFAST_TRY(const std::vector<std::byte> bytes, read_bytes(value));
  if (bytes.size() % sizeof(T) != 0)
    return files::bad_format(value.place(),
                             fmt::format("has {} bytes, expected a multiple of {}", bytes.size(), sizeof(T)));
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Result<std::vector<float>> read_bits(const files::JsonValue& value, std::size_t count) {
  STANDFAST_TRY(const std::vector<std::byte> bytes, read_bytes(value));
  const bool fits = bytes.size() == count / 8 + (count % 8 == 0 ? 0 : 1);
  if (!fits || (count % 8 != 0 && std::to_integer<unsigned>(bytes.back()) >> count % 8 != 0))
    return files::bad_format(
        value.place(), fmt::format("has {} bytes, expected {} bits and zeros up to a whole byte", bytes.size(), count));
  std::vector<float> slopes(count);
  for (std::size_t i = 0; i < count; ++i)
    slopes[i] = (bytes[i / 8] >> (i % 8) & std::byte{1}) == std::byte{0} ? 0.0F : 1.0F;
  return slopes;
}

Result<RadiusProof::Cut> read_choice(const files::JsonValue& value, const ChoiceSizes& sizes) {
  STANDFAST_TRY(const files::JsonObject object, value.object({"weight"}, {"active", "slopes", "winners"}));
  const auto active = object.find("active");
  if (active.has_value() == object.has("slopes"))
    return files::bad_format(object.place(), "has both or none of \"active\" and \"slopes\", expected one of them");
  RadiusProof::Cut cut;
  STANDFAST_TRY(cut.weight, object.number_or_infinity("weight"));
  if (active) {
    STANDFAST_TRY(cut.slopes, read_bits(*active, sizes.slopes));
  } else {
    STANDFAST_TRY(cut.slopes, read_packed<float>(object, "slopes"));
  }
  if (!object.has("winners")) return cut;
  if (sizes.winners == 0)
    return files::bad_format(object.place(), "has \"winners\", expected none: the model has no maximum");
  STANDFAST_TRY(cut.winners, read_packed<std::int32_t>(object, "winners"));
  return cut;
}

Result<Norm> read_norm(const files::JsonObject& object) {
  STANDFAST_TRY(const std::string name, object.text("norm"));
  const auto norm = Norm::parse(name);
  // one norm, one name: "2" and "l2.0" mean the same, and are not what is written
  if (norm.ok() && norm->name() == name) return *norm;
  return files::bad_format(object.place(),
                           fmt::format("norm is {}, expected one of l0, l1, l2, linf", files::quote_for_message(name)));
}

/// The fields of the proof of one head.
Result<RadiusProof> read_proof(const files::JsonObject& object, const ChoiceSizes& sizes) {
  RadiusProof proof;
  STANDFAST_TRY(proof.multiplier, object.number_or_infinity("multiplier"));
  STANDFAST_TRY(proof.reach, object.number_or_infinity("reach"));
  STANDFAST_TRY(const files::JsonArray cuts, object.array("cuts"));
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const files::JsonValue cut = cuts[i].at_place(fmt::format("{}: cut {}", object.place(), i));
    STANDFAST_TRY(RadiusProof::Cut read, read_choice(cut, sizes));
    proof.cuts.push_back(std::move(read));
  }
  return proof;
}

Result<std::vector<RadiusProof>> read_heads(const files::JsonObject& object, const std::vector<ChoiceSizes>& sizes) {
  STANDFAST_TRY(const files::JsonArray heads, object.array("heads"));
  if (heads.size() != sizes.size())
    return files::bad_format(
        heads.place(), fmt::format("has {} heads, expected {} as the first line says", heads.size(), sizes.size()));
  std::vector<RadiusProof> proofs;
  for (std::size_t k = 0; k < heads.size(); ++k) {
    const files::JsonValue head = heads[k].at_place(fmt::format("{}: head {}", object.place(), k));
    STANDFAST_TRY(const files::JsonObject fields, head.object({"multiplier", "reach", "cuts"}));
    STANDFAST_TRY(RadiusProof proof, read_proof(fields, sizes[k]));
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

Result<Certificate> read_certificate(const files::JsonValue& value, const CertificateSizes& sizes) {
  STANDFAST_TRY(const files::JsonObject object, sizes.heads.empty()
                                                    ? value.object({"norm", "radius", "multiplier", "reach", "cuts"})
                                                    : value.object({"norm", "radius", "heads"}));
  Certificate certificate;
  STANDFAST_TRY(certificate.norm, read_norm(object));
  STANDFAST_TRY(certificate.radius, object.number_or_infinity("radius"));
  if (sizes.heads.empty()) {
    STANDFAST_TRY(certificate.proof, read_proof(object, sizes.choice));
  } else {
    STANDFAST_TRY(certificate.proof.heads, read_heads(object, sizes.heads));
  }
  return certificate;
}

Result<CertificateFile::Input> read_input(const files::JsonValue& value, const CertificateSizes& sizes,
                                          const ThreatModel& threat) {
  STANDFAST_TRY(const files::JsonObject object, value.object({"index", "sha256", "values", "certificates"}));
  CertificateFile::Input input;
  STANDFAST_TRY(input.index, object.count("index"));
  STANDFAST_TRY(input.values, read_packed<float>(object, "values"));
  STANDFAST_TRY(const std::string hash, object.text("sha256"));
  if (hash != sha256_of(input.values))
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}: \"sha256\" is {}, expected that of the values, {}", object.place(),
                             files::quote_for_message(hash), sha256_of(input.values))};
  STANDFAST_TRY(const files::JsonArray certificates, object.array("certificates"));
  if (certificates.size() == 0)
    return files::bad_format(certificates.place(), "is empty, expected a line only for what is certified");
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const files::JsonValue certificate = certificates[i].at_place(fmt::format("{}: certificate {}", object.place(), i));
    STANDFAST_TRY(Certificate read, read_certificate(certificate, sizes));
    input.certificates.push_back(std::move(read));
  }
  STANDFAST_CHECK(check_input(input, sizes, threat, object.place()));
  return input;
}

Status read_list(const files::JsonObject& threat, const char* field, std::vector<double>& values) {
  if (!threat.has(field)) return {};
  STANDFAST_TRY(const files::JsonArray list, threat.array(field));
  for (std::size_t i = 0; i < list.size(); ++i) {
    STANDFAST_TRY(const double number, list[i].number_or_infinity());
    values.push_back(number);
  }
  // an absent list is the default, and an empty one would be a second way to say so
  if (!values.empty()) return {};
  return files::bad_format(threat.place(), fmt::format("\"{}\" is empty, expected no such field", field));
}

Result<Category> read_category(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object, value.object({"name", "features", "cost"}));
  Category category;
  STANDFAST_TRY(category.name, object.text("name"));
  STANDFAST_TRY(category.cost, object.number("cost"));
  STANDFAST_TRY(const files::JsonArray features, object.array("features"));
  for (std::size_t i = 0; i < features.size(); ++i) {
    STANDFAST_TRY(const std::uint64_t feature, features[i].count());
    if (feature > std::numeric_limits<std::uint32_t>::max())
      return files::bad_format(features.place(), fmt::format("has {}, expected the number of a feature", feature));
    category.features.push_back(static_cast<std::uint32_t>(feature));
  }
  return category;
}

Status read_categories(const files::JsonObject& threat, std::vector<Category>& categories) {
  if (!threat.has("categories")) return {};
  STANDFAST_TRY(const files::JsonArray list, threat.array("categories"));
  if (list.size() == 0) return files::bad_format(list.place(), "is empty, expected no such field");
  for (std::size_t i = 0; i < list.size(); ++i) {
    STANDFAST_TRY(Category category, read_category(list[i].at_place(fmt::format("{}: category {}", list.place(), i))));
    categories.push_back(std::move(category));
  }
  return {};
}

Result<ThreatModel> read_threat(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object, value.object({}, {"cost", "lower", "upper", "max_decrease",
                                                                  "max_increase", "categories", "price_unit"}));
  ThreatModel threat;
  STANDFAST_CHECK(read_list(object, "cost", threat.cost));
  STANDFAST_CHECK(read_list(object, "lower", threat.lower));
  STANDFAST_CHECK(read_list(object, "upper", threat.upper));
  STANDFAST_CHECK(read_list(object, "max_decrease", threat.max_decrease));
  STANDFAST_CHECK(read_list(object, "max_increase", threat.max_increase));
  STANDFAST_CHECK(read_categories(object, threat.categories));
  if (!object.has("price_unit")) return threat;
  STANDFAST_TRY(threat.price_unit, object.text("price_unit"));
  return threat;
}

/// The schema is looked at first, since another one may have other fields.
Status check_schema(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object, value.object_of_any_keys());
  STANDFAST_TRY(const std::string schema, object.text("schema"));
  if (schema == kCertificateSchema) return {};
  return Error{ErrorCode::kUnsupported, fmt::format("{}: schema is {}, expected \"{}\"", object.place(),
                                                    files::quote_for_message(schema), kCertificateSchema)};
}

struct Header {
  CertificateFile file;  ///< The file, as yet without its inputs.
  CertificateSizes sizes;
  std::size_t inputs = 0;  ///< The number of inputs that the first line announces.
};

Result<ChoiceSizes> read_choice_sizes(const files::JsonObject& object) {
  ChoiceSizes sizes;
  STANDFAST_TRY(sizes.slopes, object.count("slopes"));
  STANDFAST_TRY(sizes.winners, object.count("winners"));
  return sizes;
}

/// Those of the model, or of each head.
Status read_sizes(const files::JsonObject& object, CertificateSizes& sizes) {
  if (!object.has("heads")) {
    STANDFAST_TRY(sizes.choice, read_choice_sizes(object));
    return {};
  }
  if (object.has("slopes") || object.has("winners"))
    return files::bad_format(object.place(), "has \"heads\" and \"slopes\" or \"winners\", expected either");
  STANDFAST_TRY(const files::JsonArray heads, object.array("heads"));
  if (heads.size() < 2)
    return files::bad_format(heads.place(), fmt::format("has {} heads, expected at least 2", heads.size()));
  for (std::size_t k = 0; k < heads.size(); ++k) {
    STANDFAST_TRY(const files::JsonObject head, heads[k].object({"slopes", "winners"}));
    STANDFAST_TRY(const ChoiceSizes of_head, read_choice_sizes(head));
    sizes.heads.push_back(of_head);
  }
  return {};
}

Result<Header> read_header(const files::JsonValue& value) {
  STANDFAST_CHECK(check_schema(value));
  STANDFAST_TRY(const files::JsonObject object, value.object({"schema", "model_sha256", "inputs", "features", "threat"},
                                                             {"slopes", "winners", "heads"}));
  Header header;
  STANDFAST_TRY(header.file.model_sha256, object.text("model_sha256"));
  STANDFAST_TRY(header.inputs, object.count("inputs"));
  STANDFAST_TRY(header.sizes.features, object.count("features"));
  STANDFAST_CHECK(read_sizes(object, header.sizes));
  STANDFAST_TRY(const files::JsonValue threat, object.at("threat"));
  STANDFAST_TRY(header.file.threat, read_threat(threat));
  STANDFAST_CHECK(check_header(header.file, header.sizes, object.place()));
  return header;
}

/// Hands out a text line by line, each with its place.
class Lines {
 public:
  Lines(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string place() const { return fmt::format("{}: line {}", name_, number_); }

  Result<files::JsonDocument> next_document() {
    ++number_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos)
      return files::bad_format(place(), "does not end with a newline, expected a whole line");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return files::JsonDocument::parse(line, kDepth, place());
  }

 private:
  std::string_view rest_;
  const std::string& name_;
  std::size_t number_ = 0;
};

}  // namespace

Result<CertificateFile> parse_certificates(std::string_view text, const std::string& name) {
  Lines lines(text, name);
  STANDFAST_TRY(const files::JsonDocument first, lines.next_document());
  STANDFAST_TRY(Header header, read_header(first.root()));
  CertificateFile& file = header.file;
  while (!lines.done()) {
    STANDFAST_TRY(const files::JsonDocument line, lines.next_document());
    STANDFAST_TRY(CertificateFile::Input input, read_input(line.root(), header.sizes, file.threat));
    if (!file.inputs.empty()) STANDFAST_CHECK(check_ascending(file.inputs.back().index, input.index, lines.place()));
    file.inputs.push_back(std::move(input));
  }
  if (file.inputs.size() == header.inputs) return std::move(header.file);
  return files::bad_format(
      name, fmt::format("has {} inputs, expected {} as its first line says", file.inputs.size(), header.inputs));
}

}  // namespace standfast::format
