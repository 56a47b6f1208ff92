// Reads JSON lines of certificates: every field is known, typed and used once, or the file is refused.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "format/base64.hpp"
#include "format/certificate_file.hpp"
#include "format/strict_json.hpp"

namespace standfast {
namespace {

using nlohmann::json;

constexpr std::size_t kDepth = 5;  // input, its certificates, one, its cuts, one

using FieldNames = std::initializer_list<std::string_view>;

Status check_fields(const json& object, FieldNames needed, FieldNames optional, const std::string& place) {
  if (!object.is_object()) return bad_format(place, "is not an object, expected one");
  for (const std::string_view name : needed)
    if (!object.contains(name)) return bad_format(place, fmt::format("has no field \"{}\", expected one", name));
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(needed, key) != needed.end() || std::ranges::find(optional, key) != optional.end()) continue;
    return bad_format(place, fmt::format("has the field {}, expected only those of format 1", quote_for_message(key)));
  }
  return {};
}

Result<double> read_number(const json& value, const std::string& place) {
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  if (value.is_number()) return value.get<double>() + 0.0;  // -0 becomes 0: one number, one text
  return bad_format(place, fmt::format("is {}, expected a number, \"inf\" or \"-inf\"",
                                       quote_for_message(value.dump(-1, ' ', true))));
}

Result<std::size_t> read_count(const json& value, const std::string& place) {
  if (value.is_number_unsigned()) return value.get<std::size_t>();
  return bad_format(place, "is not a whole number >= 0, expected one");
}

Result<std::string> read_text(const json& value, const std::string& place) {
  if (value.is_string()) return value.get<std::string>();
  return bad_format(place, "is not a string, expected one");
}

Result<const json*> read_array(const json& value, const std::string& place) {
  if (value.is_array()) return &value;
  return bad_format(place, "is not an array, expected one");
}

Result<std::vector<std::byte>> read_bytes(const json& value, const std::string& place) {
  auto bytes = value.is_string() ? base64_bytes(value.get_ref<const std::string&>()) : std::nullopt;
  if (bytes) return std::move(*bytes);
  return bad_format(place, "is not a string in base64, expected one with its padding and no other characters");
}

/// Values of four bytes each.
template <class T>
Result<std::vector<T>> read_packed(const json& value, const std::string& place) {
  STANDFAST_TRY(const std::vector<std::byte> bytes, read_bytes(value, place));
  if (bytes.size() % sizeof(T) != 0)
    return bad_format(place, fmt::format("has {} bytes, expected a multiple of {}", bytes.size(), sizeof(T)));
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Result<std::vector<float>> read_bits(const json& value, std::size_t count, const std::string& place) {
  STANDFAST_TRY(const std::vector<std::byte> bytes, read_bytes(value, place));
  const bool fits = bytes.size() == count / 8 + (count % 8 == 0 ? 0 : 1);
  if (!fits || (count % 8 != 0 && std::to_integer<unsigned>(bytes.back()) >> count % 8 != 0))
    return bad_format(place,
                      fmt::format("has {} bytes, expected {} bits and zeros up to a whole byte", bytes.size(), count));
  std::vector<float> slopes(count);
  for (std::size_t i = 0; i < count; ++i)
    slopes[i] = (bytes[i / 8] >> (i % 8) & std::byte{1}) == std::byte{0} ? 0.0F : 1.0F;
  return slopes;
}

Result<RadiusProof::Cut> read_cut(const json& object, const CertificateSizes& sizes, const std::string& place) {
  STANDFAST_CHECK(check_fields(object, {"weight"}, {"active", "slopes", "winners"}, place));
  if (object.contains("active") == object.contains("slopes"))
    return bad_format(place, "has both or none of \"active\" and \"slopes\", expected one of them");
  RadiusProof::Cut cut;
  STANDFAST_TRY(cut.weight, read_number(object["weight"], place + ": \"weight\""));
  if (object.contains("active")) {
    STANDFAST_TRY(cut.slopes, read_bits(object["active"], sizes.slopes, place + ": \"active\""));
  } else {
    STANDFAST_TRY(cut.slopes, read_packed<float>(object["slopes"], place + ": \"slopes\""));
  }
  if (!object.contains("winners")) return cut;
  STANDFAST_TRY(cut.winners, read_packed<std::int32_t>(object["winners"], place + ": \"winners\""));
  return cut;
}

Result<Certificate> read_certificate(const json& object, const CertificateSizes& sizes, const std::string& place) {
  STANDFAST_CHECK(check_fields(object, {"norm", "radius", "multiplier", "reach", "cuts"}, {}, place));
  Certificate certificate;
  STANDFAST_TRY(const std::string norm, read_text(object["norm"], place + ": \"norm\""));
  const auto parsed = Norm::parse(norm);
  // one norm, one name: "2" and "l2.0" mean the same, and are not what is written
  if (!parsed.ok() || parsed->name() != norm)
    return bad_format(place, fmt::format("norm is {}, expected one of l0, l1, l2, linf", quote_for_message(norm)));
  certificate.norm = *parsed;
  STANDFAST_TRY(certificate.radius, read_number(object["radius"], place + ": \"radius\""));
  STANDFAST_TRY(certificate.proof.multiplier, read_number(object["multiplier"], place + ": \"multiplier\""));
  STANDFAST_TRY(certificate.proof.reach, read_number(object["reach"], place + ": \"reach\""));
  STANDFAST_TRY(const json* cuts, read_array(object["cuts"], place + ": \"cuts\""));
  for (const json& cut : *cuts) {
    const std::string cut_place = fmt::format("{}: cut {}", place, certificate.proof.cuts.size());
    STANDFAST_TRY(RadiusProof::Cut read, read_cut(cut, sizes, cut_place));
    certificate.proof.cuts.push_back(std::move(read));
  }
  return certificate;
}

Result<CertificateFile::Input> read_input(const json& object, const CertificateSizes& sizes, const std::string& place) {
  STANDFAST_CHECK(check_fields(object, {"index", "sha256", "values", "certificates"}, {}, place));
  CertificateFile::Input input;
  STANDFAST_TRY(input.index, read_count(object["index"], place + ": \"index\""));
  STANDFAST_TRY(input.values, read_packed<float>(object["values"], place + ": \"values\""));
  STANDFAST_TRY(const std::string hash, read_text(object["sha256"], place + ": \"sha256\""));
  if (hash != sha256_of(input.values))
    return Error{ErrorCode::kBadValue, fmt::format("{}: \"sha256\" is {}, expected that of the values, {}", place,
                                                   quote_for_message(hash), sha256_of(input.values))};
  STANDFAST_TRY(const json* certificates, read_array(object["certificates"], place + ": \"certificates\""));
  for (const json& certificate : *certificates) {
    const std::string inner = fmt::format("{}: certificate {}", place, input.certificates.size());
    STANDFAST_TRY(Certificate read, read_certificate(certificate, sizes, inner));
    input.certificates.push_back(std::move(read));
  }
  STANDFAST_CHECK(check_input(input, sizes, place));
  return input;
}

Status read_list(const json& threat, const char* field, std::vector<double>& values, const std::string& place) {
  if (!threat.contains(field)) return {};
  STANDFAST_TRY(const json* list, read_array(threat[field], fmt::format("{}: \"{}\"", place, field)));
  for (const json& value : *list) {
    STANDFAST_TRY(const double number, read_number(value, fmt::format("{}: \"{}\"", place, field)));
    values.push_back(number);
  }
  // an absent list is the default, and an empty one would be a second way to say so
  return values.empty() ? bad_format(place, fmt::format("\"{}\" is empty, expected no such field", field)) : Status();
}

Result<ThreatModel> read_threat(const json& object, const std::string& place) {
  STANDFAST_CHECK(
      check_fields(object, {}, {"cost", "lower", "upper", "max_decrease", "max_increase", "price_unit"}, place));
  ThreatModel threat;
  STANDFAST_CHECK(read_list(object, "cost", threat.cost, place));
  STANDFAST_CHECK(read_list(object, "lower", threat.lower, place));
  STANDFAST_CHECK(read_list(object, "upper", threat.upper, place));
  STANDFAST_CHECK(read_list(object, "max_decrease", threat.max_decrease, place));
  STANDFAST_CHECK(read_list(object, "max_increase", threat.max_increase, place));
  if (!object.contains("price_unit")) return threat;
  STANDFAST_TRY(threat.price_unit, read_text(object["price_unit"], place + ": \"price_unit\""));
  return threat;
}

struct Header {
  CertificateFile file;  ///< Without its inputs.
  CertificateSizes sizes;
  std::size_t inputs = 0;
};

Result<Header> read_header(const json& object, const std::string& place) {
  STANDFAST_CHECK(
      check_fields(object, {"schema"}, {"model_sha256", "inputs", "features", "slopes", "winners", "threat"}, place));
  STANDFAST_TRY(const std::string schema, read_text(object["schema"], place + ": \"schema\""));
  if (schema != kCertificateSchema)
    return Error{ErrorCode::kUnsupported, fmt::format("{}: schema is {}, expected \"{}\"", place,
                                                      quote_for_message(schema), kCertificateSchema)};
  STANDFAST_CHECK(
      check_fields(object, {"model_sha256", "inputs", "features", "slopes", "winners", "threat"}, {"schema"}, place));
  Header header;
  STANDFAST_TRY(header.file.model_sha256, read_text(object["model_sha256"], place + ": \"model_sha256\""));
  STANDFAST_TRY(header.inputs, read_count(object["inputs"], place + ": \"inputs\""));
  STANDFAST_TRY(header.sizes.features, read_count(object["features"], place + ": \"features\""));
  STANDFAST_TRY(header.sizes.slopes, read_count(object["slopes"], place + ": \"slopes\""));
  STANDFAST_TRY(header.sizes.winners, read_count(object["winners"], place + ": \"winners\""));
  STANDFAST_TRY(header.file.threat, read_threat(object["threat"], place + ": \"threat\""));
  STANDFAST_CHECK(check_header(header.file, header.sizes, place));
  return header;
}

/// Hands out a text line by line, each with its place.
class Lines {
 public:
  Lines(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string place() const { return fmt::format("{}: line {}", name_, number_); }

  Result<json> next() {
    ++number_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return bad_format(place(), "does not end with a newline, expected a whole line");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    STANDFAST_CHECK(check_strict_json(line, kDepth, place()));
    return json::parse(line, nullptr, false);
  }

 private:
  std::string_view rest_;
  const std::string& name_;
  std::size_t number_ = 0;
};

}  // namespace

Result<CertificateFile> parse_certificates(std::string_view text, const std::string& name) {
  Lines lines(text, name);
  STANDFAST_TRY(const json first, lines.next());
  STANDFAST_TRY(Header header, read_header(first, lines.place()));
  CertificateFile& file = header.file;
  while (!lines.done()) {
    STANDFAST_TRY(const json line, lines.next());
    STANDFAST_TRY(CertificateFile::Input input, read_input(line, header.sizes, lines.place()));
    if (!file.inputs.empty()) STANDFAST_CHECK(check_ascending(file.inputs.back().index, input.index, lines.place()));
    file.inputs.push_back(std::move(input));
  }
  if (file.inputs.size() == header.inputs) return std::move(header.file);
  return bad_format(
      name, fmt::format("has {} inputs, expected {} as its first line says", file.inputs.size(), header.inputs));
}

}  // namespace standfast
