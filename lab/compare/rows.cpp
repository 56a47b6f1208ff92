// Reads both splits with the library's own loader, so that a baseline sees what `standfast train` sees.
#include "lab/compare/rows.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/try.hpp"

namespace standfast::lab {
namespace {

constexpr double kValidationShare = 0.2;
constexpr std::uint64_t kSplitSeed = 1;

Result<Dataset> read_split(const RowsRequest& request, const std::string& split) {
  STANDFAST_TRY(Dataset data,
                read_data({.source = request.data + split, .label_column = "", .classes = request.classes}));
  if (!data.is_image)
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}: holds no pictures, expected some: the noise of smoothing is the same for all "
                             "features, which only pixels have in common",
                             request.data)};
  if (data.class_names.size() != 2)
    return Error{ErrorCode::kBadOption, fmt::format("{}: has {} classes, expected two; choose them with --classes",
                                                    request.data, data.class_names.size())};
  return data;
}

/// Shape: positions of rows of the data; `limit` of each class are kept.
Result<TwoClasses> by_class(const Dataset& data, std::span<const std::size_t> positions, std::int32_t sensitive,
                            std::size_t limit) {
  TwoClasses rows;
  rows.sensitive.dim = rows.other.dim = data.dim();
  if (limit == 0) limit = std::numeric_limits<std::size_t>::max();
  for (const std::size_t at : positions) {
    ClassRows& mine = data.labels[at] == sensitive ? rows.sensitive : rows.other;
    if (mine.count() == limit) continue;
    const auto row = data.row(at);
    mine.features.insert(mine.features.end(), row.begin(), row.end());
  }
  if (rows.sensitive.count() > 0 && rows.other.count() > 0) return rows;
  return Error{ErrorCode::kBadValue, fmt::format("{}: a class has no rows, expected some of each", data.source)};
}

std::vector<std::size_t> all_positions(const Dataset& data) {
  std::vector<std::size_t> positions(data.count());
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  return positions;
}

}  // namespace

Result<TwoClasses> read_test_rows(const RowsRequest& request) {
  STANDFAST_TRY(const Dataset data, read_split(request, ":test"));
  STANDFAST_TRY(const std::int32_t sensitive, data.class_index(request.sensitive));
  return by_class(data, all_positions(data), sensitive, request.rows);
}

Result<CompareRows> read_compare_rows(const RowsRequest& request) {
  CompareRows rows;
  STANDFAST_TRY(rows.test, read_test_rows(request));
  STANDFAST_TRY(const Dataset data, read_split(request, ":train"));
  STANDFAST_TRY(const std::int32_t sensitive, data.class_index(request.sensitive));
  const Split split = split_data(data, kValidationShare, kSplitSeed);
  STANDFAST_TRY(rows.validation, by_class(data, split.second, sensitive, request.validation_rows));
  rows.input_shape = data.input_shape;
  for (const std::size_t at : split.first) {
    const auto row = data.row(at);
    rows.train_features.insert(rows.train_features.end(), row.begin(), row.end());
    rows.train_labels.push_back(data.labels[at] == sensitive ? 1 : 0);
  }
  return rows;
}

}  // namespace standfast::lab
