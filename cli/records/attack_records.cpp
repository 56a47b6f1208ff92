// Writes attacks in every format.
#include "cli/records/attack_records.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "cli/records/npz_writer.hpp"
#include "cli/records/record_text.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/records/word_changes.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kWordsPerAttack = 12;  // of each kind, in the table; the other formats have all

/// Where the norm stands whose prices count words.
std::optional<std::size_t> norm_of_words(const AttackRecords& records) {
  for (std::size_t n = 0; n < records.attacks.norms.size(); ++n)
    if (counts_words(records.threat, records.attacks.norms[n])) return n;
  return std::nullopt;
}

/// The words that an attack adds and removes.
WordChange change_of(const AttackRecords& records, std::size_t i, std::size_t norm_index) {
  const std::size_t dim = records.data.dim();
  const auto after =
      std::span(records.attacks.inputs).subspan((i * records.attacks.norms.size() + norm_index) * dim, dim);
  return words_changed(records.data.dense_rows(i, 1), after, records.model.feature_names);
}

/// What each attack makes of its message, a line each; empty if prices do not count words.
std::string messages_in_words(const AttackRecords& records) {
  const auto n = norm_of_words(records);
  std::string text;
  for (std::size_t i = 0; n && i < records.attacks.count(); ++i) {
    const WordChange change = change_of(records, i, *n);
    if (!change.empty()) text += fmt::format("{}: {}\n", i, change_in_words(change, kWordsPerAttack));
  }
  return text.empty() ? text : text + "\n";
}

std::string to_csv(const AttackRecords& records) {
  const auto& [model, data, attacks, threat, threat_description] = records;
  std::string text = "index,verdict,logit";
  if (!data.labels.empty()) text += ",label";
  for (const auto& norm : attacks.norms) text += ",attack_" + norm.name();
  const bool sources = has_sources(data);
  text += sources ? ",source\n" : "\n";
  const std::vector<Verdict> verdicts = verdicts_of(attacks);
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    text += fmt::format("{},{},{}", i, verdict_word(verdicts[i]), attacks.logits[i]);
    if (!data.labels.empty()) text += "," + csv_field(label_name(data, i));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n) text += fmt::format(",{}", attacks.distance(i, n));
    text += sources ? "," + csv_field(source_of(data, i)) + "\n" : "\n";
  }
  return text;
}

std::string to_jsonl(const AttackRecords& records) {
  const auto& [model, data, attacks, threat, threat_description] = records;
  std::string text;
  const std::vector<Verdict> verdicts = verdicts_of(attacks);
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    text += fmt::format(R"({{"index":{},"verdict":"{}","logit":{})", i, verdict_word(verdicts[i]),
                        json_number(attacks.logits[i]));
    if (!data.labels.empty()) text += ",\"label\":" + json_string(label_name(data, i));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n)
      text += fmt::format(R"(,"attack_{}":{})", attacks.norms[n].name(), json_number(attacks.distance(i, n)));
    if (const auto n = norm_of_words(records)) {
      text += fmt::format(R"(,"{}":{},{})", price_key(threat), json_number(attacks.distance(i, *n)),
                          change_as_json(change_of(records, i, *n)));
    }
    if (has_sources(data)) text += ",\"source\":" + json_string(source_of(data, i));
    text += "}\n";
  }
  return text;
}

std::string to_table(const AttackRecords& records) {
  const auto& [model, data, attacks, threat, threat_description] = records;
  std::vector<std::vector<std::string>> rows(1, {"index", "verdict", "logit"});
  for (const auto& norm : attacks.norms) rows[0].push_back(price_name(threat, norm));
  if (!data.labels.empty()) rows[0].emplace_back("label");
  const std::vector<Verdict> verdicts = verdicts_of(attacks);
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    auto& row = rows.emplace_back();
    row.push_back(fmt::format("{}", i));
    row.push_back(printable(verdict_name(model, verdicts[i])));
    row.push_back(fmt::format("{:.4g}", attacks.logits[i]));
    for (std::size_t n = 0; n < attacks.norms.size(); ++n)
      row.push_back(distance_rounded_up(attacks.distance(i, n), kTableDigits));
    if (!data.labels.empty()) row.push_back(printable(label_name(data, i)));
  }
  return fmt::format(
             "{} of {}, {} judged {}\nattacks: the smallest change found that flips a sensitive verdict, {}; "
             "rounded up; inf: none found\n\n",
             counted(data.count(), "input"), printable(data.source), count_alarms(verdicts),
             printable(model.sensitive_class), printable(threat_description)) +
         align_columns(rows) + "\n" + messages_in_words(records) + attack_summary(records);
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
  const auto& [model, data, attacks, threat, threat_description] = records;
  std::vector<std::int64_t> indices;
  std::vector<std::string> verdicts, labels;
  for (const Verdict verdict : verdicts_of(attacks)) verdicts.push_back(verdict_word(verdict));
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    indices.push_back(static_cast<std::int64_t>(i));
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

std::string changes_as_csv(const AttackRecords& records) {
  const auto& [model, data, attacks, threat, threat_description] = records;
  std::string text = "index,norm,feature,from,to\n";
  for (std::size_t i = 0; i < attacks.count(); ++i) {
    for (std::size_t n = 0; n < attacks.norms.size(); ++n) {
      const std::vector<float> before = data.dense_rows(i, 1);
      const auto after = std::span(attacks.inputs).subspan((i * attacks.norms.size() + n) * data.dim(), data.dim());
      for (std::size_t f = 0; f < data.dim(); ++f) {
        if (before[f] == after[f]) continue;
        const std::string name = model.feature_names.empty() ? fmt::format("{}", f) : csv_field(model.feature_names[f]);
        text += fmt::format("{},{},{},{},{}\n", i, attacks.norms[n].name(), name, before[f], after[f]);
      }
    }
  }
  return text;
}

std::string attack_summary(const AttackRecords& records) {
  const auto& attacks = records.attacks;
  std::string text;
  for (std::size_t n = 0; n < attacks.norms.size(); ++n) {
    std::vector<double> flipped;
    for (std::size_t i = 0; i < attacks.count(); ++i)
      if (records.sensitive(i) && std::isfinite(attacks.distance(i, n))) flipped.push_back(attacks.distance(i, n));
    text += fmt::format("{}: {} of {} flipped", price_name(records.threat, attacks.norms[n]), flipped.size(),
                        counted(count_alarms(verdicts_of(attacks)), "sensitive verdict"));
    if (!flipped.empty())
      text += fmt::format(", median distance {}", distance_rounded_up(median(flipped), kTableDigits));
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
