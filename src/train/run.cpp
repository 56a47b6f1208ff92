// The loop over epochs. Weights, batch order and image moves take their seeds from one number.
#include "train/run.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "train/batches.hpp"
#include "train/init.hpp"
#include "train/selection.hpp"
#include "train/torch_network.hpp"

namespace standfast {
namespace {

struct ClassScores {
  std::vector<float> sensitive;
  std::vector<float> other;

  void add(const std::vector<float>& scores, const std::vector<float>& labels) {
    for (std::size_t i = 0; i < scores.size(); ++i) (labels[i] > 0 ? sensitive : other).push_back(scores[i]);
  }
};

ConvexMlp starting_network(const TrainingData& data, const TrainOptions& options) {
  Random random(options.seed);
  const auto inputs = static_cast<std::int64_t>(element_count(data.feature_shape));
  if (options.init == "paper") return paper_network(inputs, options.hidden, options.batch_norm, random);
  return icnn_network(inputs, options.hidden, options.batch_norm, data.mean_square, random);
}

/// The published recipe knows no conditioning: its learning rate belongs to the features as they are.
std::span<const float> conditioner(const TrainingData& data, const TrainOptions& options) {
  if (options.init == "paper") return {};
  return data.conditioner;
}

Error diverged(std::int64_t epoch, const char* what) {
  return {ErrorCode::kBadValue,
          fmt::format("epoch {}: {} is not finite, expected a finite one; a smaller --learning-rate may help", epoch,
                      what)};
}

class Run {
 public:
  Run(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks)
      : data_(data),
        options_(options),
        hooks_(hooks),
        network_(starting_network(data, options), conditioner(data, options), options),
        // a stream of its own, so that the network's size does not change the order of the batches
        batches_(data, static_cast<std::size_t>(options.batch_size), options.crop, options.flip, options.seed + 1),
        selection_(options.jacobian_weight > 0, count_sensitive(data),
                   data.validation.count() - count_sensitive(data)) {
    state_.epochs = options.epochs;
  }

  Result<RunResult> run() {
    for (std::int64_t epoch = 1; epoch <= options_.epochs && !result_.stopped; ++epoch) {
      STANDFAST_CHECK(train_epoch(epoch));
      STANDFAST_CHECK(judge_epoch(epoch));
    }
    return std::move(result_);
  }

 private:
  static std::size_t count_sensitive(const TrainingData& data) {
    return static_cast<std::size_t>(std::ranges::count(data.validation.labels, 1.0F));
  }

  Status train_epoch(std::int64_t epoch) {
    state_.epoch = epoch;
    state_.epoch_done = false;
    result_.epochs_run = epoch;
    train_scores_ = {};
    network_.set_learning_rate(options_.learning_rate *
                               std::pow(options_.learning_rate_decay, static_cast<double>(epoch - 1)));
    batches_.shuffle();
    const std::size_t steps = batches_.per_epoch();
    double loss_sum = 0;
    for (std::size_t step = 1; step <= steps && !result_.stopped; ++step) {
      const Batch& batch = batches_.next();
      const StepResult result = network_.step(batch);
      if (!std::isfinite(result.loss)) return diverged(epoch, "the loss");
      loss_sum += result.loss;
      train_scores_.add(result.scores, batch.labels);
      state_.mean_loss = loss_sum / static_cast<double>(step);
      state_.done = (static_cast<double>(epoch - 1) + static_cast<double>(step) / static_cast<double>(steps)) /
                    static_cast<double>(options_.epochs);
      hooks_.report(state_);
      result_.stopped = hooks_.stop_requested();
    }
    return {};
  }

  /// Judges the folded network, which is the one that a model file holds.
  Status judge_epoch(std::int64_t epoch) {
    ConvexMlp folded = fold(network_.weights());
    const auto scores = torch_scores(folded, data_.validation.features, data_.validation.count());
    if (!std::ranges::all_of(scores, [](float score) { return std::isfinite(score); }))
      return diverged(epoch, "a validation score");
    ClassScores validation;
    validation.add(scores, data_.validation.labels);
    state_.validation = pick_threshold(validation.sensitive, validation.other, options_.max_fpr);
    state_.train = judge(train_scores_.sensitive, train_scores_.other, state_.validation.threshold);
    state_.epoch_done = true;
    if (selection_.offer(state_.validation)) {
      result_.network = std::move(folded);
      result_.validation = state_.validation;
      result_.best_epoch = epoch;
    }
    hooks_.report(state_);
    return {};
  }

  const TrainingData& data_;
  const TrainOptions& options_;
  const RunHooks& hooks_;
  TorchNetwork network_;
  Batches batches_;
  EpochSelection selection_;
  ClassScores train_scores_;
  RunState state_;
  RunResult result_;
};

}  // namespace

Result<RunResult> run_training(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks) {
  return Run(data, options, hooks).run();
}

}  // namespace standfast
