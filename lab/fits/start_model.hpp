// A model file's convex score as something to build on: on the inputs themselves, in weights that exact sums can hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/model.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// The model with centres and scales folded into the layers that read the input, and every weight rounded to a short
/// grid: nearly the same score, f itself as the model file that it becomes. `name` stands for the file in messages.
/// Fails: kBadShape for inputs of another shape; kBadOption for other classes; kUnsupported for a feature map that is
/// not affine in each feature, or an input that is read by anything but linear or conv2d.
Result<model::Model> start_from(const model::Model& model, const std::string& name, const Dataset& data,
                                const std::string& above, const std::string& below);

/// The part of a graph in which a score sums over units: r.relu(p), alone or with other terms.
struct Head {
  std::int32_t sums = 0;     ///< The node p, of any shape.
  std::int32_t relu = 0;     ///< Read by nothing but
  std::int32_t weights = 0;  ///< a linear node of one output, which only the score reads.
};
std::optional<Head> find_head(const model::Graph& graph);

}  // namespace standfast::lab
