// A model as `inspect` shows it.
#pragma once

#include "model/model.hpp"
#include "standfast/classifier.hpp"
#include "verify_wide/deployed_error.hpp"

namespace standfast {

/// Requires: validate(model) succeeded.
ModelSummary summarise(const Model& model, const DeployedError& error);

}  // namespace standfast
