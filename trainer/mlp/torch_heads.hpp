// The smallest score of several convex MLPs in libtorch. For torch_*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"

namespace standfast::trainer {

class TorchHeads : public TorchLearner {
 public:
  TorchHeads(const std::vector<ConvexMlp>& start, const model::Shape& input_shape, std::span<const float> conditioner,
             const TrainOptions& options);

  [[nodiscard]] Result<model::Graph> graph() const override;

 protected:
  TorchArray forward(const TorchArray& u, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  TorchArray worst_scores(const TorchArray& score, const TorchArray& features, const TorchArray& rows,
                          WorstChange& adversary) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override;
  void adjust_gradients() override;
  void restore_signs() override;

  /// The smallest score of each row, given what the layers of all heads read of the input. Shape: (count, heads *
  /// rows).
  TorchArray run_layers(const TorchArray& product, bool learns);
  /// What each head's layers pass on to the input, for these rows, if its score counts by `weights`. Shapes: weights is
  /// (heads, count, 1), the result (heads, count, rows of input_weight_).
  TorchArray all_slopes(const TorchArray& rows, const TorchArray& weights);
  /// The same of the smallest score alone. Shape: (count, heads * rows).
  TorchArray slopes_of_smallest(const TorchArray& rows);
  /// The weights on the input as a model has them. Shape: (heads, rows, inputs).
  [[nodiscard]] virtual TorchArray exported_input_weight() const { return input_weight_ * conditioner_; }

  std::int64_t heads_;
  std::vector<std::int64_t> widths_;           // hidden layers, then 1
  TorchArray conditioner_;                     // (inputs)
  TorchArray lowest_weight_, highest_weight_;  // (inputs), or undefined if the signs of the inputs are free
  TorchArray input_weight_;                    // (heads, rows, inputs)
  TorchArray bias_;                            // (heads, rows)
  TorchArray scores_;                          // of the last pass, (heads, count)

 private:
  TorchArray normalise(std::size_t layer, const TorchArray& z, bool learns);
  [[nodiscard]] ConvexMlp weights_of(std::size_t k, const TorchArray& input_weight) const;

  std::vector<ConvexMlp> start_;
  model::Shape input_shape_;
  std::vector<TorchArray> hidden_weight_;  // (heads, width behind, width)
  TorchArray gain_, shift_;                // (layers, heads, 1, 1) or undefined
  TorchArray running_mean_, running_variance_;
  std::vector<TorchArray> masks_;   // of the last pass, per hidden layer, (heads, count, width)
  std::vector<TorchArray> scales_;  // batch norm's, (heads, 1, 1) each; empty without
};

}  // namespace standfast::trainer
