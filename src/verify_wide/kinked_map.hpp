// Maps of which every unit sees one feature alone: several kinks per feature, and a minorant that stays separable.
// Proof: docs/certificates.md, "Several kinks".
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "verify_wide/verifier.hpp"

namespace standfast {

class KinkedMap {
 public:
  /// Empty where the map is not (v, |v|) with v_j = weight_j x_i + constant, one feature i per unit j and at most
  /// kMostKinks units per feature, found in linear steps and 1x1 convolutions, or where a weight leaves 2^-500 to
  /// 2^500. Requires: validate(model) succeeded.
  static std::optional<KinkedMap> of(const Model& model);

  /// The minorant of the features seen from the input space. Requires: `from` is one of this model's features.
  void bring_back(const ProvenMinorant& from, ProvenMinorant& out) const;

 private:
  bool place_units();

  std::size_t dim_ = 0;
  std::size_t kinks_ = 0;
  std::size_t weight_steps_ = 0;      ///< Roundings in each weight_.
  std::vector<std::size_t> feature_;  ///< Of each unit.
  std::vector<double> weight_;        ///< Of each unit, as computed; 0: the unit is constant.
  std::vector<std::size_t> slot_;     ///< Its place among all kinks.
};

}  // namespace standfast
