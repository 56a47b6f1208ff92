// Norms of matrices take long, so that those which every proof may ask for are kept.
#include "model/map_bounds.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/rounding.hpp"
#include "model/lipschitz.hpp"

namespace standfast::model {
namespace {

constexpr Norm kCachedNorms[] = {Norm::l1(), Norm::l2(), Norm::linf()};

MapView view_of(const FeatureMap& map, bool has_unit_map) {
  if (is_separable(map)) return MapView::kSeparable;
  if (has_unit_map) return MapView::kKinked;
  return is_affine_with_abs(map) ? MapView::kMixing : MapView::kOther;
}

/// The part of a map that the closed form has to pay for: centres and scales are in the gradient already.
double lipschitz_upper_of(const Model& model, Norm norm) {
  if (!is_separable(model.feature_map)) return lipschitz_upper(model.feature_map, model.input_shape, norm);
  FeatureMap rest;
  std::ranges::copy_if(model.feature_map, std::back_inserter(rest),
                       [](const MapStep& step) { return step.kind == MapKind::kAbs; });
  return lipschitz_upper(rest, model.input_shape, norm);
}

}  // namespace

Result<MapBounds> MapBounds::create(const Model& model) {
  Result<UnitMap> unit_map = unit_map_of(model);
  if (unit_map.ok()) return MapBounds(model, *std::move(unit_map));
  if (is_separable(model.feature_map)) return unit_map.error();
  return MapBounds(model, std::nullopt);
}

MapBounds::MapBounds(const Model& model, std::optional<UnitMap> unit_map)
    : model_(&model),
      shapes_(std::move(infer_map_shapes(model.feature_map, model.input_shape)).value()),
      unit_map_(std::move(unit_map)),
      view_(view_of(model.feature_map, unit_map_.has_value())) {
  const bool has_lines = view_ == MapView::kMixing || view_ == MapView::kKinked;
  if (has_lines) step_norms_ = step_norms_upper(model);
  const bool deep = is_deep(model.feature_map);
  if (deep) deep_steps_ = step_lipschitz_upper(model.feature_map, model.input_shape, Norm::l2());
  for (std::size_t k = 0; k < lipschitz_.size(); ++k) {
    const bool known = deep && kCachedNorms[k] == Norm::l2();
    lipschitz_[k] = known ? product_upper(deep_steps_) : lipschitz_upper_of(model, kCachedNorms[k]);
  }
}

double MapBounds::lipschitz(Norm norm) const {
  const auto* const found = std::ranges::find(kCachedNorms, norm);
  return found == std::end(kCachedNorms) ? lipschitz_upper_of(*model_, norm) : lipschitz_[found - kCachedNorms];
}

double MapBounds::lipschitz_into_l2(Norm norm) const {
  if (view_ != MapView::kOther) return kInfinity;
  const double l2 = lipschitz(Norm::l2());
  if (norm.p() <= 2) return l2;  // ||d||_2 <= ||d||_p
  const double exponent = norm == Norm::linf() ? 0.5 : 0.5 - 1 / norm.p();
  const double ratio = std::pow(static_cast<double>(model_->dim()), exponent) * (1 + 0x1p-40);
  return l2 * ratio * (1 + 4 * kUnitRoundoff);
}

MapReach MapBounds::reach(std::span<const double> cost, Norm norm) const {
  assert(!step_norms_.empty());
  return map_reach_upper(*model_, step_norms_, cost, norm);
}

}  // namespace standfast::model
