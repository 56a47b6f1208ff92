// Labelled tables and images, all behind one notation: DATA is a file or a folder, with :train or :test after it.
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
  std::string source;        ///< DATA as the user wrote it: "mail.csv", "mnist:test", "spam".
  std::string label_column;  ///< CSV: the label's column; empty picks "label", "class", "target", else the last one.
  std::vector<std::string> classes;  ///< Two classes to keep among many; empty keeps all.
  bool require_labels = true;        ///< False: a table whose label column is missing is read as unlabelled.
};

/// Inputs in the order of their source. Pixels are value / 255, channels first.
///
/// Shape: features is (count, dim) row-major; labels is (count), or empty for unlabelled data.
struct Dataset {
  std::string source;
  std::vector<std::int64_t> input_shape;   ///< (57) for a table, (channels, height, width) for images.
  std::vector<std::string> feature_names;  ///< Empty for images.
  std::vector<std::string> feature_units;  ///< Empty where unknown.
  std::vector<std::string> class_names;    ///< Names in the order of the label numbers.
  std::vector<float> features;             ///< All finite.
  std::vector<std::int32_t> labels;        ///< Index into class_names.
  std::vector<std::int64_t> source_index;  ///< Row or record number in the source, from 0.
  bool is_image = false;                   ///< Pixels in [0, 1].

  [[nodiscard]] std::size_t count() const { return source_index.size(); }
  [[nodiscard]] std::size_t dim() const;
  [[nodiscard]] std::span<const float> row(std::size_t i) const;
  /// The rows at `positions`, in that order.
  [[nodiscard]] Dataset subset(std::span<const std::size_t> positions) const;
  /// Index of a class by name. Fails: kBadOption, naming the classes that exist.
  [[nodiscard]] Result<std::int32_t> class_index(std::string_view name) const;
};

/// Reads a data set and picks its split and its classes.
///
/// A folder's own split is used where it has one (IDX, CIFAR-10, sub-folders train/ and test/); for a table `:train`
/// and
/// `:test` are a fixed stratified 80/20 split in which equal rows stay on one side.
/// Fails: kIo, kBadFormat, kBadShape, kBadValue (NaN, infinity or a missing value, named with row and column),
/// kBadOption.
Result<Dataset> read_data(const DataRequest& request);

/// Positions of a seeded, stratified split; equal rows stay together, so that a test row was never trained on.
struct Split {
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;
};
/// Puts about `second_share` of each class into `second`. Shape: positions into data, each side ascending.
Split split_data(const Dataset& data, double second_share, std::uint64_t seed);

/// The data sets that are part of the program ("spam").
struct EmbeddedData {
  std::string name;
  std::string title;
  std::string licence;
  std::string citation;
};
std::span<const EmbeddedData> embedded_data();

}  // namespace standfast
