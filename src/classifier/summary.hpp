// A model as `inspect` shows it.
#pragma once

#include "model/model.hpp"
#include "standfast/classifier.hpp"

namespace standfast {

/// Requires: validate(model) succeeded.
ModelSummary summarise(const Model& model);

}  // namespace standfast
