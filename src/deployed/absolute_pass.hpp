// Affine bounds on rounding errors and on magnitudes, from one transposed pass with absolute values in float64.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/model.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::deployed {

/// An upper bound: constant + slope . |x - centre|.
struct AbsoluteBound {
  double constant = 0;
  std::vector<double> slope;
};

/// Each node of the model makes the error gamma (|W| m + |b|) + underflow of its own, where m bounds the magnitude of
/// its input. The pass carries two duals per value: what an error of it adds to the result, and what its magnitude
/// does.
class AbsolutePass {
 public:
  /// Requires: validate(model) succeeded; the model outlives this.
  explicit AbsolutePass(const model::Model& model);

  /// False where a sum has so many terms that float32 promises nothing.
  [[nodiscard]] bool possible() const { return possible_; }
  /// What the feature map subtracts first, or the first knots, one value per feature; empty where it has neither.
  [[nodiscard]] const std::vector<double>& centre() const { return centre_; }
  /// How many values the logit is the largest or the smallest of; 1 unless the last node is a maximum or a minimum.
  [[nodiscard]] std::size_t pieces() const { return pieces_; }

  /// Products of one pass, at most.
  [[nodiscard]] std::size_t products() const { return products_; }

  /// On |logit - f(x)|.
  AbsoluteBound error();
  /// The same for the model whose last node picks this piece instead of the largest or smallest. Requires: piece <
  /// pieces().
  AbsoluteBound error_of_piece(std::size_t piece);
  /// On the sum of the magnitudes of every value of the pass, partial sums included.
  AbsoluteBound magnitude();

 private:
  /// Arrays are numbered in order: x, each step of the feature map, each node.
  struct Array {
    model::Shape shape;
    std::vector<double> error, size;
  };

  void start();
  void start_logit(std::size_t array, std::size_t element);
  AbsoluteBound pull();
  void pull_step(std::size_t step);
  void pull_node(std::size_t node);
  void push_affine(const model::Affine& op, const model::Tensor& bias, Array& from, Array& to);
  void push_each(const model::MapStep& step, bool absorbed, Array& from, Array& to);
  void push_knots(const model::MapStep& step, Array& from, Array& to);
  void push_pool(const model::Node& node, const Array& from, Array& to) const;
  void round(Array& from, std::size_t roundings, double underflow);
  model::Affine affine_of_step(std::size_t step) const;
  model::Affine affine_of_node(std::size_t node) const;
  std::size_t source_of(std::int32_t input) const;
  void count_roundings();

  const model::Model* model_;
  std::vector<Array> arrays_;
  std::vector<double> centre_;
  double constant_ = 0;
  std::size_t roundings_ = 0;  ///< Of this pass itself, in float64, at most.
  std::size_t pieces_ = 1;
  std::size_t products_ = 0;
  bool possible_ = true;
};

}  // namespace standfast::deployed
