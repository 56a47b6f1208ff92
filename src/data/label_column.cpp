// The name that was asked for, else the one that the model was trained with, else the usual names, else the last
// column. A guess that could be wrong is an error: a label that becomes a feature, or a word of a bag of words that
// becomes the label, spoils every number after it.
#include "data/label_column.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/csv.hpp"
#include "data/text.hpp"
#include "files/message.hpp"
#include "files/names.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;
using Places = std::vector<std::size_t>;

constexpr std::array<std::string_view, 3> kUsualNames = {"label", "class", "target"};

/// The column with exactly this name, else all that differ from it in case only.
Places columns_named(const Names& names, std::string_view wanted) {
  Places found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == wanted) return {i};
    if (files::same_name(names[i], wanted)) found.push_back(i);
  }
  return found;
}

bool has_usual_name(const std::string& column) {
  return std::ranges::any_of(kUsualNames, [&](auto word) { return files::same_name(column, word); });
}

/// Whether a model knows the column, or it shall not be read at all: then no guess takes it as the label.
bool is_feature(const std::string& column, const TableOptions& options) {
  const auto same = [&](const std::string& wanted) { return files::same_name(column, wanted); };
  return std::ranges::find(options.known, column, &Column::name) != options.known.end() ||
         std::ranges::any_of(options.ignored, same);
}

Error no_label(const std::string& name, const TableOptions& options) {
  return {ErrorCode::kBadOption,
          options.usual_label.empty()
              ? fmt::format("{}: has no label, expected a column beside those that are read; --label names one", name)
              : fmt::format("{}: has no column {}, the label that the model was trained with; --label names another",
                            name, files::quote_for_message(options.usual_label))};
}

Error two_candidates(const std::string& name, const std::string& first, const std::string& second) {
  return {ErrorCode::kBadOption, fmt::format("{}: columns {} and {} may both be the label; name it with --label", name,
                                             files::quote_for_message(first), files::quote_for_message(second))};
}

Error no_such_column(const Names& names, const std::string& name, const std::string& wanted) {
  const std::string suggestion = files::suggest_name(wanted, names);
  if (!suggestion.empty())
    return {ErrorCode::kBadOption,
            fmt::format("{}: has no column {}{}", name, files::quote_for_message(wanted), suggestion)};
  return {ErrorCode::kBadOption,
          fmt::format("{}: has no column {}, expected one of its {} columns ({} ... {})", name,
                      files::quote_for_message(wanted), names.size(), files::quote_for_message(names.front()),
                      files::quote_for_message(names.back()))};
}

/// Whether `usual`, all of whose values are numbers, may be a feature of a table whose last column, with two different
/// values, is the label. Rows that cannot be read are for the reader to name.
bool last_column_may_be_the_label(const TableFrame& frame, const std::string& name, std::size_t columns,
                                  std::size_t usual) {
  CsvScanner scanner(frame.text, name, frame.separator, frame.first_line);
  std::set<std::string> last;
  bool header = true;
  for (;;) {
    const auto found = scanner.next_record();
    if (!found.ok() || !*found) break;
    const auto& fields = scanner.fields();
    if (!header && fields.size() == columns) {
      if (!parse_number(trimmed(fields[usual]))) return false;
      last.emplace(trimmed(fields.back()));
      if (last.size() > 2) return false;
    }
    header = false;
  }
  return last.size() == 2;
}

}  // namespace

Result<std::size_t> find_column(const Names& names, const std::string& wanted, const std::string& name,
                                std::string_view option) {
  const Places found = columns_named(names, wanted);
  if (found.empty()) return no_such_column(names, name, wanted);
  if (found.size() == 1) return found.front();
  return Error{ErrorCode::kBadOption,
               fmt::format("{}: columns {} and {} differ from {} in case only; name one of them with {}", name,
                           files::quote_for_message(names[found[0]]), files::quote_for_message(names[found[1]]),
                           files::quote_for_message(wanted), option)};
}

Result<std::optional<std::size_t>> find_label_column(const Names& names, const TableFrame& frame,
                                                     const std::string& name, const TableOptions& options) {
  for (const auto* wanted : {&options.label_column, &options.usual_label}) {
    if (wanted->empty()) continue;
    const Places found = columns_named(names, *wanted);
    if (found.size() > 1) return two_candidates(name, names[found[0]], names[found[1]]);
    if (!found.empty()) return std::optional(found.front());
    if (wanted == &options.label_column) return no_such_column(names, name, *wanted);
  }
  Places usual;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (has_usual_name(names[i]) && !is_feature(names[i], options)) usual.push_back(i);
  if (usual.size() > 1) return two_candidates(name, names[usual[0]], names[usual[1]]);
  const std::size_t last = names.size() - 1;
  if (usual.empty()) {
    if (!options.require_labels) return std::optional<std::size_t>();
    if (is_feature(names[last], options)) return no_label(name, options);
    return std::optional(last);
  }
  // labels stand first or last; a word between others may be one of many words
  const bool between = usual.front() != 0 && usual.front() != last;
  if (between && !is_feature(names[last], options) &&
      last_column_may_be_the_label(frame, name, names.size(), usual.front()))
    return two_candidates(name, names[usual.front()], names[last]);
  return std::optional(usual.front());
}

bool is_label_by_name(const std::string& column, const TableOptions& options) {
  return files::same_name(column, options.label_column) || files::same_name(column, options.usual_label) ||
         has_usual_name(column);
}

}  // namespace standfast::data
