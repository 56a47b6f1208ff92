// Classifiers small enough to work out by hand.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace standfast::support {

/// f(x) = weight.x + bias - threshold.
model::Model affine_model(std::vector<float> weight, float bias, float threshold = 0);

/// f(x) = max_j (rows_j . x + bias_j) - threshold. Shape: rows is (bias, dim).
model::Model max_affine_model(std::vector<float> rows, std::vector<float> bias, float threshold = 0);

/// max(1.5 - a, 2 - b): from (0, 0) the other verdict begins at (1.5, 2), which is 3.5, 2.5 and 2 away (l1, l2, linf).
model::Model corner_model();

/// The model's score s replaced by head * relu(s) + last. Requires: its threshold is 0.
void append_unit(model::Model& model, float head, float last);

/// f(x) = head * relu(weight.x + bias) + last.
model::Model one_unit_model(std::vector<float> weight, float bias, float head, float last);

/// f(x) = 1 + sum of heads_i * slopes_i * x for one feature x, summed in this order.
model::Model chain_model(std::vector<float> slopes, std::vector<float> heads);

}  // namespace standfast::support
