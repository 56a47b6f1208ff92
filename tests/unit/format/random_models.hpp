// Random valid models that use every kind of node, map step and optional field.
#pragma once

#include "base/random.hpp"
#include "model/model.hpp"

namespace standfast::test {

/// Equal seeds give equal models; each is accepted by validate.
model::Model random_model(Random& random);

}  // namespace standfast::test
