// Models and inputs of the sizes that matter in practice, with random weights: speed does not depend on their values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"

namespace standfast::bench {

/// An input-convex MLP with skips from the input and a standardising feature map, with its inputs.
struct Subject {
  std::string name;
  Classifier classifier;
  std::vector<float> inputs;  ///< (count, dim), all sensitive: other inputs need no certificate.
  std::size_t count = 0;
};

struct Size {
  std::string name;
  std::int64_t dim;
  std::vector<std::int64_t> hidden;
  bool abs = false;  ///< Feature map (u, |u|).
};

/// Throws std::runtime_error where the model cannot be written or read.
Subject make_subject(const Size& size, std::size_t count);

}  // namespace standfast::bench
