// What was found, as a model of ours whose weights are few binary places wide, so that exact sums of them stay short.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/fits/icnn.hpp"
#include "lab/fits/repair.hpp"
#include "lab/fits/start_model.hpp"
#include "lab/fits/whitening.hpp"
#include "model/model.hpp"
#include "standfast/data.hpp"

namespace standfast::lab {

/// Float32 values on the grid 2^(e - places), where 2^e is the smallest power of two above every |value|.
std::vector<float> to_grid(std::span<const double> values, int places);

/// Names, shape, units and domain of the data; the classes; no graph yet.
model::Model blank_model(const Dataset& data, const std::string& sensitive, const std::string& other);

/// max_j a_j.x + b_j. Requires: at least one plane.
model::Model max_affine_model(const Dataset& data, const Planes& planes, const std::string& sensitive,
                              const std::string& other);

/// The network on the inputs themselves. Shape: icnn.affine is folded.
model::Model icnn_model(const Dataset& data, const Icnn& icnn, const std::string& sensitive, const std::string& other);

/// sum_j relu(a_j.x + b_j) over all planes but the last, plus the last. Requires: at least two planes.
model::Model cone_model(const Dataset& data, const Planes& affine, const std::string& sensitive,
                        const std::string& other);

/// The start with the planes of the repair, which are folded, in their places: see Repair. Requires: repair.units has
/// one plane per unit of the head, none without a head.
model::Model repaired_model(const model::Model& start, const std::optional<Head>& head, const Repair& repair);

}  // namespace standfast::lab
