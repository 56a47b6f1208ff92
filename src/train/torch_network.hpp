// The one door to libtorch: a network that can take a training step. No torch type crosses it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "standfast/training.hpp"
#include "train/batches.hpp"
#include "train/network.hpp"

namespace standfast {

struct StepResult {
  double loss = 0;            ///< Logistic loss plus penalty, before the step.
  std::vector<float> scores;  ///< g of each row, before the step.
};

/// Exceptions of libtorch pass through; the program's main function stops them.
class TorchNetwork {
 public:
  /// Learns weights of conditioner_i * u_i, so that a feature of thousands moves the score no faster than one of ones.
  /// `start`, batches, penalty and weights() are in terms of u. Shape: conditioner is (inputs), all > 0, or empty for
  /// none.
  TorchNetwork(const ConvexMlp& start, std::span<const float> conditioner, const TrainOptions& options);
  ~TorchNetwork();
  TorchNetwork(TorchNetwork&&) noexcept;
  TorchNetwork& operator=(TorchNetwork&&) noexcept;

  void set_learning_rate(double rate);

  /// One optimiser step on mean(weight * softplus(-+g)) + jacobian_weight * ||G||_F, then the projection: W_k, w >= 0.
  ///
  /// G holds the gradient of g with respect to u of each row of the batch: not averaged, not squared. The ReLU masks
  /// are constants almost everywhere, so G is a product of weights and masks and no derivative is differentiated twice:
  ///     c_L = s_L w * [p_L > 0],  c_k = s_k (W_k^T c_{k+1}) * [p_k > 0],  G = a_L + sum_k A_{k-1}^T c_k  (s_k: batch
  ///     norm's scale)
  StepResult step(const Batch& batch);

  /// The present weights, with batch norm's running statistics.
  [[nodiscard]] ConvexMlp weights() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// g of each row. Shape: features is (count, inputs). Requires: a folded network.
std::vector<float> torch_scores(const ConvexMlp& folded, std::span<const float> features, std::size_t count);

/// The gradient of g at each row, as the explicit product and by automatic differentiation, (count, inputs) each.
struct InputGradients {
  std::vector<float> product;
  std::vector<float> automatic;
};
InputGradients torch_input_gradients(const ConvexMlp& folded, std::span<const float> features, std::size_t count);

/// One seed must give one file: with two threads sums are split in other places and the weights differ.
void use_one_thread();

}  // namespace standfast
