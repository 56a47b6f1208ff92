// A float32 array with its shape: all that a model file stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace standfast::model {

using Shape = std::vector<std::int64_t>;

/// Number of elements of a shape whose entries are >= 0. The caller has bounded them: see checked_element_count.
inline std::size_t element_count(const Shape& shape) {
  std::size_t count = 1;
  for (const auto extent : shape) count *= static_cast<std::size_t>(extent);
  return count;
}

/// Row-major. Invariant: values.size() == element_count(shape); an absent tensor has no shape and no values.
struct Tensor {
  Shape shape;
  std::vector<float> values;

  [[nodiscard]] bool empty() const { return values.empty(); }
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// The value of element i; one value may stand for all of them.
inline float broadcast(const Tensor& tensor, std::size_t i) { return tensor.values[tensor.values.size() == 1 ? 0 : i]; }

}  // namespace standfast::model
