// What a step adds to the error is bounded value by value, from the sizes of the terms of each sum; then the norm 2 is
// taken. Source: running error analysis, docs/certificates.md, (C53).
#include "verify/deep_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "model/geometry.hpp"

namespace standfast::verify {
namespace {

/// More than all that products of a step can lose to underflow, and squares on the way to a norm.
constexpr double kUnderflow = 0x1p-400;

double norm_upper(std::span<const double> values) {
  double squares = 0;
  for (const double v : values) squares += v * v;
  return std::sqrt(squares) * kBoundSlack + kUnderflow;
}

/// One rounding of each value.
double rounding_of(std::span<const double> values) { return kBoundSlack * kUnitRoundoff * norm_upper(values); }

/// sum = start + W from, with the order of terms of a product or of its transpose; returns how far roundings can move
/// it. Shape: `sizes` begins as |start|.
double add_terms(const model::Affine& op, bool transposed, std::span<const double> from, std::span<double> sum,
                 std::vector<double> sizes) {
  model::for_each_term(op, [&](std::size_t o, std::size_t i, double w) {
    const std::size_t to = transposed ? i : o, at = transposed ? o : i;
    sum[to] = std::fma(w, from[at], sum[to]);
    sizes[to] = std::fma(std::fabs(w), std::fabs(from[at]), sizes[to]);
  });
  const std::size_t terms = transposed ? terms_of_transposed(op) : terms_of_product(op);
  return kBoundSlack * gamma_n(terms + 2) * norm_upper(sizes);
}

class DeepPass {
 public:
  explicit DeepPass(std::span<const float> x) : value_(x.begin(), x.end()) {}

  void run(const model::MapStep& step, const model::Shape& in, double lipschitz) {
    switch (step.kind) {
      case model::MapKind::kCenter:
        for (std::size_t i = 0; i < value_.size(); ++i) value_[i] -= model::broadcast(step.values, i);
        return add(lipschitz, rounding_of(value_));
      case model::MapKind::kScale:
        for (std::size_t i = 0; i < value_.size(); ++i) value_[i] *= model::broadcast(step.values, i);
        return add(lipschitz, rounding_of(value_));
      case model::MapKind::kLinear:
      case model::MapKind::kConv2d:
        return add(lipschitz, run_affine(step, in));
      case model::MapKind::kAbs:
        for (std::size_t i = 0, n = value_.size(); i < n; ++i) value_.push_back(std::fabs(value_[i]));
        return add(lipschitz, 0);
      case model::MapKind::kConvexPotential:
        return run_potential(step, in, lipschitz);
      case model::MapKind::kMaxMin:
        return order_pairs(value_.size() / static_cast<std::size_t>(in[0]));
      case model::MapKind::kPixelUnshuffle: {
        const std::vector<double> before = value_;
        return model::run_unshuffle(in, step.stride,
                                    [&](std::size_t from, std::size_t to) { value_[to] = before[from]; });
      }
      case model::MapKind::kKnots:
        error_ = kInfinity;  // no deep map has one
    }
  }

  [[nodiscard]] Bounded result() && {
    const double error = std::isnan(error_) ? kInfinity : error_;
    std::vector<double> errors(value_.size(), error);
    return {std::move(value_), std::move(errors)};
  }

 private:
  void add(double lipschitz, double own) { error_ = (lipschitz * error_ + own) * (1 + gamma_n(4)); }

  /// value <- W value + b; returns how far roundings can move the result.
  double run_affine(const model::MapStep& step, const model::Shape& in) {
    const model::Affine op = affine_of(step, in);
    const std::size_t outputs = model::element_count(op.out);
    std::vector<double> next(outputs), sizes(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      next[o] = model::bias_of(step.bias, o, outputs) + 0.0;  // no -0, so that adding 0 changes no bit
      sizes[o] = std::fabs(next[o]);
    }
    const double own = add_terms(op, false, value_, next, std::move(sizes));
    value_ = std::move(next);
    return own;
  }

  void run_potential(const model::MapStep& step, const model::Shape& in, double lipschitz) {
    const model::Affine op = affine_of(step, in);
    std::vector<double> u = value_, moved(u.size(), 0.0);
    const double of_hidden = run_affine(step, in);
    for (double& hidden : value_) hidden = std::max(hidden, 0.0);
    const double of_moved = add_terms(op, true, value_, moved, std::vector<double>(u.size(), 0.0));
    for (std::size_t i = 0; i < u.size(); ++i) u[i] -= moved[i];
    value_ = std::move(u);
    // ||W||^2 <= Lip + 1
    const double norm = std::sqrt(lipschitz + 1) * (1 + gamma_n(4));
    add(lipschitz, norm * of_hidden + of_moved + rounding_of(value_));
  }

  void order_pairs(std::size_t block) {
    for (std::size_t first = 0; first < value_.size(); first += 2 * block) {
      for (std::size_t i = first; i < first + block; ++i) {
        if (value_[i] < value_[i + block]) std::swap(value_[i], value_[i + block]);
      }
    }
  }

  std::vector<double> value_;
  double error_ = 0;  ///< At least the norm 2 of all errors.
};

}  // namespace

Bounded deep_map_values(const model::Model& model, const model::MapBounds& map, std::span<const float> x) {
  DeepPass pass(x);
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    pass.run(model.feature_map[k], k == 0 ? model.input_shape : map.shapes()[k - 1], map.deep_steps()[k]);
  }
  return std::move(pass).result();
}

}  // namespace standfast::verify
