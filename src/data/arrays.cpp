// An array's shape decides how it is walked: a layout of four strided axes covers tables and images, channels first or
// last, so that there is one loop. Only uint8 images are scaled, by 1 / 255; nothing else is guessed about units.
#include "data/arrays.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/npz.hpp"
#include "data/text.hpp"

namespace standfast::data {
namespace {

constexpr std::array<std::string_view, 4> kFeatureNames = {"X", "x", "features", "images"};
constexpr std::array<std::string_view, 2> kLabelNames = {"y", "labels"};
constexpr std::array<std::string_view, 2> kNamesOfFeatures = {"feature_names", "columns"};

struct Axis {
  std::size_t extent = 1;
  std::size_t stride = 0;
};

/// How the array is walked: inputs, then channels, rows and columns of each.
struct Layout {
  std::array<Axis, 4> axes;
  bool is_image = false;
};

bool is_channel_count(std::int64_t extent) { return extent == 1 || extent == 3; }

Result<Layout> find_layout(const NpyArray& array, const std::string& name) {
  const auto strides = array.strides();
  const auto axis = [&](std::size_t i) { return Axis{static_cast<std::size_t>(array.shape[i]), strides[i]}; };
  const auto& shape = array.shape;
  if (shape.size() == 2) return Layout{{axis(0), Axis{}, Axis{}, axis(1)}, false};
  if (shape.size() == 3) return Layout{{axis(0), Axis{}, axis(1), axis(2)}, true};
  if (shape.size() == 4 && is_channel_count(shape[1])) return Layout{{axis(0), axis(1), axis(2), axis(3)}, true};
  if (shape.size() == 4 && is_channel_count(shape[3])) return Layout{{axis(0), axis(3), axis(1), axis(2)}, true};
  return Error{ErrorCode::kBadShape,
               fmt::format("{}: has shape ({}), expected (rows, features), (images, height, width), or four dimensions "
                           "with 1 or 3 channels first or last",
                           name, fmt::join(shape, ", "))};
}

/// Appends the array's elements in the layout's order.
Status copy_features(const NpyArray& array, const Layout& layout, const std::string& name, Dataset& data) {
  const bool pixels = layout.is_image && array.kind == NpyKind::kUnsigned && array.item_size == 1;
  const auto& [inputs, channels, rows, columns] = layout.axes;
  data.features.reserve(array.data.size() / array.item_size);
  for (std::size_t n = 0; n < inputs.extent; ++n) {
    for (std::size_t c = 0; c < channels.extent; ++c) {
      for (std::size_t h = 0; h < rows.extent; ++h) {
        const std::size_t start = n * inputs.stride + c * channels.stride + h * rows.stride;
        for (std::size_t w = 0; w < columns.extent; ++w) {
          const double value = array.number_at(start + w * columns.stride);
          const auto stored = pixels ? static_cast<float>(value) / 255.0F : static_cast<float>(value);
          if (!std::isfinite(stored)) {
            return Error{ErrorCode::kBadValue,
                         fmt::format("{}: row {}, feature {}: found {}, expected a finite float32 number", name, n,
                                     data.features.size() % data.dim(), number_text(value))};
          }
          data.features.push_back(stored);
        }
      }
    }
  }
  return {};
}

}  // namespace

Result<Dataset> features_from_array(const NpyArray& array, const std::string& name) {
  if (array.is_text()) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: holds text, expected numbers as features", name)};
  }
  STANDFAST_TRY(const Layout layout, find_layout(array, name));
  if (array.data.empty()) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: has shape ({}), expected at least one element", name, fmt::join(array.shape, ", "))};
  }
  Dataset data;
  data.source = name;
  const auto extent = [&](std::size_t i) { return static_cast<std::int64_t>(layout.axes[i].extent); };
  data.input_shape = {extent(3)};
  if (layout.is_image) data.input_shape = {extent(1), extent(2), extent(3)};
  STANDFAST_CHECK(copy_features(array, layout, name, data));
  const auto is_pixel = [](float value) { return value >= 0 && value <= 1; };
  data.is_image = layout.is_image && std::ranges::all_of(data.features, is_pixel);
  for (std::int64_t i = 0; i < extent(0); ++i) data.source_index.push_back(i);
  return data;
}

Status labels_from_array(const NpyArray& array, const std::string& name, Dataset& data) {
  const auto& shape = array.shape;
  const bool flat = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!flat || static_cast<std::size_t>(shape[0]) != data.count()) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: has shape ({}), expected ({}) as there are inputs", name,
                                                   fmt::join(shape, ", "), data.count())};
  }
  ClassNames classes;
  for (std::size_t i = 0; i < data.count(); ++i) {
    if (array.kind == NpyKind::kFloat && !std::isfinite(array.number_at(i))) {
      return Error{ErrorCode::kBadValue,
                   fmt::format("{}: row {}: found {}, expected a label", name, i, array.label_at(i))};
    }
    const auto number = classes.number_of(array.label_at(i));
    if (!number) {
      return Error{number.error().code, fmt::format("{}: row {}: {}", name, i, number.error().message)};
    }
    data.labels.push_back(*number);
  }
  data.class_names = classes.names();
  sort_classes(data);
  return {};
}

/// Shape: as many names as features, each once.
Status names_from_array(const NpyArray& array, const std::string& name, Dataset& data) {
  if (!array.is_text() || array.shape.size() != 1 || static_cast<std::size_t>(array.shape[0]) != data.dim()) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: is {} of shape ({}), expected text of shape ({}), a name for each "
                             "feature",
                             name, array.is_text() ? "text" : "numbers", fmt::join(array.shape, ", "), data.dim())};
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < data.dim(); ++i) {
    data.feature_names.push_back(array.label_at(i));
    if (!seen.insert(data.feature_names.back()).second) {
      return Error{ErrorCode::kBadValue,
                   fmt::format("{}: two features are named \"{}\"", name, data.feature_names.back())};
    }
  }
  return {};
}

Result<Dataset> npy_dataset(files::Bytes bytes, const std::string& name, bool require_labels) {
  if (require_labels) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: an NPY file holds no labels, expected an NPZ file with arrays X and y", name)};
  }
  STANDFAST_TRY(const NpyArray array, parse_npy(bytes, name));
  return features_from_array(array, name);
}

Result<Dataset> npz_dataset(files::Bytes bytes, const std::string& name, bool require_labels) {
  STANDFAST_TRY(const auto features, find_npz_member(bytes, kFeatureNames, name));
  if (!features) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no features, expected an array named {}", name,
                                                    fmt::join(kFeatureNames, ", "))};
  }
  const std::string place = fmt::format("{}: array {}", name, features->name);
  STANDFAST_TRY(const NpyArray array, parse_npy(features->bytes, place));
  STANDFAST_TRY(Dataset data, features_from_array(array, place));
  data.source = name;
  STANDFAST_TRY(const auto names, find_npz_member(bytes, kNamesOfFeatures, name));
  if (names) {
    const std::string names_place = fmt::format("{}: array {}", name, names->name);
    STANDFAST_TRY(const NpyArray name_array, parse_npy(names->bytes, names_place));
    STANDFAST_CHECK(names_from_array(name_array, names_place, data));
  }
  STANDFAST_TRY(const auto labels, find_npz_member(bytes, kLabelNames, name));
  if (labels) {
    const std::string label_place = fmt::format("{}: array {}", name, labels->name);
    STANDFAST_TRY(const NpyArray label_array, parse_npy(labels->bytes, label_place));
    STANDFAST_CHECK(labels_from_array(label_array, label_place, data));
  } else if (require_labels) {
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: holds no labels, expected an array named {}", name, fmt::join(kLabelNames, " or "))};
  }
  return data;
}

}  // namespace standfast::data
