// A minorant of a float32 pass, seen from the input space: where a search without a guarantee starts.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "model/model.hpp"

namespace standfast::search {

/// Values of one input, which may be a lane of a tile.
struct Lane {
  const float* first;
  std::size_t stride = 1;
  float operator[](std::size_t i) const { return first[i * stride]; }
};

/// Features of x, those from `begin` on and before `end`.
struct FeatureRange {
  std::size_t begin, end;
};

class MinorantReader {
 public:
  /// Requires: validate(model) succeeded; the model outlives this.
  explicit MinorantReader(const model::Model& model);

  [[nodiscard]] bool separable() const { return separable_; }
  [[nodiscard]] bool has_bends() const { return has_bends_; }

  /// Seen from x, where `features` are phi(x): `gradient` is the minorant's gradient by u, and margin its value at
  /// phi(x). Requires: separable().
  void read_minorant(Lane features, double margin, Lane gradient, minorant::SeparableMinorant& out) const;
  /// Shape: gradient is (size).
  static void read_minorant(double margin, Lane gradient, std::size_t size, minorant::FeatureMinorant& out);

  /// phi(x) moved by a change of x and, if the map has an abs, one of |x - kink|: `features` are phi(x).
  ///
  /// Shape: change is (dim), bend_change (dim) or empty, out (dim of u), one value every `stride`.
  /// Requires: separable().
  void move_features(Lane features, std::span<const double> change, std::span<const double> bend_change,
                     FeatureRange range, float* out, std::size_t stride) const;

  /// Makes room for a tangent minorant, whose value at its point is given.
  void start_minorant_at(double value, minorant::SeparableMinorant& out) const;
  /// The minorant that touches f at `point`, seen from x, as read_minorant(); ranges in turn, so that lanes can share
  /// what a cache holds. Requires: separable().
  void read_minorant_at(Lane features, Lane gradient, Lane point, FeatureRange range,
                        minorant::SeparableMinorant& out) const;

 private:
  bool separable_;
  bool has_bends_ = false;
  std::vector<double> scale_;  ///< u_i = scale_i (x_i - kink_i).
};

/// sum_j weights_j minorants_j, proven by nobody. Requires: at least one minorant, all seen from the same input.
void sum_weighted(std::span<const minorant::SeparableMinorant> minorants, std::span<const double> weights,
                  minorant::SeparableMinorant& out);

}  // namespace standfast::search
