// Random classifiers and inputs around them: feature maps over random networks, thresholds that leave most inputs
// sensitive, inputs at kinks and at the border of their domain.
#pragma once

#include <cstddef>
#include <vector>

#include "base/random.hpp"
#include "model/model.hpp"
#include "support/random_graph.hpp"

namespace standfast::support {

enum class MapFamily {
  kSeparable,  ///< Identity, centres, scales, one abs: each feature alone.
  kMixing,     ///< A linear map or a convolution, sometimes with an abs after it.
  kKinked,     ///< Several copies of each feature, scaled and moved, and their abs.
  kKnots,      ///< Knots, perhaps centres and scales behind them.
  kDeep,       ///< Convex potentials, maxmin, pixel_unshuffle and linear maps, some proven to be 1-Lipschitz.
};

struct RandomModel {
  model::Model model;
  std::vector<double> scale;  ///< Typical size of each feature.
};

/// Passes validate(). Most of its random inputs are sensitive.
RandomModel random_model(Random& random, Family family, MapFamily map_family);

/// A family drawn at random, each often enough.
Family random_family(Random& random);
/// Any but kHeads: what proofs and searches take head by head.
Family random_family_of_one_head(Random& random);

/// An input of the model's kind; some features exactly at the map's kinks, some zero.
std::vector<float> random_input(Random& random, const RandomModel& random_model);

/// The model's threshold moved so that f(x) = margin, up to float32 rounding.
void set_margin(model::Model& model, const std::vector<float>& x, double margin);

}  // namespace standfast::support
