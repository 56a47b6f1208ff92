// In which direction f can move as one feature rises, from the signs of the weights alone.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace standfast::model {

/// The signs that a slope of f can have. Neither: f does not depend on the feature.
struct SlopeSigns {
  bool positive = false;
  bool negative = false;

  friend bool operator==(SlopeSigns, SlopeSigns) = default;
};

/// The signs of all products of weights along the paths from a feature to f, for each feature of x. Without `negative`
/// f never falls as the feature rises, from any input, by any amount, whatever the other features are; without
/// `positive` it never rises. Weights of 0 join nothing. Convolutions are taken channel by channel, which can only add
/// signs.
///
/// Shape: (dim). Requires: validate(model) succeeded. Cost: one pass over the weights. Proof:
/// docs/certificates.md, "Changes that cannot lower f".
std::vector<SlopeSigns> slope_signs(const Model& model);

}  // namespace standfast::model
