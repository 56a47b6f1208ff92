// Writes certificates in the formats that are text.
#include "cli/records.hpp"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"

namespace standfast::cli {
namespace {

constexpr int kTableDigits = 4;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string verdict_word(const Certificates& certificates, std::size_t i) {
  return certificates.sensitive(i) ? "sensitive" : "other";
}

std::string json_string(const std::string& text) {
  // a class name may come from a file that is not UTF-8; JSON must be
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// JSON has no infinity: it is written as the string that CSV uses.
std::string json_radius(double radius) { return std::isfinite(radius) ? fmt::format("{}", radius) : "\"inf\""; }

std::string table_title(const Records& records) {
  const auto& data = records.data;
  std::size_t alarms = 0;
  for (std::size_t i = 0; i < data.count(); ++i) alarms += records.certificates.sensitive(i) ? 1 : 0;
  return fmt::format(
      "{} inputs of {}, {} judged {}\nradii: method {}, guarantee {}, {}; rounded down; inf: nothing allowed can flip "
      "it\n\n",
      data.count(), printable(data.source), alarms, printable(records.model.sensitive_class), records.method,
      records.guarantee, printable(records.threat_description));
}

/// Columns as wide as their widest cell; numbers to the right.
std::string align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += fmt::format("{}{:>{}}", c == 0 ? "" : "  ", row[c], widths[c]);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string label_name(const Dataset& data, std::size_t i) {
  return data.labels.empty() ? std::string() : data.class_names[static_cast<std::size_t>(data.labels[i])];
}

std::string radius_rounded_down(double radius, int digits) {
  if (!std::isfinite(radius) || radius == 0) return fmt::format("{}", radius);
  // far more digits than a double needs, cut instead of rounded
  const std::string exact = fmt::format("{:.60e}", radius);
  const std::size_t exponent = exact.find('e');
  const std::string cut = exact.substr(0, static_cast<std::size_t>(digits) + 1) + exact.substr(exponent);
  return fmt::format("{:.{}g}", std::strtod(cut.c_str(), nullptr), digits);
}

std::string to_csv(const Records& records) {
  const auto& [model, data, certificates, threat, method, guarantee] = records;
  std::string text = "index,verdict,logit";
  for (const auto& norm : certificates.norms) text += ",radius_" + norm.name();
  text += data.labels.empty() ? "\n" : ",label\n";
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    // "{}" is the shortest text that reads back as the same double: never above it once read
    text += fmt::format("{},{},{}", i, verdict_word(certificates, i), certificates.logits[i]);
    for (std::size_t n = 0; n < certificates.norms.size(); ++n) text += fmt::format(",{}", certificates.radius(i, n));
    if (!data.labels.empty()) text += "," + csv_field(label_name(data, i));
    text += "\n";
  }
  return text;
}

std::string to_jsonl(const Records& records) {
  const auto& [model, data, certificates, threat, method, guarantee] = records;
  std::string text;
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    text += fmt::format(R"({{"index":{},"verdict":"{}","logit":{})", i, verdict_word(certificates, i),
                        certificates.logits[i]);
    for (std::size_t n = 0; n < certificates.norms.size(); ++n)
      text += fmt::format(R"(,"radius_{}":{})", certificates.norms[n].name(), json_radius(certificates.radius(i, n)));
    if (!data.labels.empty()) text += ",\"label\":" + json_string(label_name(data, i));
    text += "}\n";
  }
  return text;
}

std::string to_table(const Records& records) {
  const auto& [model, data, certificates, threat, method, guarantee] = records;
  std::vector<std::vector<std::string>> rows(1, {"index", "verdict", "logit"});
  for (const auto& norm : certificates.norms) rows[0].push_back(norm.name());
  if (!data.labels.empty()) rows[0].push_back("label");
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    auto& row = rows.emplace_back();
    row.push_back(fmt::format("{}", i));
    row.push_back(printable(certificates.sensitive(i) ? model.sensitive_class : model.other_class));
    row.push_back(fmt::format("{:.4g}", certificates.logits[i]));
    for (std::size_t n = 0; n < certificates.norms.size(); ++n)
      row.push_back(radius_rounded_down(certificates.radius(i, n), kTableDigits));
    if (!data.labels.empty()) row.push_back(printable(label_name(data, i)));
  }
  return table_title(records) + align(rows);
}

Result<std::string> format_records(const Records& records, const std::string& format) {
  if (format == "csv") return to_csv(records);
  if (format == "jsonl") return to_jsonl(records);
  if (format == "table") return to_table(records);
  if (format == "npz") return to_npz(records);
  return Error{ErrorCode::kBadOption, fmt::format("--format: '{}' is not one of table, csv, jsonl, npz", format)};
}

}  // namespace standfast::cli
