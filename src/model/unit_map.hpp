// Feature maps whose units see one feature each: u_j = weight_j x_i + constant, and |u_j| beside it if the map ends in
// an abs. Centres and scales are the case of one unit per feature; behind a knots step u_i = weight_i psi_i(x_i) +
// constant.
#pragma once

#include <cstddef>
#include <vector>

#include "model/model.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

struct UnitMap {
  std::size_t dim = 0;
  bool separable = false, has_abs = false;
  std::vector<std::size_t> feature;  ///< The feature that each unit sees.
  std::vector<double> weight;        ///< As computed, 2^-500 to 2^500 in size; 0 if the unit is constant.
  std::size_t kinks = 1;             ///< The most units that one feature has.
  std::vector<std::size_t> slot;     ///< The place of each unit among all kinks, (dim, kinks).
  std::size_t roundings = 0;         ///< The number of roundings in each weight.
  const MapStep* knots = nullptr;    ///< psi, which bends at the kinks; null without a knots step.

  /// Whether minorants seen from x bend.
  [[nodiscard]] bool has_bends() const { return has_abs || knots != nullptr; }
  /// A bound on the relative error of a gradient's entry times a weight; 0 if no weight was multiplied.
  [[nodiscard]] double gradient_gamma() const;
  /// A bound on the relative error of the place of a kink.
  [[nodiscard]] double kink_gamma() const;
};

/// The units of a map that is separable, or (v, |v|) with units of v as above, found in linear steps and 1x1
/// convolutions. Requires: validate(model) succeeded; the model outlives the result. Fails: kUnsupported for a map that
/// is neither, for more than kMostKinks units of one feature, and for a weight that leaves 2^-500 to 2^500. Proof of
/// the bounds: docs/certificates.md, "Several kinks".
Result<UnitMap> unit_map_of(const Model& model);

}  // namespace standfast::model
