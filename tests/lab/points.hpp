// Small data sets for the tests of hulls and fits.
#pragma once

#include <cstdint>
#include <vector>

#include "lab/fits/fits.hpp"

namespace standfast::lab {

/// Points of class "in" and then of class "hull", in the plane.
inline Dataset points(const std::vector<std::vector<float>>& in, const std::vector<std::vector<float>>& hull) {
  Dataset data;
  data.source = "points";
  data.class_names = {"in", "hull"};
  data.input_shape = {static_cast<std::int64_t>(hull.empty() ? in.at(0).size() : hull[0].size())};
  for (const auto* side : {&in, &hull})
    for (const auto& x : *side) {
      data.features.insert(data.features.end(), x.begin(), x.end());
      data.labels.push_back(side == &in ? 0 : 1);
      data.source_index.push_back(static_cast<std::int64_t>(data.source_index.size()));
    }
  return data;
}

inline const std::vector<std::vector<float>> kSquare = {{0, 0}, {4, 0}, {0, 4}, {4, 4}};

/// "in" above "hull", on one thread.
inline SeparateOptions one_way() {
  SeparateOptions options;
  options.sensitive = {"in"};
  options.threads = 1;
  return options;
}

}  // namespace standfast::lab
