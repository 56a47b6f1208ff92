// A model as `inspect` shows it.
#pragma once

#include "deployed/deployed_error.hpp"
#include "model/model.hpp"
#include "standfast/classifier.hpp"
#include "verify/verifier.hpp"

namespace standfast::classifier {

/// Requires: validate(model) succeeded.
ModelSummary summarise(const model::Model& model, const verify::Verifier& core, const deployed::DeployedError& error);

}  // namespace standfast::classifier
