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
};

/// Inputs in the order of their source. Pixels of bytes are value / 255, channels first.
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

  /// The number of inputs.
  [[nodiscard]] std::size_t count() const { return source_index.size(); }
  /// The number of features of an input.
  [[nodiscard]] std::size_t dim() const;
  /// Input i. Shape: (dim). Requires: i < count().
  [[nodiscard]] std::span<const float> row(std::size_t i) const;
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
/// that is not what its form promises; kBadValue for NaN, infinity or a missing value, named with row and column;
/// kBadOption for a class or a column that does not exist.
Result<Dataset> read_data(const DataRequest& request);

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
