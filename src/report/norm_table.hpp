// A table with one column for each norm: narrow enough for a telephone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "standfast/evaluation.hpp"

namespace standfast::report {

struct NormRow {
  std::string title;               ///< Plain text.
  std::vector<std::string> cells;  ///< One for each norm, as HTML.
};

/// Rows of the quantiles at 10, 25, 50, 75 and 90 %, in words. `text` writes one radius.
/// Shape: quantiles has one list for each norm, which may be empty.
std::vector<NormRow> quantile_rows(const std::vector<std::vector<Evaluation::CertifiedCurve::Quantile>>& quantiles,
                                   std::string (*text)(double radius));

/// Shape: the rows have one cell for each of the evaluation's curves.
std::string norm_table(std::string_view caption, const Evaluation& evaluation, const std::vector<NormRow>& rows);

}  // namespace standfast::report
