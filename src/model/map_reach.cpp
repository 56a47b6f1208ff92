// |J| applied to the reach of the features bounds that of the units in every norm; the first step that mixes features
// also has the norm dual to the price, row by row. The joint reach is the product of the norms of the steps.
#include "model/map_reach.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"
#include "model/geometry.hpp"
#include "model/lipschitz.hpp"

namespace standfast::model {
namespace {

/// The norms dual to 1, 2 and inf of each row of W, of each output's kernel for a convolution.
std::vector<double> row_norms_upper(const Tensor& weight, Norm norm) {
  const std::size_t rows = static_cast<std::size_t>(weight.shape[0]), length = weight.values.size() / rows;
  std::vector<double> norms;
  for (std::size_t o = 0; o < rows; ++o) {
    double sum = 0, squares = 0, largest = 0;
    for (const float w : std::span(weight.values).subspan(o * length, length)) {
      const double v = std::fabs(static_cast<double>(w));
      sum += v;
      squares += v * v;
      largest = std::max(largest, v);
    }
    norms.push_back(norm == Norm::l1() ? largest : norm == Norm::l2() ? std::sqrt(squares) : sum);
  }
  for (double& n : norms) n *= 1 + gamma_n(length + 8);
  return norms;
}

/// |W| reach bounds what a map makes of features that move by at most `reach`, in every norm.
std::vector<double> pushed_upper(const Affine& op, std::span<const double> reach) {
  std::vector<double> next(element_count(op.out), 0.0);
  for_each_term(op,
                [&](std::size_t o, std::size_t i, double w) { next[o] = std::fma(std::fabs(w), reach[i], next[o]); });
  for (double& r : next) r *= 1 + gamma_n(terms_of_product(op) + 8);
  return next;
}

}  // namespace

std::vector<double> step_norms_upper(const Model& model) {
  const std::vector<Shape> shapes = infer_map_shapes(model.feature_map, model.input_shape).value();
  std::vector<double> norms;
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    norms.push_back(lipschitz_upper({model.feature_map[k]}, k == 0 ? model.input_shape : shapes[k - 1], Norm::l2()));
  }
  return norms;
}

MapReach map_reach_upper(const Model& model, std::span<const double> step_norms, std::span<const double> cost,
                         Norm norm) {
  const std::vector<Shape> shapes = infer_map_shapes(model.feature_map, model.input_shape).value();
  const bool limited = norm != Norm::l0(), has_joint = norm == Norm::l2() || norm == Norm::linf();
  std::vector<double> reach;
  for (const double c : cost) reach.push_back(1 / c);
  double joint = 0;  // of the steps from the first that mixes features on
  bool mixes = false;
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const MapStep& step = model.feature_map[k];
    if (step.kind == MapKind::kCenter || step.kind == MapKind::kAbs) continue;
    const Shape& in = k == 0 ? model.input_shape : shapes[k - 1];
    for (double& r : reach) r = std::max(r * (1 + gamma_n(4)), kTinyFactor);
    const double stretch = has_joint ? step_norms[k] : 1;
    if (step.kind == MapKind::kScale) {
      for (std::size_t i = 0; i < reach.size(); ++i) reach[i] *= broadcast(step.values, i);
      joint *= stretch * (1 + gamma_n(4));
      continue;
    }
    const double farthest = *std::max_element(reach.begin(), reach.end());
    std::vector<double> next = pushed_upper(affine_of(step, in, shapes[k]), reach);
    if (!mixes) {
      // until here each feature moves alone, so that the price bounds their norm as well
      const std::vector<double> norms = row_norms_upper(step.values, norm);
      const std::size_t repeat = next.size() / norms.size();
      for (std::size_t i = 0; i < next.size(); ++i) next[i] = std::min(next[i], norms[i / repeat] * farthest);
    }
    joint = (mixes ? joint : farthest) * stretch * (1 + gamma_n(4));
    mixes = true;
    reach = std::move(next);
  }
  for (double& r : reach) r = limited ? std::max(r * (1 + gamma_n(8)), kTinyFactor) : kInfinity;
  if (norm == Norm::linf()) joint *= std::sqrt(static_cast<double>(model.dim())) * (1 + gamma_n(4));
  return {std::move(reach), has_joint ? std::max(joint, kTinyFactor) : kInfinity};
}

}  // namespace standfast::model
