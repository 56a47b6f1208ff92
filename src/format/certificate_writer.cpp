// Writes certificates as JSON lines, one line per input, by hand: the fields have one order and numbers their shortest
// text, so that equal contents give equal bytes. Arrays are base64; slopes that are all 0 or 1 take one bit each.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/base64.hpp"
#include "format/certificate_file.hpp"

namespace standfast::format {
namespace {

/// The shortest text that reads back as the same number.
std::string number_text(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : value > 0 ? "\"inf\"" : "\"-inf\"";
}

template <class T>
std::string array_text(const std::vector<T>& values) {
  return files::base64_of(std::as_bytes(std::span(values)));
}

void append_list(std::string& text, const char* field, const std::vector<double>& values) {
  if (values.empty()) return;
  text += fmt::format("{}\"{}\":[", text.back() == '{' ? "" : ",", field);
  for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ",") + number_text(values[i]);
  text += ']';
}

/// Text for readers, which comes from the user: what is not UTF-8 in it is made visible.
std::string readable_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void append_categories(std::string& text, const std::vector<Category>& categories) {
  if (categories.empty()) return;
  text += fmt::format("{}\"categories\":[", text.back() == '{' ? "" : ",");
  for (std::size_t k = 0; k < categories.size(); ++k) {
    text += fmt::format(R"({}{{"name":{},"features":[{}],"cost":{}}})", k == 0 ? "" : ",",
                        readable_text(categories[k].name), fmt::join(categories[k].features, ","),
                        number_text(categories[k].cost));
  }
  text += ']';
}

std::string threat_text(const ThreatModel& threat) {
  std::string text = "{";
  append_list(text, "cost", threat.cost);
  append_list(text, "lower", threat.lower);
  append_list(text, "upper", threat.upper);
  append_list(text, "max_decrease", threat.max_decrease);
  append_list(text, "max_increase", threat.max_increase);
  append_categories(text, threat.categories);
  if (!threat.price_unit.empty()) {
    text += fmt::format("{}\"price_unit\":{}", text.back() == '{' ? "" : ",", readable_text(threat.price_unit));
  }
  return text + "}";
}

std::string bits_text(const std::vector<float>& slopes) {
  std::vector<std::byte> bits((slopes.size() + 7) / 8);
  for (std::size_t i = 0; i < slopes.size(); ++i)
    if (slopes[i] != 0) bits[i / 8] |= std::byte{1} << (i % 8);
  return files::base64_of(bits);
}

std::string choice_text(const RadiusProof::Cut& cut) {
  const bool bits = std::ranges::all_of(cut.slopes, [](float slope) { return slope == 0 || slope == 1; });
  std::string text = fmt::format(R"({{"weight":{},"{}":"{}")", number_text(cut.weight), bits ? "active" : "slopes",
                                 bits ? bits_text(cut.slopes) : array_text(cut.slopes));
  if (!cut.winners.empty()) text += fmt::format(R"(,"winners":"{}")", array_text(cut.winners));
  return text + "}";
}

/// The fields of the proof of one head.
std::string proof_text(const RadiusProof& proof) {
  std::string text =
      fmt::format(R"("multiplier":{},"reach":{},"cuts":[)", number_text(proof.multiplier), number_text(proof.reach));
  for (std::size_t i = 0; i < proof.cuts.size(); ++i) text += (i == 0 ? "" : ",") + choice_text(proof.cuts[i]);
  return text + "]";
}

std::string certificate_text(const Certificate& certificate) {
  std::string text =
      fmt::format(R"({{"norm":"{}","radius":{},)", certificate.norm.name(), number_text(certificate.radius));
  const std::vector<RadiusProof>& heads = certificate.proof.heads;
  if (heads.empty()) return text + proof_text(certificate.proof) + "}";
  for (std::size_t k = 0; k < heads.size(); ++k) text += (k == 0 ? "\"heads\":[{" : ",{") + proof_text(heads[k]) + "}";
  return text + "]}";
}

/// How many slopes and winners a choice has, of the model or of each head.
std::string sizes_text(const CertificateSizes& sizes) {
  if (sizes.heads.empty()) return fmt::format(R"("slopes":{},"winners":{})", sizes.choice.slopes, sizes.choice.winners);
  std::string text;
  for (const ChoiceSizes& head : sizes.heads) {
    text +=
        fmt::format(R"({}{{"slopes":{},"winners":{}}})", text.empty() ? "\"heads\":[" : ",", head.slopes, head.winners);
  }
  return text + "]";
}

std::string input_text(const CertificateFile::Input& input) {
  std::string text = fmt::format(R"({{"index":{},"sha256":"{}","values":"{}","certificates":[)", input.index,
                                 sha256_of(input.values), array_text(input.values));
  for (std::size_t i = 0; i < input.certificates.size(); ++i)
    text += (i == 0 ? "" : ",") + certificate_text(input.certificates[i]);
  return text + "]}\n";
}

}  // namespace

Result<std::string> serialise_certificates(const CertificateFile& file) {
  const CertificateSizes sizes = sizes_of(file);
  STANDFAST_CHECK(check_header(file, sizes, "certificates"));
  std::string text =
      fmt::format(R"({{"schema":"{}","model_sha256":"{}","inputs":{},"features":{},{},"threat":)", kCertificateSchema,
                  file.model_sha256, file.inputs.size(), sizes.features, sizes_text(sizes));
  text += threat_text(file.threat) + "}\n";
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    const std::string place = fmt::format("certificates: input {}", i);
    STANDFAST_CHECK(check_input(file.inputs[i], sizes, file.threat, place));
    if (i > 0) STANDFAST_CHECK(check_ascending(file.inputs[i - 1].index, file.inputs[i].index, place));
    text += input_text(file.inputs[i]);
    if (text.size() > kMaxCertificateBytes)
      return Error{ErrorCode::kUnsupported, fmt::format("{}: the file would have more than {} bytes, expected fewer",
                                                        place, kMaxCertificateBytes)};
  }
  return text;
}

}  // namespace standfast::format
