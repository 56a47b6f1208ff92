// A linear filter's words are counted, ours are proven: `any` and `added` mean the same for both.
#include "cli/demo/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "cli/records/record_text.hpp"

namespace standfast::cli {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// The most words that may change without the price `radius` being reached.
double words_below(double radius) { return std::max(0.0, std::ceil(radius) - 1); }

double words_that_may_change(const LinearFilter& filter, std::span<const std::uint32_t> words, bool may_remove) {
  const auto past = fewest_words_past(filter, words, may_remove);
  return past ? static_cast<double>(past->size()) - 1 : kInfinite;
}

FilterResult linear_result(const LinearFilter& filter, const Dataset& test, std::int32_t alarm) {
  FilterResult result;
  result.name = filter.name;
  for (std::size_t i = 0; i < test.count(); ++i) {
    const auto words = test.words.row(i);
    const bool raises = filter.score(words) > 0;
    if (test.labels[i] != alarm) {
      result.false_alarms += raises ? 1 : 0;
      continue;
    }
    ++result.alarms;
    if (!raises) continue;
    result.any.push_back(words_that_may_change(filter, words, true));
    result.added.push_back(words_that_may_change(filter, words, false));
  }
  std::ranges::sort(result.any);
  std::ranges::sort(result.added);
  return result;
}

/// The value that this share of the ascending values stays at or below; "-" if there are none.
std::string quantile(const std::vector<double>& values, double share) {
  if (values.empty()) return "-";
  return fmt::format("{}", values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))]);
}

std::string quartiles(const std::vector<double>& values) {
  return fmt::format("{} / {} / {}", quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75));
}

std::string caught(const FilterResult& result) {
  return fmt::format("{:.1f} %", 100 * static_cast<double>(result.any.size()) / static_cast<double>(result.alarms));
}

std::vector<std::string> table_row(const FilterResult& result) {
  return {result.name, caught(result), fmt::format("{}", result.false_alarms), quartiles(result.any),
          quartiles(result.added)};
}

}  // namespace

FilterResult certified_result(const Dataset& test, std::int32_t alarm, const Certificates& any,
                              const Certificates& added) {
  FilterResult result;
  result.name = "this filter (proven)";
  for (std::size_t i = 0; i < test.count(); ++i) {
    if (test.labels[i] != alarm) {
      result.false_alarms += any.sensitive(i) ? 1 : 0;
      continue;
    }
    ++result.alarms;
    if (!any.sensitive(i)) continue;
    result.any.push_back(words_below(any.radius(i, 0)));
    result.added.push_back(words_below(added.radius(i, 0)));
  }
  std::ranges::sort(result.any);
  std::ranges::sort(result.added);
  return result;
}

std::vector<Rival> fit_rivals(const Dataset& train, const Dataset& test, std::int32_t alarm, std::size_t false_alarms) {
  std::vector<Rival> rivals;
  for (const auto& fit : {fit_naive_bayes, fit_logistic_regression}) {
    LinearFilter filter = fit(train, alarm);
    allow_false_alarms(filter, test, alarm, false_alarms);
    FilterResult result = linear_result(filter, test, alarm);
    rivals.push_back({std::move(filter), std::move(result)});
  }
  return rivals;
}

std::string comparison_table(const FilterResult& ours, const std::vector<Rival>& rivals) {
  std::vector<std::vector<std::string>> rows = {
      {"on the same messages and words", "caught", "false alarms", "added or removed", "added only"}, table_row(ours)};
  for (const Rival& rival : rivals) {
    rows.push_back(table_row(rival.result));
    rows.back().front() += " (exact)";
  }
  return align_columns(rows, {{3, 2, "whichever words, quartiles"}});
}

std::vector<std::string> comparison_sentences(const FilterResult& ours, const std::vector<Rival>& rivals) {
  std::vector<std::string> sentences = {fmt::format(
      "This filter catches {} with {} false alarms, and half of what it catches stays caught whichever {} words are "
      "added or removed, or whichever {} are added.",
      caught(ours), ours.false_alarms, quantile(ours.any, 0.5), quantile(ours.added, 0.5))};
  for (const Rival& rival : rivals)
    sentences.push_back(
        fmt::format("On the same words, {} catches {} with {} false alarms; half of that stays caught "
                    "for any {} words added or removed, or {} added.",
                    rival.result.name, caught(rival.result), rival.result.false_alarms, quantile(rival.result.any, 0.5),
                    quantile(rival.result.added, 0.5)));
  return sentences;
}

}  // namespace standfast::cli
