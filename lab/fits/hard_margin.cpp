// Dual coordinate descent with shrinking (Hsieh et al., ICML 2008): members that are satisfied by more than the last
// sweep's worst violation are left out, until the rest agrees; then all are asked again. Multipliers have no upper
// bound. float32: a plane that separates here is checked again on the inputs themselves.
#include "lab/fits/hard_margin.hpp"

#include <algorithm>
#include <limits>

#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

/// A member of the problem with its multiplier.
struct Constraint {
  std::uint32_t row = 0;
  float sign = 1;
  float inverse_square = 0;  ///< 1 / |z|^2
  float multiplier = 0;
};

class Descent {
 public:
  Descent(const Rows& rows, std::span<const std::uint32_t> members, std::span<const std::uint8_t> positive,
          const std::vector<float>& start)
      : rows_(&rows), w_(start) {
    w_.resize(rows.stride, 0.0F);
    for (const auto row : members) {
      const float square = dot(rows.row(row), rows.row(row), rows.stride);
      constraints_.push_back({row, positive[row] != 0 ? 1.0F : -1.0F, square > 0 ? 1 / square : 0.0F, 0.0F});
    }
  }

  /// One pass over the active members, which leaves out those that are satisfied by more than `slack`.
  /// Returns the largest violation met.
  float sweep_active(std::vector<std::uint32_t>& active, float slack) {
    float worst = 0;
    std::size_t kept = 0;
    for (const auto index : active) {
      Constraint& c = constraints_[index];
      const float* z = rows_->row(c.row);
      const float gradient = c.sign * dot(w_.data(), z, rows_->stride) - 1;
      if (c.multiplier == 0 && gradient > slack) continue;
      active[kept++] = index;
      worst = std::max(worst, c.multiplier > 0 ? std::abs(gradient) : -gradient);
      const float next = std::max(0.0F, c.multiplier - gradient * c.inverse_square);
      if (next != c.multiplier) add_scaled((next - c.multiplier) * c.sign, z, w_.data(), rows_->stride);
      c.multiplier = next;
    }
    active.resize(kept);
    return worst;
  }

  /// 1 minus the smallest y w.z.
  [[nodiscard]] float worst_violation() const {
    float worst = -std::numeric_limits<float>::infinity();
    for (const auto& c : constraints_)
      worst = std::max(worst, 1 - c.sign * dot(w_.data(), rows_->row(c.row), rows_->stride));
    return worst;
  }

  [[nodiscard]] std::vector<float> take_plane() { return std::move(w_); }
  [[nodiscard]] std::size_t size() const { return constraints_.size(); }

 private:
  const Rows* rows_;
  std::vector<float> w_;
  std::vector<Constraint> constraints_;
};

std::vector<std::uint32_t> everyone(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<std::uint32_t>(i);
  return all;
}

}  // namespace

FoundPlane find_plane(const Rows& rows, std::span<const std::uint32_t> members, std::span<const std::uint8_t> positive,
                      Random random, const HardMarginOptions& options) {
  Descent descent(rows, members, positive, options.start);
  auto active = everyone(descent.size());
  float slack = std::numeric_limits<float>::infinity();
  std::size_t steps = options.passes * descent.size();
  while (steps >= active.size()) {
    steps -= active.size();
    const bool all = active.size() == descent.size();
    random.shuffle(std::span(active));
    const float worst = descent.sweep_active(active, slack);
    slack = std::max(worst, options.tolerance);
    if (worst > options.tolerance && !active.empty()) continue;
    // the members that were left out have the last word
    if (descent.worst_violation() <= options.tolerance) return {descent.take_plane(), true};
    if (all && worst == 0) break;
    steps -= std::min(steps, descent.size());
    active = everyone(descent.size());
    slack = std::numeric_limits<float>::infinity();
  }
  return {descent.take_plane(), false};
}

}  // namespace standfast::lab
