// What both networks share in libtorch: loss, penalty, adversary and optimiser. For torch_*.cpp only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "trainer/torch_network.hpp"

namespace at {
class Tensor;
struct Generator;
}  // namespace at
namespace torch::optim {
class Optimizer;
}

namespace standfast::trainer {

using TorchArray = at::Tensor;  // Tensor is the model's

inline constexpr double kBatchNormMomentum = 0.1;  // libtorch's own: a longer memory lags behind the weights
inline constexpr double kSmallestGain = 1e-3;      // a gain of 0 would silence its layer for good

TorchArray torch_array(const std::vector<float>& values, const model::Shape& shape);
std::vector<float> values_of(const TorchArray& array);
/// (count, n), a view of rows that the caller keeps alive.
TorchArray view_of(std::span<const float> rows, std::size_t count);

/// The smallest and the largest weight that each input may have, given its sign (ConvexMlp::input_signs). Shape:
/// (inputs).
std::pair<TorchArray, TorchArray> weight_ends(const std::vector<std::int8_t>& signs);

/// The rows of the array with these indices; all of it if `rows` is undefined.
TorchArray rows_of(const TorchArray& array, const TorchArray& rows);

/// What the adversary does to u of each row, given the slopes of the rows' minorants. Shapes: (count, dim of u).
TorchArray worst_changes(WorstChange& adversary, const TorchArray& features, const TorchArray& slopes);

/// A convolution without bias, of zero-padded images of this height and width.
struct ConvGeometry {
  std::int64_t stride = 1, padding = 0;
  std::int64_t height = 0, width = 0;
};

/// The convolution's adjoint: slopes with respect to its result become those of its input. Differentiable in both.
/// Shapes: slope (count, O, h, w), weight (O, C, k, k); the result is (count, C, height, width).
TorchArray conv_adjoint(const TorchArray& slope, const TorchArray& weight, const ConvGeometry& geometry);

class TorchLearner : public Learner {
 public:
  ~TorchLearner() override;
  void set_learning_rate(double rate) override;
  StepResult step(const Batch& batch, WorstChange* adversary) override;
  void swap_averages() override;
  Evaluation evaluate(std::span<const float> features, std::size_t count) override;

 protected:
  explicit TorchLearner(const TrainOptions& options);
  /// Makes the optimiser and the running averages. Requires: the weights exist.
  void start_optimiser();

  /// Adds the gradients of a batch's loss to those of the weights.
  virtual StepResult add_gradients(const Batch& batch, WorstChange* adversary);
  /// The mean loss of judged scores. Shapes: (count).
  [[nodiscard]] TorchArray mean_loss(const TorchArray& judged, const TorchArray& labels) const;
  /// The scores of a batch that is learnt from, with dropout. Shape: (count).
  virtual TorchArray learnt_scores(const Batch& batch);
  /// What the loss judges: those scores, the sensitive rows by their margins if there is something to hold against
  /// them. Shape: rows holds the indices of the sensitive rows.
  virtual TorchArray judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                                   WorstChange* adversary);
  /// 0 with the probability of dropout, else 1, in the shape and type of `like`; undefined without dropout.
  TorchArray kept_elements(const TorchArray& like);
  /// g of each row (count), by the batch's statistics if it learns; keeps what input_gradients needs.
  virtual TorchArray forward(const TorchArray& u, bool learns) = 0;
  /// The gradients of g in the last forward pass, for the rows of these indices, or for all if undefined. Shape: (rows,
  /// dim of u).
  virtual TorchArray input_gradients(const TorchArray& rows) = 0;
  /// The scores of the last forward pass, those of `rows` by the worst case of their minorants. Shape: features holds
  /// u of these rows.
  virtual TorchArray worst_scores(const TorchArray& score, const TorchArray& features, const TorchArray& rows,
                                  WorstChange& adversary);
  [[nodiscard]] virtual std::vector<TorchArray> trainable() const = 0;
  /// Batch norm's running means and variances.
  [[nodiscard]] virtual std::vector<TorchArray> statistics() const = 0;
  virtual void adjust_gradients() {}
  /// Clips the weights that read convex values at 0, so that g stays convex.
  virtual void restore_signs() = 0;

  TrainOptions options_;

 private:
  [[nodiscard]] std::vector<TorchArray> state() const;
  void update_averages();

  std::unique_ptr<torch::optim::Optimizer> optimiser_;
  std::vector<TorchArray> averages_;  // of state(), empty without averaging
  std::int64_t steps_ = 0;
  std::unique_ptr<at::Generator> dropout_;
};

}  // namespace standfast::trainer
