// LIBSVM and SVMlight text files: a label, then the features that are not 0 as INDEX:VALUE, one row per line.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Rows are kept dense: no file has more features, nor more values in all, zeros counted.
inline constexpr std::size_t kMaxSparseFeatures = std::size_t{1} << 20;
inline constexpr std::size_t kMaxSparseValues = std::size_t{1} << 28;  // 1 GiB of float32

/// Reads such a file. Features are named by their indices. These count from 1, or from 0 if index 0 occurs, which a
/// note says. `known` are the names of a model's features: if they are such numbers, they say where indices begin and
/// how many there are at least.
///
/// Fails: kBadFormat (no rows, a row without a label, a field that is no INDEX:VALUE, indices that do not ascend),
/// kBadValue (a label or a value that is no finite number), kUnsupported (too many features or values); each named with
/// its line.
Result<Dataset> parse_svmlight(std::string_view text, const std::string& name, std::span<const std::string> known);

}  // namespace standfast::data
