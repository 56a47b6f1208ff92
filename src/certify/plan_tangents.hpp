// Tangents of the float32 model around one input: what a search without a guarantee, and an attack, are made from.
#pragma once

#include <span>
#include <vector>

#include "certify/cut_search.hpp"
#include "certify/minorant_at.hpp"
#include "infer/plan.hpp"

namespace standfast {

class PlanTangents : public TangentSource {
 public:
  /// Shape: x is (dim), features are phi(x). Requires: reader.separable(); everything outlives this.
  PlanTangents(const Plan& plan, const MinorantReader& reader, std::span<const float> x,
               std::span<const float> features, InferWorkspace& probe);

  const SeparableMinorant& tangent(std::span<const double> change, std::span<const double> fold_change) override;
  double value(std::span<const double> change) override;

  /// f(x + change) and its gradient by x, for the kinks' side where x + change is. Shape: gradient is (dim).
  double value_and_gradient(std::span<const double> change, std::vector<double>& gradient);

 protected:
  /// The forward pass at phi(x) + (change, fold_change); `probe` then holds its slopes.
  float run_moved(std::span<const double> change, std::span<const double> fold_change);
  InferWorkspace& probe() { return *probe_; }

 private:
  const Plan* plan_;
  const MinorantReader* reader_;
  std::span<const float> x_;
  std::span<const float> features_;
  InferWorkspace* probe_;
  std::vector<float> point_;
  SeparableMinorant minorant_;
};

/// phi(x) of the last forward pass.
std::span<const float> features_of(const InferWorkspace& workspace, std::span<const float> x);

}  // namespace standfast
