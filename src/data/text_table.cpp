// Records go by one at a time; of a record only the label and the words of its text stay.
#include "data/text_table.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/csv.hpp"
#include "data/label_column.hpp"
#include "data/separator.hpp"
#include "data/table_header.hpp"
#include "data/text.hpp"
#include "data/words.hpp"
#include "files/message.hpp"
#include "standfast/text.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;

struct TextColumns {
  std::size_t text = 0;
  std::optional<std::size_t> label;
};

/// The label by the rules of tables, among the columns that are not the text's.
Result<TextColumns> choose_columns(const Names& names, const TableFrame& frame, const std::string& name,
                                   const std::string& text_column, const TableOptions& options) {
  TextColumns columns;
  STANDFAST_TRY(columns.text, find_column(names, text_column, name, "--text"));
  if (names.size() == 1) {
    if (!options.require_labels) return columns;
    return Error{ErrorCode::kBadFormat, fmt::format("{}: has only the column {}, expected labels beside it", name,
                                                    files::quote_for_message(names.front()))};
  }
  STANDFAST_TRY(columns.label, find_label_column(names, frame, name, options));
  if (columns.label != columns.text) return columns;
  if (is_label_by_name(names[columns.text], options)) {
    return Error{ErrorCode::kBadOption, fmt::format("{}: column {} is the text and the label, expected two columns",
                                                    name, files::quote_for_message(names[columns.text]))};
  }
  columns.label = columns.text == 0 ? 1 : columns.text - 1;  // by place: the last column is the text
  if (names.size() == 2) return columns;
  return Error{ErrorCode::kBadOption,
               fmt::format("{}: no column is called label, class or target; name the label's with --label", name)};
}

std::vector<std::string> notes_of(const Names& names, const TextColumns& columns, const std::string& name) {
  Names passed;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != columns.text && i != columns.label) passed.push_back(files::quote_for_message(names[i]));
  std::vector<std::string> notes = {columns.label
                                        ? fmt::format("{}: the text is column {}, the label is column {}", name,
                                                      files::quote_for_message(names[columns.text]),
                                                      files::quote_for_message(names[*columns.label]))
                                        : fmt::format("{}: the text is column {}; no column is taken as the label",
                                                      name, files::quote_for_message(names[columns.text]))};
  if (!passed.empty()) notes.push_back(fmt::format("{}: not read: {}", name, fmt::join(passed, ", ")));
  return notes;
}

}  // namespace

Result<Dataset> parse_text_table(std::string_view text, const std::string& name, const std::string& text_column,
                                 const TableOptions& options) {
  const TableFrame frame = frame_table(text, options.separator);
  CsvScanner scanner(frame.text, name, frame.separator, frame.first_line,
                     frame.separator == '\t' ? Quotes::kLiteral : Quotes::kEnclose);
  STANDFAST_TRY(const Names names, read_table_header(scanner, name));
  STANDFAST_TRY(const TextColumns columns, choose_columns(names, frame, name, text_column, options));
  Dataset data;
  ClassNames classes;
  WordCollector words;
  for (;;) {
    STANDFAST_TRY(const bool found, scanner.next_record());
    if (!found) break;
    const auto& fields = scanner.fields();
    if (fields.size() != names.size()) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} has {} fields, expected {} as in the header", name,
                                                      scanner.line(), fields.size(), names.size())};
    }
    if (columns.label) {
      const auto number = classes.number_of(trimmed(fields[*columns.label]));
      if (!number.ok()) {
        return Error{ErrorCode::kBadValue,
                     fmt::format("{}: line {}, column {}: {}", name, scanner.line(),
                                 files::quote_for_message(names[*columns.label]), number.error().message)};
      }
      data.labels.push_back(*number);
    }
    words.add_message(words_of_text(fields[columns.text]));
    data.source_index.push_back(static_cast<std::int64_t>(data.source_index.size()));
  }
  if (data.source_index.empty()) return Error{ErrorCode::kBadFormat, fmt::format("{}: has a header and no rows", name)};
  data.source = name;
  data.tokenizer = kTokenizer;
  data.text_column = names[columns.text];
  data.class_names = classes.names();
  if (columns.label) data.label_column = names[*columns.label];
  std::move(words).finish(data);
  sort_classes(data);
  data.notes = notes_of(names, columns, name);
  return data;
}

}  // namespace standfast::data
