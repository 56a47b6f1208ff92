// The one door to libtorch: networks that can take training steps, and the scores of a graph. No torch type crosses it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "standfast/training.hpp"
#include "trainer/batches.hpp"
#include "trainer/conv/conv_network.hpp"
#include "trainer/learnt/learnt_network.hpp"
#include "trainer/lipschitz/lipschitz_network.hpp"
#include "trainer/mlp/network.hpp"
#include "trainer/words/word_moves.hpp"
#include "trainer/worst_change.hpp"

namespace standfast::trainer {

struct StepResult {
  double loss = 0;            ///< Logistic loss plus penalty, before the step.
  std::vector<float> scores;  ///< g of each row, before the step.
};

/// Scores and their gradients with respect to u. Shapes: (count), (count, dim of u).
struct Evaluation {
  std::vector<float> scores;
  std::vector<float> gradients;
};

/// A network being trained. Exceptions of libtorch pass through; the program's main function stops them.
class Learner {
 public:
  virtual ~Learner() = default;

  virtual void set_learning_rate(double rate) = 0;
  /// How many words the next steps hold against the network; without effect unless it reads messages.
  virtual void set_word_radii(const WordRadii& /*radii*/) {}

  /// One optimiser step on mean(weight * softplus(-+g)) + jacobian_weight * penalty(G), then the projection: what reads
  /// convex values keeps weights >= 0.
  ///
  /// G holds the gradient of g with respect to u of each row of the batch; the penalty is its Frobenius norm, neither
  /// averaged nor squared. The ReLU masks are constants almost everywhere, so G is a product of weights and masks and
  /// no derivative is differentiated twice; for the MLP
  ///     c_L = s_L w * [p_L > 0],  c_k = s_k (W_k^T c_{k+1}) * [p_k > 0],  G = a_L + sum_k A_{k-1}^T c_k  (s_k: batch
  ///     norm's scale)
  ///
  /// With an adversary, a sensitive row's g gives way to the worst case of its minorant, g + G . change: the change is
  /// a constant of the step (the derivative of a minimum is that of the function at the minimum). The scores returned
  /// stay those of the rows themselves. Of several heads each has a worst case of its own, and the smallest counts.
  ///
  /// With `input_dropout` each element of u is 0 with that probability, and what is left grows by as much.
  virtual StepResult step(const Batch& batch, WorstChange* adversary) = 0;

  /// Weights and batch norm's statistics change places with their running averages, if the options ask for such; a
  /// second call changes them back.
  virtual void swap_averages() = 0;

  /// As the model file will judge, with batch norm's running statistics; the gradients are the explicit product.
  virtual Evaluation evaluate(std::span<const float> features, std::size_t count) = 0;

  /// The present weights as the model file stores them, folded. Fails: kBadValue for a weight that does not fit.
  [[nodiscard]] virtual Result<model::Graph> graph() const = 0;

  /// What the network itself adds to the feature map of the data; empty for most. The graph reads its result.
  [[nodiscard]] virtual Result<model::FeatureMap> learnt_map() const { return model::FeatureMap{}; }
};

/// Learns weights of conditioner_i * u_i, so that a feature of thousands moves the score no faster than one of ones.
/// `start`, batches, penalty and graph are in terms of u. Shape: conditioner is (inputs), all > 0, or empty for none.
std::unique_ptr<Learner> make_learner(const ConvexMlp& start, const model::Shape& input_shape,
                                      std::span<const float> conditioner, const TrainOptions& options);
/// The smallest score of several networks of one layout, which learn as one.
std::unique_ptr<Learner> make_learner(const std::vector<ConvexMlp>& heads, const model::Shape& input_shape,
                                      std::span<const float> conditioner, const TrainOptions& options);
/// The same for messages: batches are words, and so are the changes that steps hold against it (set_word_radii).
std::unique_ptr<Learner> make_word_learner(const std::vector<ConvexMlp>& heads, const TrainOptions& options);
std::unique_ptr<Learner> make_learner(const ConvexConvNet& start, const TrainOptions& options);
std::unique_ptr<Learner> make_learner(const LearntNet& start, const TrainOptions& options);
std::unique_ptr<Learner> make_learner(const LipschitzNet& start, const TrainOptions& options);

/// The score of each row after these steps of a learnt map, and its gradient by automatic differentiation.
/// Shape: features is (count, dim of u), image the shape of u. Requires: infer_map_shapes and infer_shapes accepted
/// both.
std::vector<float> torch_scores(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                std::span<const float> features, std::size_t count);
std::vector<float> torch_gradients(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                   std::span<const float> features, std::size_t count);
/// The scores of rows of any kind; messages become rows of numbers block by block.
std::vector<float> torch_scores(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                const FeatureRows& rows);
/// Score and gradient of a graph without map steps before it.
std::vector<float> torch_scores(const model::Graph& graph, std::span<const float> features, std::size_t count);
std::vector<float> torch_gradients(const model::Graph& graph, std::span<const float> features, std::size_t count);

/// One seed must give one file: with two threads sums are split in other places and the weights differ.
void use_one_thread();

}  // namespace standfast::trainer
