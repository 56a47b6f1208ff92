// f(x) in float64, in plain loops: what an attack must convince besides the deployed float32 pass.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"

namespace standfast::infer {

class Forward64 {
 public:
  /// Requires: validate(model) succeeded; the model outlives this.
  explicit Forward64(const model::Model& model);

  /// Shape: x is (dim). Error: that of float64 sums, unbounded here.
  [[nodiscard]] double operator()(std::span<const float> x) const;

 private:
  using Values = std::vector<double>;
  [[nodiscard]] Values run_map(std::span<const float> x) const;
  [[nodiscard]] Values run_node(std::size_t node, const std::vector<const Values*>& inputs) const;

  const model::Model* model_;
  std::vector<model::Shape> map_shapes_, node_shapes_;
};

}  // namespace standfast::infer
