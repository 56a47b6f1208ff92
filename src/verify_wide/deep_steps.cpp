// (C53), with an array of lanes in the place of a number.
#include "verify_wide/deep_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "model/geometry.hpp"
#include "standfast/threat.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {
namespace {

/// More than all that products of a step can lose to underflow, and squares on the way to a norm.
constexpr double kDeepUnderflow = 0x1p-400;

class DeepPass {
 public:
  DeepPass(const Products& products, std::size_t lanes, DeepWorkspace& workspace)
      : products_(&products), lanes_(lanes), ws_(&workspace) {}

  void run(const model::MapStep& step, const model::Shape& in, double lipschitz) {
    std::vector<double>& value = ws_->value;
    switch (step.kind) {
      case model::MapKind::kCenter:
        for (std::size_t at = 0; at < value.size(); ++at) value[at] -= model::broadcast(step.values, at / lanes_);
        return add(lipschitz, rounding_of(value));
      case model::MapKind::kScale:
        for (std::size_t at = 0; at < value.size(); ++at) value[at] *= model::broadcast(step.values, at / lanes_);
        return add(lipschitz, rounding_of(value));
      case model::MapKind::kLinear:
      case model::MapKind::kConv2d:
        return add(lipschitz, run_affine(step, affine_of(step, in), value));
      case model::MapKind::kAbs:
        for (std::size_t at = 0, n = value.size(); at < n; ++at) value.push_back(std::fabs(value[at]));
        return add(lipschitz, {});
      case model::MapKind::kConvexPotential:
        return run_potential(step, affine_of(step, in), lipschitz);
      case model::MapKind::kMaxMin:
        return order_pairs(value.size() / static_cast<std::size_t>(in[0]));
      case model::MapKind::kPixelUnshuffle:
        ws_->next.resize(value.size());
        model::run_unshuffle(in, step.stride, [&](std::size_t from, std::size_t to) {
          std::copy_n(value.data() + from * lanes_, lanes_, ws_->next.data() + to * lanes_);
        });
        return value.swap(ws_->next);
      case model::MapKind::kKnots:
        ws_->error.fill(kInfinity);  // no deep map has one
    }
  }

 private:
  void add(double lipschitz, const LaneValues& own) {
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      ws_->error[lane] = (lipschitz * ws_->error[lane] + own[lane]) * (1 + gamma_n(4));
    }
  }

  [[nodiscard]] LaneValues norms_upper(std::span<const double> values, double factor) const {
    LaneValues norms{};
    for (std::size_t at = 0; at < values.size(); at += lanes_) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) norms[lane] += values[at + lane] * values[at + lane];
    }
    for (double& norm : norms) norm = factor * (std::sqrt(norm) * kBoundSlack + kDeepUnderflow);
    return norms;
  }

  [[nodiscard]] LaneValues rounding_of(std::span<const double> values) const {
    return norms_upper(values, kBoundSlack * kUnitRoundoff);
  }

  void find_sizes(std::span<const double> values) {
    ws_->from_sizes.resize(values.size());
    for (std::size_t at = 0; at < values.size(); ++at) ws_->from_sizes[at] = std::fabs(values[at]);
  }

  /// value <- W value + b; returns how far roundings can move the result.
  LaneValues run_affine(const model::MapStep& step, const Affine& op, std::vector<double>& value) {
    const std::size_t outputs = model::element_count(op.out);
    ws_->next.resize(outputs * lanes_);
    ws_->sizes.resize(outputs * lanes_);
    for (std::size_t at = 0; at < ws_->next.size(); ++at) {
      ws_->next[at] = model::bias_of(step.bias, at / lanes_, outputs) + 0.0;  // no -0: adding 0 changes no bit
      ws_->sizes[at] = std::fabs(ws_->next[at]);
    }
    find_sizes(value);
    add_product(*products_, op, Weights::kSigned, lanes_, value, ws_->next);
    add_product(*products_, op, Weights::kMagnitudes, lanes_, ws_->from_sizes, ws_->sizes);
    value.swap(ws_->next);
    return norms_upper(ws_->sizes, kBoundSlack * gamma_n(model::terms_of_product(op) + 2));
  }

  void run_potential(const model::MapStep& step, const Affine& op, double lipschitz) {
    ws_->hidden = ws_->value;
    LaneValues own = run_affine(step, op, ws_->hidden);
    for (double& hidden : ws_->hidden) hidden = std::max(hidden, 0.0);
    ws_->next.assign(ws_->value.size(), 0.0);
    ws_->sizes.assign(ws_->value.size(), 0.0);
    add_transposed(*products_, op, Weights::kSigned, lanes_, ws_->hidden, ws_->next);
    // what is summed up is >= 0 already
    add_transposed(*products_, op, Weights::kMagnitudes, lanes_, ws_->hidden, ws_->sizes);
    for (std::size_t at = 0; at < ws_->value.size(); ++at) ws_->value[at] -= ws_->next[at];
    const LaneValues of_moved = norms_upper(ws_->sizes, kBoundSlack * gamma_n(model::terms_of_transposed(op) + 2));
    const LaneValues of_result = rounding_of(ws_->value);
    const double norm = std::sqrt(lipschitz + 1) * (1 + gamma_n(4));  // ||W||^2 <= Lip + 1
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      own[lane] = norm * own[lane] + of_moved[lane] + of_result[lane];
    }
    add(lipschitz, own);
  }

  void order_pairs(std::size_t block) {
    std::vector<double>& value = ws_->value;
    for (std::size_t first = 0; first < value.size(); first += 2 * block) {
      for (std::size_t i = first; i < first + block; ++i) {
        if (value[i] < value[i + block]) std::swap(value[i], value[i + block]);
      }
    }
  }

  const Products* products_;
  std::size_t lanes_;
  DeepWorkspace* ws_;
};

}  // namespace

void run_deep_map(const model::Model& model, std::span<const model::Shape> shapes, std::span<const double> lipschitz,
                  const Products& products, std::size_t lanes, DeepWorkspace& workspace) {
  workspace.error = {};
  DeepPass pass(products, lanes, workspace);
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    pass.run(model.feature_map[k], k == 0 ? model.input_shape : shapes[k - 1], lipschitz[k]);
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!(workspace.error[lane] < kInfinity)) workspace.error[lane] = kInfinity;
  }
}

}  // namespace standfast::verify_wide
