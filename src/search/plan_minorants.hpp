// Minorants and values of the float32 model around one input: what an attack is made from.
#pragma once

#include <span>
#include <vector>

#include "infer/plan.hpp"
#include "search/minorant_at.hpp"
#include "search/minorant_search.hpp"

namespace standfast::search {

class PlanValues : public ValueSource {
 public:
  /// Shape: x is (dim). Everything outlives this.
  PlanValues(const infer::Plan& plan, std::span<const float> x, infer::InferWorkspace& probe);

  double value(std::span<const double> change) override;
  [[nodiscard]] std::span<const float> x() const { return x_; }
  /// x + the last change.
  [[nodiscard]] std::span<const float> point() const { return point_; }

 private:
  const infer::Plan* plan_;
  std::span<const float> x_;
  infer::InferWorkspace* probe_;
  std::vector<float> point_;
};

class PlanMinorants : public MinorantSource {
 public:
  /// Shape: x is (dim), features are phi(x). Requires: everything outlives this.
  PlanMinorants(const infer::Plan& plan, const MinorantReader& reader, std::span<const float> x,
                std::span<const float> features, infer::InferWorkspace& probe);

  /// Requires: reader.separable().
  const minorant::SeparableMinorant& minorant_at(std::span<const double> change,
                                                 std::span<const double> bend_change) override;
  double value(std::span<const double> change) override { return values_.value(change); }

  /// The minorant that touches f at x + change, seen from x. Valid until the next call. Requires: reader.separable().
  const minorant::SeparableMinorant& tangent_at(std::span<const double> change);

  /// f(x + change) and its gradient by x, for the kinks' side where x + change is. Shape: gradient is (dim).
  double value_and_gradient(std::span<const double> change, std::vector<double>& gradient);

 private:
  const infer::Plan* plan_;
  const MinorantReader* reader_;
  PlanValues values_;
  std::span<const float> features_;
  infer::InferWorkspace* probe_;
  std::vector<float> point_;
  minorant::SeparableMinorant minorant_;
};

/// phi(x) of the last forward pass.
std::span<const float> features_of(const infer::InferWorkspace& workspace, std::span<const float> x);

}  // namespace standfast::search
