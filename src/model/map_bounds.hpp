// What proofs ask of a feature map and no input can change: how it looks from the input, and how far it can stretch a
// change. Found once per model.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "model/map_reach.hpp"
#include "model/model.hpp"
#include "model/unit_map.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

/// How a feature map looks from the input, which decides what can be proven.
enum class MapView {
  kSeparable,  ///< Centres, scales and at most one abs, the last step: one kink per feature.
  kKinked,     ///< (v, |v|), every unit of v sees one feature: several kinks per feature.
  kMixing,     ///< v or (v, |v|), v affine in x: lines take the place of |v|.
  kOther,      ///< An abs before the end, or a deep map: the closed form only.
};

/// Immutable: one object serves any number of threads.
class MapBounds {
 public:
  /// Fails: kUnsupported for a separable map whose scales have a product that leaves 2^-500 to 2^500.
  /// Requires: validate(model) succeeded; the model outlives this.
  static Result<MapBounds> create(const Model& model);

  [[nodiscard]] MapView view() const { return view_; }
  /// The output shape of each step.
  [[nodiscard]] const std::vector<Shape>& shapes() const { return shapes_; }
  /// Requires: the map is separable or kinked.
  [[nodiscard]] const UnitMap& unit_map() const { return *unit_map_; }

  /// An upper bound on Lip_p of the map for the closed form: of (u, |u|) alone if it is separable. Requires: p >= 1.
  [[nodiscard]] double lipschitz(Norm norm) const;
  /// An upper bound on ||phi(x + d) - phi(x)||_2 / ||d||_p, if the map is one that only Lipschitz constants are known
  /// of: Lip_2 and the ratio of the norms. Infinite for other maps. Requires: p >= 1.
  [[nodiscard]] double lipschitz_into_l2(Norm norm) const;
  /// Lip_2 of each step of a deep map; empty for others.
  [[nodiscard]] const std::vector<double>& deep_steps() const { return deep_steps_; }
  /// How far units can move for a price. Requires: the map is mixing or kinked. Shape: cost is (dim).
  [[nodiscard]] MapReach reach(std::span<const double> cost, Norm norm) const;

 private:
  MapBounds(const Model& model, std::optional<UnitMap> unit_map);

  const Model* model_;
  std::vector<Shape> shapes_;
  std::optional<UnitMap> unit_map_;
  MapView view_ = MapView::kOther;
  std::vector<double> step_norms_;  ///< For mixing and kinked maps.
  std::vector<double> deep_steps_;
  std::array<double, 3> lipschitz_ = {};  ///< For p = 1, 2 and inf.
};

}  // namespace standfast::model
