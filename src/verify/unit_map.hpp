// Feature maps whose units see one feature each: u_j = weight_j x_i + constant, and |u_j| beside it if the map ends in
// an abs. The minorant then stays a sum over features of x, each with a few kinks, and nothing is lost to the map.
// Proof: docs/certificates.md, "Several kinks"; centres and scales are the case of one unit per feature.
#pragma once

#include <cstddef>
#include <vector>

#include "model/model.hpp"
#include "standfast/result.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

class UnitMap {
 public:
  /// The units of a map that is separable, or (v, |v|) with units of v as above, found in linear steps and 1x1
  /// convolutions. Requires: validate(model) succeeded. Fails: kUnsupported for a map that is neither, for more than
  /// kMostKinks units of one feature, and for a weight that leaves 2^-500 to 2^500.
  static Result<UnitMap> of(const model::Model& model);

  /// The minorant seen from x. Requires: `from` holds one of this model's features.
  [[nodiscard]] ProvenMinorant seen_from_input(const ProvenMinorant& from) const;

  [[nodiscard]] bool folded() const { return folded_; }
  /// The weight of each unit, as computed; 0 if the unit is constant. Shape: (units), (dim) for a separable map.
  [[nodiscard]] const std::vector<double>& weights() const { return weight_; }
  /// A bound on the relative error of a slope times a weight; 0 if no weight was multiplied.
  [[nodiscard]] double slope_gamma() const { return separable_ && steps_ == 0 ? 0.0 : kink_gamma(); }
  /// A bound on the relative error of the place of a kink.
  [[nodiscard]] double kink_gamma() const;

 private:
  Status add_step(const model::MapStep& step, const model::Shape& in, const model::Shape& out);
  Status place_units();

  std::size_t dim_ = 0;
  std::size_t kinks_ = 1;  ///< The most units that one feature has.
  std::size_t steps_ = 0;  ///< The number of roundings in each weight.
  bool separable_ = false, folded_ = false;
  std::vector<std::size_t> feature_;  ///< The feature that each unit sees.
  std::vector<double> weight_;
  std::vector<std::size_t> slot_;  ///< The place of each unit among all kinks.
};

/// A bound on the error of a slope times a weight: the error's own, the weight's roundings, and an underflow.
double error_of_scaled(double error, double size, double gamma, bool is_flat);

}  // namespace standfast::verify
