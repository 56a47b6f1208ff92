// What every reader promises of a data set that it lets through; a fuzz target stops where the promise is broken.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "standfast/data.hpp"

namespace standfast {

inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline void check_dataset(const Dataset& data) {
  require(data.count() > 0 && data.dim() > 0, "a data set is not empty");
  require(data.features.size() == data.count() * data.dim(), "one value per input and feature");
  require(data.labels.empty() || data.labels.size() == data.count(), "one label per input");
  require(data.feature_names.empty() || data.feature_names.size() == data.dim(), "one name per feature");
  for (const float value : data.features) require(std::isfinite(value), "features are finite");
  for (const auto label : data.labels) {
    require(label >= 0 && static_cast<std::size_t>(label) < data.class_names.size(), "labels name a class");
  }
}

template <class T>
void check_error(const Result<T>& result) {
  if (result.ok()) return;
  const auto& message = result.error().message;
  require(!message.empty() && message.find('\n') == std::string::npos, "an error is one sentence");
}

inline void check_result(const Result<Dataset>& result) {
  check_error(result);
  if (result.ok()) check_dataset(*result);
}

}  // namespace standfast
