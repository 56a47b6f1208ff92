// Writes certificates in the formats that are text.
#include "cli/records/records.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/records/kept_columns.hpp"
#include "cli/records/record_text.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/records/word_changes.hpp"
#include "cli/terminal/output.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

std::string table_title(const Records& records) {
  const auto& data = records.data;
  const std::size_t alarms = count_alarms(verdicts_of(records.certificates));
  std::string title = fmt::format(
      "{} of {}, {} judged {}\nradii: method {}, guarantee {}, {}; rounded down; inf: nothing allowed can flip "
      "it\n",
      counted(data.count(), "input"), printable(data.source), alarms, printable(records.model.sensitive_class),
      method_name(records.options.method), guarantee_name(records.options.guarantee),
      printable(records.threat_description));
  if (std::ranges::any_of(records.certificates.norms,
                          [&](Norm norm) { return counts_words(records.options.threat, norm); }))
    title +=
        fmt::format("{}: no rewriting with fewer of them changes the verdict\n", records.options.threat.price_unit);
  if (records.options.guarantee == Guarantee::kDeployed)
    title += fmt::format("guarantee deployed: {}\n", guarantee_meaning(Guarantee::kDeployed));
  if (records.attacked())
    title += "attacked: the smallest change found that flips the verdict; rounded up; inf: none found\n";
  return title + "\n";
}

/// "certified", "attacked" and "gap" of one norm.
void append_bounds(const Records& records, std::size_t i, std::size_t n, std::vector<std::string>& row) {
  const auto& certificates = records.certificates;
  const double certified = certificates.radius(i, n);
  row.push_back(radius_rounded_down(certified, kTableDigits));
  if (!records.attacked()) return;
  const bool promised = certificates.sensitive(i) || records.options.both_classes;
  const double attacked = records.attack(i, n);
  row.push_back(distance_rounded_up(attacked, kTableDigits));
  row.push_back(promised ? gap_in_words(certified_share(certificates.norms[n], certified, attacked)) : "-");
}

/// What each alarm hangs on, two lines each; empty if nobody asked.
std::string alarms_in_words(const Records& records) {
  constexpr std::size_t kWordsInLine = 8;  // more do not fit into a line
  std::string text;
  for (std::size_t i = 0; i < records.hangs_on.size(); ++i) {
    const WordChange& change = records.hangs_on[i];
    if (!change.remove.empty()) text += fmt::format("\n{}: held by {}", i, words_in_line(change.remove, kWordsInLine));
    if (!change.add.empty()) text += fmt::format("\n{}: talked away by {}", i, words_in_line(change.add, kWordsInLine));
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace

double Records::attack(std::size_t input, std::size_t norm_index) const {
  const double found = certificates.attack(input, norm_index);
  return found == 0 && !certificates.sensitive(input) && options.both_classes ? kInfinity : found;
}

std::string to_csv(const Records& records) {
  const auto& [model, data, certificates, options, threat, hangs_on, kept] = records;
  std::string text = "index,verdict,logit";
  for (const auto& norm : certificates.norms) text += ",radius_" + norm.name();
  if (!data.labels.empty()) text += ",label";
  if (records.attacked())
    for (const auto& norm : certificates.norms) text += ",attack_" + norm.name();
  const bool sources = has_sources(data);
  text += (sources ? ",source" : "") + kept_names_as_csv(kept) + "\n";
  const std::vector<Verdict> verdicts = verdicts_of(certificates);
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    text += fmt::format("{},{},{}", i, verdict_word(verdicts[i]), certificates.logits[i]);
    for (std::size_t n = 0; n < certificates.norms.size(); ++n) text += fmt::format(",{}", certificates.radius(i, n));
    if (!data.labels.empty()) text += "," + csv_field(label_name(data, i));
    if (records.attacked())
      for (std::size_t n = 0; n < certificates.norms.size(); ++n) text += fmt::format(",{}", records.attack(i, n));
    text += (sources ? "," + csv_field(source_of(data, i)) : "") + kept_as_csv(kept, i) + "\n";
  }
  return text;
}

std::string to_jsonl(const Records& records) {
  const auto& [model, data, certificates, options, threat, hangs_on, kept] = records;
  std::string text;
  const bool sources = has_sources(data);
  const std::vector<Verdict> verdicts = verdicts_of(certificates);
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    text += fmt::format(R"({{"index":{},"verdict":"{}","logit":{})", i, verdict_word(verdicts[i]),
                        json_number(certificates.logits[i]));
    for (std::size_t n = 0; n < certificates.norms.size(); ++n)
      text += fmt::format(R"(,"radius_{}":{})", certificates.norms[n].name(), json_number(certificates.radius(i, n)));
    if (!data.labels.empty()) text += ",\"label\":" + json_string(label_name(data, i));
    if (records.attacked())
      for (std::size_t n = 0; n < certificates.norms.size(); ++n)
        text += fmt::format(R"(,"attack_{}":{})", certificates.norms[n].name(), json_number(records.attack(i, n)));
    for (std::size_t n = 0; n < certificates.norms.size(); ++n)
      if (counts_words(options.threat, certificates.norms[n]))
        text += fmt::format(R"(,"{}":{})", price_key(options.threat), json_number(certificates.radius(i, n)));
    if (!records.hangs_on.empty()) text += "," + change_as_json(records.hangs_on[i]);
    if (sources) text += ",\"source\":" + json_string(source_of(data, i));
    text += kept_as_json(kept, i) + "}\n";
  }
  return text;
}

std::string to_table(const Records& records) {
  const auto& [model, data, certificates, options, threat, hangs_on, kept] = records;
  std::vector<std::vector<std::string>> rows(1, {"index", "verdict", "logit"});
  std::vector<ColumnGroup> groups;
  for (const auto& norm : certificates.norms) {
    if (records.attacked()) {
      groups.push_back({rows[0].size(), 3, price_name(options.threat, norm)});
      rows[0].insert(rows[0].end(), {"certified", "attacked", "gap"});
    } else {
      rows[0].push_back(price_name(options.threat, norm) + (counts_words(options.threat, norm) ? " >=" : ""));
    }
  }
  if (!data.labels.empty()) rows[0].emplace_back("label");
  const bool sources = has_sources(data);
  if (sources) rows[0].emplace_back("source");
  for (const TextColumn& column : kept) rows[0].push_back(printable(column.name));
  const std::vector<Verdict> verdicts = verdicts_of(certificates);
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    auto& row = rows.emplace_back();
    row.push_back(fmt::format("{}", i));
    row.push_back(printable(verdict_name(model, verdicts[i])));
    row.push_back(fmt::format("{:.4g}", certificates.logits[i]));
    for (std::size_t n = 0; n < certificates.norms.size(); ++n) append_bounds(records, i, n, row);
    if (!data.labels.empty()) row.push_back(printable(label_name(data, i)));
    if (sources) row.push_back(printable(source_of(data, i)));
    for (const TextColumn& column : kept) row.push_back(printable(column.values[i]));
  }
  return table_title(records) + align_columns(rows, groups) + alarms_in_words(records);
}

Result<std::string> format_records(const Records& records, const std::string& format) {
  if (format == "csv") return to_csv(records);
  if (format == "jsonl") return to_jsonl(records);
  if (format == "table") return to_table(records);
  if (format == "npz") return to_npz(records);
  return Error{ErrorCode::kBadOption, fmt::format("--format: '{}' is not one of table, csv, jsonl, npz", format)};
}

}  // namespace standfast::cli
