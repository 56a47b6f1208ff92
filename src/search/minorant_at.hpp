// A minorant of a float32 pass, seen from the input space: where a search without a guarantee starts.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "model/model.hpp"
#include "model/unit_map.hpp"

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

  /// Whether minorants seen from the input are sums over features: without that, only `read_minorant` of a
  /// FeatureMinorant makes sense.
  [[nodiscard]] bool separable() const { return separable_; }
  [[nodiscard]] bool has_bends() const { return kinks_ > 0; }
  /// Whether features have several kinks each.
  [[nodiscard]] bool has_several_kinks() const { return !outputs_.empty(); }

  /// Seen from x, where `features` are phi(x): `gradient` is the minorant's gradient by u, and margin its value at
  /// phi(x). Shape: x is (dim). Requires: separable().
  void read_minorant(std::span<const float> x, Lane features, double margin, Lane gradient,
                     minorant::SeparableMinorant& out) const;
  /// Shape: gradient is (size).
  static void read_minorant(double margin, Lane gradient, std::size_t size, minorant::FeatureMinorant& out);

  /// phi(x) moved by a change of x and, if the map bends, one of each |x - kink|: `features` are phi(x).
  ///
  /// Shape: change is (dim), bend_change (dim, kinks) or empty, out (dim of u), one value every `stride`.
  /// Requires: separable().
  void move_features(Lane features, std::span<const double> change, std::span<const double> bend_change,
                     FeatureRange range, float* out, std::size_t stride) const;

  /// Makes room for a tangent minorant, whose value at its point is given.
  void start_minorant_at(double value, minorant::SeparableMinorant& out) const;
  /// The minorant that touches f at `point`, seen from x, as read_minorant(); ranges in turn, so that lanes can share
  /// what a cache holds. Requires: separable().
  void read_minorant_at(std::span<const float> x, Lane features, Lane gradient, Lane point, FeatureRange range,
                        minorant::SeparableMinorant& out) const;

 private:
  void add_outputs(const model::Model& model, const model::UnitMap& map);
  void read_several(std::span<const float> x, Lane gradient, FeatureRange range,
                    minorant::SeparableMinorant& out) const;

  /// What u_at makes of a feature that has several kinks: line x + sum_j factor_j |x - kink_j| + constant.
  struct Output {
    std::size_t at;
    double line;
    std::size_t first_bend, behind_bends;
  };
  struct Bend {
    std::size_t slot;
    double factor;
  };

  bool separable_;
  std::size_t kinks_ = 0;
  std::vector<double> scale_;              ///< u_i = scale_i (x_i - kink_i), for one kink at most.
  std::vector<Output> outputs_;            ///< Feature after feature.
  std::vector<std::size_t> first_output_;  ///< (dim + 1).
  std::vector<Bend> bends_;
  std::vector<double> place_;  ///< (dim, kinks): the kinks.
};

/// sum_j weights_j minorants_j, proven by nobody. Requires: at least one minorant, all seen from the same input.
void sum_weighted(std::span<const minorant::SeparableMinorant> minorants, std::span<const double> weights,
                  minorant::SeparableMinorant& out);

}  // namespace standfast::search
