// Images of bytes, with or without labels, collected one by one into a data set.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/bytes.hpp"
#include "data/classes.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

class PixelData {
 public:
  /// Shape: (channels, height, width).
  explicit PixelData(std::vector<std::int64_t> shape) { data_.input_shape = std::move(shape); }

  /// Requires: as many pixels as the shape has, channels first. Fails: kBadValue for a label that is no name.
  Status add_image(files::Bytes pixels, std::string_view label) {
    const auto number = classes_.number_of(label);
    if (!number) return number.error();
    add_unlabelled(pixels);
    data_.labels.push_back(*number);
    return {};
  }

  /// Requires: as add_image. Labels go to all images or to none.
  void add_unlabelled(files::Bytes pixels) {
    for (const auto pixel : pixels) data_.features.push_back(static_cast<float>(std::to_integer<int>(pixel)) / 255.0F);
    data_.source_index.push_back(static_cast<std::int64_t>(data_.source_index.size()));
  }

  Dataset finish_dataset(std::string source) {
    data_.source = std::move(source);
    data_.is_image = true;
    data_.class_names = classes_.names();
    sort_classes(data_);
    return std::move(data_);
  }

 private:
  Dataset data_;
  ClassNames classes_;
};

}  // namespace standfast::data
