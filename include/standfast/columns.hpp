// How the columns of a table become the features of a model: what a model remembers of the table that it was trained
// on.
//
//     const Columns& columns = classifier->summary().columns;
//     for (const Column& column : columns)
//       if (is_read(column.kind)) std::printf("the model reads %s\n", column.name.c_str());
//
// A number is a feature. So is a boolean: 0 or 1. A category has a feature for each of its values and one for all other
// values, and exactly one of them is 1. Where a number or a boolean is missing, a value stands in for it, and a feature
// of its own says so if training rows had missing values. Other columns are left out; the file remembers why.
//
// A DataRequest with the columns of a model reads a table as the model needs it, whatever the order of its columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standfast {

/// What a column is, and thus how it is read. The kinds after kCategory are left out.
enum class ColumnKind {
  kNumber,
  kBoolean,     ///< true and false, yes and no, t and f, y and n, in any case; 1 and 0 where the model knows it.
  kCategory,    ///< Text with few values.
  kIndex,       ///< Numbers of rows.
  kDate,        ///< Dates, perhaps with times.
  kIdentifier,  ///< Text whose values hardly repeat: names, hashes, sentences.
  kEmpty,       ///< No row has a value.
  kConstant,    ///< Text or a boolean, and the same in every row.
  kIgnored      ///< Left out because somebody asked for it.
};

/// Whether columns of this kind become features.
constexpr bool is_read(ColumnKind kind) { return kind <= ColumnKind::kCategory; }

/// "number", "category"; what the model file and `standfast data info` call it.
std::string_view column_kind_name(ColumnKind kind);

/// What the feature for all other values of a category is called: "colour=(other)".
inline constexpr std::string_view kOtherValue = "(other)";

/// One column of the table.
struct Column {
  std::string name;  ///< Its name in the header. An index may have none.
  ColumnKind kind = ColumnKind::kNumber;
  std::vector<std::string> values = {};  ///< The values of a category that have features, in the order of their bytes.
  /// What stands in for a missing number or boolean: the median of the training rows. If there is none, a missing value
  /// is refused.
  std::optional<float> filled = {};
  bool marks_missing = false;  ///< Whether a feature says that the number or boolean was missing.

  friend bool operator==(const Column&, const Column&) = default;
};

/// The columns of a table without its label, in the order of the table. Empty: nothing is remembered.
using Columns = std::vector<Column>;

/// The names of the features: "age", "age is missing", "colour=red", "colour=(other)".
std::vector<std::string> feature_names(const Columns& columns);

/// A category among the features of a model: exactly one of its features is 1.
struct CategoryColumn {
  std::string name;                     ///< The column's name.
  std::vector<std::uint32_t> features;  ///< The features of its values, ascending; the last one is that of kOtherValue.
  std::vector<std::string> values;      ///< The value of each feature.
};

/// The categories of a model with these columns, in the order of their features.
std::vector<CategoryColumn> category_columns(const Columns& columns);

/// Columns of numbers with these names, as a file without columns implies them. Empty if two names are equal.
Columns columns_of_names(const std::vector<std::string>& names);

}  // namespace standfast
