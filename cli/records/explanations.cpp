// One alarm at a time: its row, its radii, the change found with each feature's share of the price, and the proof.
#include "cli/records/explanations.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/records/kept_columns.hpp"
#include "cli/records/record_text.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/records/word_changes.hpp"
#include "cli/terminal/output.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kFeaturesShown = 8;  // in the table; the other formats have all

struct NamedFeature {
  std::string name;
  std::string unit;
};

NamedFeature feature_of(const Records& records, std::size_t f) {
  const auto& names = records.model.feature_names.empty() ? records.data.feature_names : records.model.feature_names;
  const auto& units = records.model.feature_units.empty() ? records.data.feature_units : records.model.feature_units;
  return {names.empty() ? fmt::format("feature {}", f) : names[f], units.empty() ? std::string() : units[f]};
}

/// "0.32 -> 0"; of a category the value that takes the place: "becomes protocol=udp".
std::string change_of_value(const Records& records, const FeatureChange& change) {
  if (change.becomes) return "becomes " + printable(feature_of(records, *change.becomes).name);
  return fmt::format("{:.6g} -> {:.6g}", change.from, change.to);
}

/// "-0.32 percent"; of words "removed"; of a category how much of its move the change is.
std::string change_amount(const Records& records, const FeatureChange& change, const std::string& unit) {
  if (change.becomes) {
    const double moved = change.from - change.to;
    return moved == 1 ? "1 move" : fmt::format("{:.4g} of a move", moved);
  }
  if (records.data.is_text()) return change.to > change.from ? "added" : "removed";
  const std::string sign = change.to > change.from ? "+" : "";
  return fmt::format("{}{:.4g}{}{}", sign, change.to - change.from, unit.empty() ? "" : " ", printable(unit));
}

/// The features of one change, aligned: "word_freq_free: 0.32 -> 0 (-0.32 percent), 62 % of the price".
std::string change_lines(const Records& records, const std::vector<FeatureChange>& changes) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths(4);
  const std::size_t shown = std::min(kFeaturesShown, changes.size());
  for (std::size_t k = 0; k < shown; ++k) {
    const auto [name, unit] = feature_of(records, changes[k].feature);
    cells.push_back({printable(name) + ":", change_of_value(records, changes[k]),
                     fmt::format("({})", change_amount(records, changes[k], unit)),
                     fmt::format("{:.0f} %", 100 * changes[k].share)});
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], cells.back()[c].size());
  }
  std::string text;
  for (const auto& row : cells)
    text += fmt::format("     {:<{}}  {:<{}}  {:<{}}  {:>{}}\n", row[0], widths[0], row[1], widths[1], row[2],
                        widths[2], row[3], widths[3]);
  if (changes.size() > shown) text += fmt::format("     and {}\n", counted(changes.size() - shown, "more feature"));
  return text;
}

/// "0.1234 (l1)", "3 words".
std::string priced(const Records& records, Norm norm, const std::string& price) {
  const std::string name = price_name(records.options.threat, norm);
  if (counts_words(records.options.threat, norm)) return price + " " + name;
  return norm == Norm::l0() ? price + (price == "1" ? " feature" : " features") : fmt::format("{} ({})", price, name);
}

/// "no change priced below 0.1234 (l1) flips the verdict".
std::string what_is_proven(const Records& records, const Explanation& alarm, double radius) {
  if (std::isinf(radius)) return "nothing that is allowed flips the verdict";
  if (!(radius > 0)) return "nothing";
  const std::string least = priced(records, alarm.norm, radius_rounded_down(radius, kTableDigits));
  return alarm.norm == Norm::l0() ? fmt::format("no change of up to {} flips the verdict", least)
                                  : fmt::format("no change priced below {} flips the verdict", least);
}

std::string what_was_found(const Records& records, const Explanation& alarm, double radius) {
  if (std::isinf(alarm.attack)) return "no change that flips it";
  if (alarm.found.empty()) return "the logit is within rounding of the threshold";
  const std::string price = priced(records, alarm.norm, distance_rounded_up(alarm.attack, kTableDigits));
  return fmt::format("a change {} {} that flips it; gap {}", alarm.norm == Norm::l0() ? "of" : "priced", price,
                     gap_in_words(certified_share(alarm.norm, radius, alarm.attack)));
}

std::string alarm_as_text(const Records& records, const Explanation& alarm, std::size_t rank) {
  const auto& certificates = records.certificates;
  std::string text = fmt::format("{}. input {}", rank, alarm.row);
  if (has_sources(records.data)) text += fmt::format(", source {}", printable(source_of(records.data, alarm.row)));
  if (!records.data.labels.empty()) text += fmt::format(", label {}", printable(label_name(records.data, alarm.row)));
  text += kept_in_words(records.kept, alarm.row);
  std::vector<std::string> radii;
  for (std::size_t n = 0; n < certificates.norms.size(); ++n)
    radii.push_back(fmt::format("{} {}", price_name(records.options.threat, certificates.norms[n]),
                                radius_rounded_down(certificates.radius(alarm.row, n), kTableDigits)));
  text += fmt::format("\n   logit   {:.4g}; certified: {}\n", certificates.logits[alarm.row], fmt::join(radii, ", "));
  const double radius = certificates.radius(alarm.row, 0);
  text += fmt::format("   proven  {}\n", what_is_proven(records, alarm, radius));
  text += fmt::format("   found   {}\n", what_was_found(records, alarm, radius)) + change_lines(records, alarm.found);
  if (!alarm.weakest.empty()) text += "   the proof is weakest against\n" + change_lines(records, alarm.weakest);
  return text;
}

std::string explanations_as_table(const Records& records, const std::vector<Explanation>& alarms) {
  const auto& options = records.options;
  const std::size_t of = count_alarms(verdicts_of(records.certificates));
  std::string text = fmt::format(
      "{} of {}, {} judged {}; {} of them, the easiest to talk round first, by {}\nradii: method {}, guarantee {}, {}; "
      "rounded down; prices of changes rounded up; %: share of the price\n",
      counted(records.data.count(), "input"), printable(records.data.source), of,
      printable(records.model.sensitive_class), alarms.size(), price_name(options.threat, options.norms.front()),
      method_name(options.method), guarantee_name(options.guarantee), printable(records.threat_description));
  for (std::size_t k = 0; k < alarms.size(); ++k) text += "\n" + alarm_as_text(records, alarms[k], k + 1);
  return text;
}

std::string csv_change(const Records& records, const char* side, const FeatureChange& change) {
  const auto [name, unit] = feature_of(records, change.feature);
  const std::string becomes = change.becomes ? csv_field(feature_of(records, *change.becomes).name) : "";
  return fmt::format("{},{},{},{},{},{},{},{}", side, csv_field(name), csv_field(unit), change.from, change.to, becomes,
                     change.price, change.share);
}

/// A line for each feature of each change; one without a feature if there is no change at all.
std::string explanations_as_csv(const Records& records, const std::vector<Explanation>& alarms) {
  const bool labels = !records.data.labels.empty(), sources = has_sources(records.data);
  std::string text = "rank,index,logit,norm,radius,attack,change,feature,unit,from,to,becomes,price,share";
  text += fmt::format("{}{}{}\n", labels ? ",label" : "", sources ? ",source" : "", kept_names_as_csv(records.kept));
  for (std::size_t k = 0; k < alarms.size(); ++k) {
    const Explanation& alarm = alarms[k];
    const std::string start =
        fmt::format("{},{},{},{},{},{},", k + 1, alarm.row, records.certificates.logits[alarm.row], alarm.norm.name(),
                    records.certificates.radius(alarm.row, 0), alarm.attack);
    std::string end;
    if (labels) end += "," + csv_field(label_name(records.data, alarm.row));
    if (sources) end += "," + csv_field(source_of(records.data, alarm.row));
    end += kept_as_csv(records.kept, alarm.row);
    for (const auto& change : alarm.found) text += start + csv_change(records, "found", change) + end + "\n";
    for (const auto& change : alarm.weakest) text += start + csv_change(records, "weakest", change) + end + "\n";
    if (alarm.found.empty() && alarm.weakest.empty()) text += start + ",,,,,,," + end + "\n";
  }
  return text;
}

std::string json_changes(const Records& records, const std::vector<FeatureChange>& changes) {
  std::string text = "[";
  for (const auto& change : changes) {
    const auto [name, unit] = feature_of(records, change.feature);
    text += text.size() > 1 ? "," : "";
    text += fmt::format(R"({{"feature":{})", json_string(name));
    if (!unit.empty()) text += fmt::format(R"(,"unit":{})", json_string(unit));
    text += fmt::format(R"(,"from":{},"to":{})", json_number(change.from), json_number(change.to));
    if (change.becomes) text += ",\"becomes\":" + json_string(feature_of(records, *change.becomes).name);
    text += fmt::format(R"(,"price":{},"share":{}}})", json_number(change.price), json_number(change.share));
  }
  return text + "]";
}

std::string explanations_as_jsonl(const Records& records, const std::vector<Explanation>& alarms) {
  const auto& certificates = records.certificates;
  std::string text;
  for (std::size_t k = 0; k < alarms.size(); ++k) {
    const Explanation& alarm = alarms[k];
    text += fmt::format(R"({{"schema":"standfast/explanation/1","rank":{},"index":{},"logit":{})", k + 1, alarm.row,
                        json_number(certificates.logits[alarm.row]));
    for (std::size_t n = 0; n < certificates.norms.size(); ++n)
      text += fmt::format(R"(,"radius_{}":{})", certificates.norms[n].name(),
                          json_number(certificates.radius(alarm.row, n)));
    if (!records.data.labels.empty()) text += ",\"label\":" + json_string(label_name(records.data, alarm.row));
    text += fmt::format(R"(,"norm":"{}","attack":{},"found":{})", alarm.norm.name(), json_number(alarm.attack),
                        json_changes(records, alarm.found));
    text += fmt::format(R"(,"weakest_radius":{},"weakest":{})", json_number(alarm.weakest_radius),
                        json_changes(records, alarm.weakest));
    if (has_sources(records.data)) text += ",\"source\":" + json_string(source_of(records.data, alarm.row));
    text += kept_as_json(records.kept, alarm.row) + "}\n";
  }
  return text;
}

}  // namespace

std::vector<std::size_t> easiest_alarms(const Certificates& certificates, std::size_t most) {
  std::vector<std::size_t> alarms;
  for (std::size_t i = 0; i < certificates.count(); ++i)
    if (certificates.sensitive(i) && certificates.judged(i)) alarms.push_back(i);
  const auto radius = [&](std::size_t i) { return certificates.radius(i, 0); };
  std::ranges::stable_sort(alarms, {}, radius);
  if (alarms.size() > most) alarms.resize(most);
  return alarms;
}

Result<std::string> format_explanations(const Records& records, const std::vector<Explanation>& explanations,
                                        const std::string& format) {
  if (format == "table") return explanations_as_table(records, explanations);
  if (format == "csv") return explanations_as_csv(records, explanations);
  if (format == "jsonl") return explanations_as_jsonl(records, explanations);
  return Error{ErrorCode::kBadOption,
               fmt::format("--format: '{}' holds no explanations, expected table, csv or jsonl", format)};
}

}  // namespace standfast::cli
