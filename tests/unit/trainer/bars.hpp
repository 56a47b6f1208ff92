// Images of one noisy bar, upright or level: what a few steps can learn.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/random.hpp"
#include "standfast/data.hpp"

namespace standfast::trainer {

/// Images of 16 x 16 pixels in two channels with one noisy bar.
inline Dataset bars(std::size_t count) {
  Dataset data;
  data.source = "bars";
  data.input_shape = {2, 16, 16};
  data.is_image = true;
  data.class_names = {"level", "upright"};
  Random random(6);
  for (std::size_t i = 0; i < count; ++i) {
    const bool upright = i % 2 == 1;
    const auto place = static_cast<std::int64_t>(2 + random.below(12));
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t y = 0; y < 16; ++y) {
        for (std::int64_t x = 0; x < 16; ++x) {
          const bool lit = (upright ? x : y) == place;
          data.features.push_back(static_cast<float>((lit ? 0.9 : 0.2) + random.uniform(-0.1, 0.1)));
        }
      }
    }
    data.labels.push_back(upright ? 1 : 0);
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

}  // namespace standfast::trainer
