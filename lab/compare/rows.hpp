// The rows that every method sees: training and validation rows of a data set, and the first test rows of each class.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/shape.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// Rows of one class. Shape: features is (count, dim).
struct ClassRows {
  std::vector<float> features;
  std::size_t dim = 1;

  [[nodiscard]] std::size_t count() const { return features.size() / dim; }
  /// Requires: i < count().
  [[nodiscard]] std::span<const float> row(std::size_t i) const { return std::span(features).subspan(i * dim, dim); }
};

/// Both classes of a split.
struct TwoClasses {
  ClassRows sensitive;
  ClassRows other;
};

struct CompareRows {
  model::Shape input_shape;
  std::vector<float> train_features;  ///< (count, dim).
  std::vector<float> train_labels;    ///< (count): 1 for the sensitive class.
  TwoClasses validation;
  TwoClasses test;
};

/// What is read and how much of it; 0 rows: all.
struct RowsRequest {
  std::string data;  ///< DATA without a split.
  std::vector<std::string> classes;
  std::string sensitive;
  std::size_t rows = 0;             ///< Of each class of the test split.
  std::size_t validation_rows = 0;  ///< Of each class of the validation rows.
};

/// The test split alone: the first rows of each class. Fails: as read_data; kBadOption unless there are two classes,
/// one of them the sensitive one; kBadValue for data that are no pictures and for a class without rows.
Result<TwoClasses> read_test_rows(const RowsRequest& request);

/// All of it; a fifth of the training split is held back for validation. Fails: as read_test_rows.
Result<CompareRows> read_compare_rows(const RowsRequest& request);

}  // namespace standfast::lab
