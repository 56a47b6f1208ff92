// The few members of Dataset that compute something. Rows are row-major and lie side by side; a subset copies them.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "standfast/data.hpp"

namespace standfast {

std::size_t Dataset::dim() const {
  std::size_t product = 1;
  for (const auto extent : input_shape) product *= static_cast<std::size_t>(extent);
  return product;
}

std::span<const float> Dataset::row(std::size_t i) const { return std::span(features).subspan(i * dim(), dim()); }

std::vector<float> Dataset::dense_rows(std::size_t first, std::size_t rows) const {
  const std::size_t width = dim();
  if (!is_text()) {
    const auto values = std::span(features).subspan(first * width, rows * width);
    return {values.begin(), values.end()};
  }
  std::vector<float> values(rows * width);
  for (std::size_t i = 0; i < rows; ++i)
    for (const std::uint32_t word : words.row(first + i)) values[i * width + word] = 1;
  return values;
}

Dataset Dataset::subset(std::span<const std::size_t> positions) const {
  Dataset part{source,       input_shape, feature_names, feature_units, class_names, {},          {},     {}, is_image,
               label_column, {},          notes,         tokenizer,     {},          text_column, columns};
  if (!is_text()) part.features.reserve(positions.size() * dim());
  part.source_index.reserve(positions.size());
  for (const std::size_t i : positions) {
    if (is_text()) {
      const auto found = words.row(i);
      part.words.word.insert(part.words.word.end(), found.begin(), found.end());
      part.words.begin.push_back(part.words.word.size());
    } else {
      const auto values = row(i);
      part.features.insert(part.features.end(), values.begin(), values.end());
    }
    part.source_index.push_back(source_index[i]);
    if (!labels.empty()) part.labels.push_back(labels[i]);
    if (!source_names.empty()) part.source_names.push_back(source_names[i]);
  }
  return part;
}

Result<std::int32_t> Dataset::class_index(std::string_view name) const {
  const auto found = std::find(class_names.begin(), class_names.end(), name);
  if (found != class_names.end()) return static_cast<std::int32_t>(found - class_names.begin());
  // 20 names fit a message; a label column of measurements has thousands of "classes"
  const auto shown = std::span(class_names).first(std::min<std::size_t>(class_names.size(), 20));
  return Error{ErrorCode::kBadOption,
               fmt::format("{}: has no class \"{}\", expected one of: {}{}", source, name, fmt::join(shown, ", "),
                           shown.size() < class_names.size() ? ", ..." : "")};
}

}  // namespace standfast
