// Writes attacks in every format.
#include "cli/records/attack_records.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "cli/records/npz_writer.hpp"
#include "cli/records/record_text.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

std::string verdict_word(const AttackRecords& records, std::size_t i) {
  return records.sensitive(i) ? "sensitive" : "other";
}

std::size_t alarms(const AttackRecords& records) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < records.attacks.count(); ++i) count += records.sensitive(i) ? 1 : 0;
  return count;
}

std::string to_csv(const AttackRecords& records) {
  const auto& [model, data, attacks, threat] = records;
  std::string text = "index,verdict,logit";
  if (!data.labels.empty()) text += ",label";
  for (const auto& norm : attacks.norms) text += ",attack_" + norm.name();
  text += "\n";
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    text += fmt::format("{},{},{}", i, verdict_word(records, i), attacks.logits[i]);
    if (!data.labels.empty()) text += "," + csv_field(label_name(data, i));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n) text += fmt::format(",{}", attacks.distance(i, n));
    text += "\n";
  }
  return text;
}

std::string to_jsonl(const AttackRecords& records) {
  const auto& [model, data, attacks, threat] = records;
  std::string text;
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    text += fmt::format(R"({{"index":{},"verdict":"{}","logit":{})", i, verdict_word(records, i), attacks.logits[i]);
    if (!data.labels.empty()) text += ",\"label\":" + json_string(label_name(data, i));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n)
      text += fmt::format(R"(,"attack_{}":{})", attacks.norms[n].name(), json_number(attacks.distance(i, n)));
    text += "}\n";
  }
  return text;
}

std::string to_table(const AttackRecords& records) {
  const auto& [model, data, attacks, threat] = records;
  std::vector<std::vector<std::string>> rows(1, {"index", "verdict", "logit"});
  for (const auto& norm : attacks.norms) rows[0].push_back(norm.name());
  if (!data.labels.empty()) rows[0].emplace_back("label");
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    auto& row = rows.emplace_back();
    row.push_back(fmt::format("{}", i));
    row.push_back(printable(records.sensitive(i) ? model.sensitive_class : model.other_class));
    row.push_back(fmt::format("{:.4g}", attacks.logits[i]));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n)
      row.push_back(distance_rounded_up(attacks.distance(i, n), kTableDigits));
    if (!data.labels.empty()) row.push_back(printable(label_name(data, i)));
  }
  return fmt::format(
             "{} of {}, {} judged {}\nattacks: the smallest change found that flips a sensitive verdict, {}; "
             "rounded up; inf: none found\n\n",
             counted(data.count(), "input"), printable(data.source), alarms(records), printable(model.sensitive_class),
             printable(threat)) +
         align_columns(rows) + "\n" + attack_summary(records);
}

/// The adversarial inputs of one norm, one row per input.
std::vector<float> adversarial(const Attacks& attacks, std::size_t norm_index, std::size_t dim) {
  std::vector<float> values;
  values.reserve(attacks.count() * dim);
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    const auto first =
        attacks.inputs.begin() + static_cast<std::ptrdiff_t>((i * attacks.norms.size() + norm_index) * dim);
    values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(dim));
  }
  return values;
}

Result<std::string> to_npz(const AttackRecords& records) {
  const auto& [model, data, attacks, threat] = records;
  std::vector<std::int64_t> indices;
  std::vector<std::string> verdicts, labels;
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    indices.push_back(static_cast<std::int64_t>(i));
    verdicts.push_back(verdict_word(records, i));
    if (!data.labels.empty()) labels.push_back(label_name(data, i));
  }
  NpzWriter npz;
  CLI_CHECK(npz.add("index", indices));
  CLI_CHECK(npz.add("verdict", verdicts));
  CLI_CHECK(npz.add("logit", attacks.logits));
  if (!labels.empty()) CLI_CHECK(npz.add("label", labels));
  for (std::size_t n = 0; n < attacks.norms.size(); ++n) {
    std::vector<double> distances;
    for (std::size_t i = 0; i < attacks.count(); ++i) distances.push_back(attacks.distance(i, n));
    CLI_CHECK(npz.add("attack_" + attacks.norms[n].name(), distances));
  }
  for (std::size_t n = 0; n < attacks.norms.size(); ++n) {
    const auto values = adversarial(attacks, n, data.dim());
    CLI_CHECK(npz.add("adversarial_" + attacks.norms[n].name(), values, attacks.count(), data.dim()));
  }
  return std::move(npz).finish();
}

}  // namespace

std::string attack_summary(const AttackRecords& records) {
  const auto& attacks = records.attacks;
  std::string text;
  for (std::size_t n = 0; n < attacks.norms.size(); ++n) {
    std::vector<double> flipped;
    for (std::size_t i = 0; i < attacks.count(); ++i)
      if (records.sensitive(i) && std::isfinite(attacks.distance(i, n))) flipped.push_back(attacks.distance(i, n));
    std::ranges::sort(flipped);
    text += fmt::format("{}: {} of {} flipped", attacks.norms[n].name(), flipped.size(),
                        counted(alarms(records), "sensitive verdict"));
    if (!flipped.empty())
      text += fmt::format(", median distance {}", distance_rounded_up(flipped[(flipped.size() - 1) / 2], kTableDigits));
    text += "\n";
  }
  return text;
}

Result<std::string> format_attacks(const AttackRecords& records, const std::string& format) {
  if (format == "csv") return to_csv(records);
  if (format == "jsonl") return to_jsonl(records);
  if (format == "npz") return to_npz(records);
  return to_table(records);
}

}  // namespace standfast::cli
