// Labelled tables and images, all behind one notation: DATA is a file or a folder, with :train or :test after it.
//
//     standfast::DataRequest request;
//     request.source = source;
//     request.require_labels = false;
//     const auto data = standfast::read_data(request);
//     if (!data) return fail(data.error());
//     const std::size_t count = data->count();
//     std::printf("%s: %zu inputs of %zu features\n", source.c_str(), count, data->dim());
//
// A DataRequest says what to read; read_data() gives a Dataset. A Dataset is plain data: `features` holds the inputs
// one after the other, ready for Classifier::certify, and `labels` holds an index into `class_names` for each.
// split_data() and Dataset::subset() make two data sets of one. The forms of DATA are in docs/data.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast {

/// What to read, and which part of it.
struct DataRequest {
  std::string source;        ///< DATA as a user writes it: "mail.csv", "mnist:test", "spam".
  std::string label_column;  ///< The label's column in a table, without case. If empty, the rules of docs/data.md.
  std::vector<std::string> classes;  ///< The classes to keep among many. If empty, all are kept.
  bool require_labels = true;        ///< If false, a table without a label's column is read as unlabelled.
  std::string usual_label = {};      ///< The label's column if a table has it and none is asked for: the model's.
  bool tables_have_labels = false;   ///< Tables are read as if labels were required, other files are not.
  std::string separator = {};        ///< Between a table's columns: "," ";" "|" "tab". If empty, it is found out.
  std::string text_column = {};      ///< The column of a table that holds text, without case. If empty, there is none.
  std::string usual_text = {};       ///< The text's column if a table has it and none is asked for: the model's.
  /// The words that count, ascending: a model's. If empty, every word of the source does. Files of no other kind are
  /// read as messages if it is given.
  std::vector<std::string> vocabulary = {};
  /// The columns of a model. If there are some, tables are read through them, whatever the order of their columns.
  Columns columns = {};
  bool infer_columns = false;  ///< Without `columns`: tables may hold text, dates and missing values (docs/tables.md).
  std::vector<std::string> ignored = {};  ///< Columns of tables that are not read, without case.
  bool strict = false;                    ///< What would be left out, filled in or passed over in a table is an error.
  /// One class against all others: they become one class, "not A" for the class A. If empty, classes stay apart.
  std::string against_rest = {};
  /// The class that a model was trained to tell from all others: as `against_rest`, for data with other classes than
  /// that one and "not A". If empty, there is none.
  std::string usual_against_rest = {};
  /// The names of a model's features. A sparse file, whose features are named by their numbers, has at least as many,
  /// counted from 0 or from 1 as these are. If empty, the file alone decides.
  std::vector<std::string> usual_features = {};
};

/// Which words each message has: all that a classifier sees of it.
///
/// Shape: begin is (count + 1), and word is (begin[count]): the words of message i, ascending, stand from begin[i] on.
struct WordRows {
  std::vector<std::size_t> begin = {0};  ///< Where each message's words begin in `word`.
  std::vector<std::uint32_t> word;       ///< Indices into Dataset::feature_names.

  /// The words of message i, ascending. Requires: i + 1 < begin.size().
  [[nodiscard]] std::span<const std::uint32_t> row(std::size_t i) const {
    return std::span(word).subspan(begin[i], begin[i + 1] - begin[i]);
  }
};

/// Inputs in the order of their source. Pixels of bytes are value / 255, channels first.
///
/// Messages are kept as the words that they have: feature f is 1 if word feature_names[f] occurs, else 0, and
/// `features` is empty.
///
/// Shape: features is (count, dim) row-major; labels is (count), or empty for unlabelled data.
struct Dataset {
  std::string source;                          ///< DATA as it was asked for.
  std::vector<std::int64_t> input_shape;       ///< (57) for a table, (channels, height, width) for images.
  std::vector<std::string> feature_names;      ///< One name per feature; empty for images.
  std::vector<std::string> feature_units;      ///< One unit per feature; empty if unknown.
  std::vector<std::string> class_names;        ///< The classes' names, in the order of the label numbers.
  std::vector<float> features;                 ///< The inputs, row after row; all values are finite.
  std::vector<std::int32_t> labels;            ///< The class of each input, as an index into class_names.
  std::vector<std::int64_t> source_index;      ///< The row or record number of each input in the source, from 0.
  bool is_image = false;                       ///< Whether features are pixels in [0, 1].
  std::string label_column = {};               ///< The column that the labels come from; empty if it is no table.
  std::vector<std::string> source_names = {};  ///< The file of each input, if each is a file of its own; else empty.
  std::vector<std::string> notes = {};         ///< What the reader decided or passed over, a line for the user each.
  std::string tokenizer = {};                  ///< What made words of messages, "words/1"; empty for other inputs.
  WordRows words = {};                         ///< The words of each message.
  std::string text_column = {};                ///< The column that the text comes from; empty if it is no table.
  /// What the columns of the table are, if they were asked for: features are then those of feature_names(columns).
  Columns columns = {};

  /// The number of inputs.
  [[nodiscard]] std::size_t count() const { return source_index.size(); }
  /// The number of features of an input.
  [[nodiscard]] std::size_t dim() const;
  /// Whether the inputs are messages, kept as words.
  [[nodiscard]] bool is_text() const { return !tokenizer.empty(); }
  /// Input i. Shape: (dim). Requires: i < count() and !is_text().
  [[nodiscard]] std::span<const float> row(std::size_t i) const;
  /// `rows` inputs from `first` on, of whatever kind. Shape: (rows, dim). Requires: first + rows <= count().
  [[nodiscard]] std::vector<float> dense_rows(std::size_t first, std::size_t rows) const;
  /// The inputs at `positions`, in that order. Requires: each is below count().
  [[nodiscard]] Dataset subset(std::span<const std::size_t> positions) const;
  /// The index of a class by its name. Fails: kBadOption, naming the classes that exist.
  [[nodiscard]] Result<std::int32_t> class_index(std::string_view name) const;
};

/// Reads a data set and picks its split and its classes.
///
/// If a folder has a split of its own (IDX, CIFAR-10, sub-folders train/ and test/), it is used. Otherwise `:train` and
/// `:test` are a fixed stratified 80/20 split in which equal rows stay on one side.
/// Fails: kIo if a file cannot be read or does not fit into memory; kBadFormat, kBadShape and kUnsupported for a file
/// that is not what its form promises; kBadShape for a table that lacks a column of `columns`; kBadValue for NaN,
/// infinity or a missing value that nothing stands in for, named with row and column, and for what `strict` forbids;
/// kBadOption for a class or a column that does not exist.
Result<Dataset> read_data(const DataRequest& request);

/// One column of a table as it is written there.
struct TextColumn {
  std::string name;                 ///< The column's name in the header.
  std::vector<std::string> values;  ///< The value of each row of the file, which Dataset::source_index counts.
};
/// Columns of the table that a request names, read as text: identifiers to show beside what is said of a row.
///
/// Shape: one result per name, each with a value for every row of the file, whatever side of it is asked for.
/// Fails: kBadOption for a source that is no table file, a column that does not exist and one that is named twice; kIo,
/// kBadFormat and kBadValue, as read_data().
Result<std::vector<TextColumn>> read_text_columns(const DataRequest& request, std::span<const std::string> columns);

/// What the classes other than `sensitive` are called together: "not spam".
std::string name_of_the_rest(std::string_view sensitive);

/// Two sides of a data set, as positions into it, each ascending.
struct Split {
  std::vector<std::size_t> first;   ///< What is left.
  std::vector<std::size_t> second;  ///< About the share that was asked for.
};
/// A stratified split: about `second_share` of each class goes into `second`. Equal rows stay together, so that a test
/// row was never trained on. The same seed gives the same split.
Split split_data(const Dataset& data, double second_share, std::uint64_t seed);

/// A data set that is part of the program.
struct EmbeddedData {
  std::string name;      ///< What to call it in DATA: "spam".
  std::string title;     ///< What it is, in a line.
  std::string licence;   ///< Under which licence it may be used.
  std::string citation;  ///< Whom to cite.
};
/// All data sets that are part of the program.
std::span<const EmbeddedData> embedded_data();

}  // namespace standfast
