// The loop over epochs. Weights, batch order and image moves take their seeds from one number. After each epoch the
// network is folded, judged on the validation rows as a model file would judge, and EpochSelection says
// whether it is kept. With an adversary the certified radius grows to its full size during the first epochs.
#include "trainer/run.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "trainer/batches.hpp"
#include "trainer/mlp/init.hpp"
#include "trainer/selection.hpp"
#include "trainer/torch_network.hpp"
#include "trainer/worst_change.hpp"
#include "training/mean_detection.hpp"

namespace standfast::trainer {
namespace {

struct ClassScores {
  std::vector<float> sensitive;
  std::vector<float> other;

  void add(const std::vector<float>& scores, const std::vector<float>& labels) {
    for (std::size_t i = 0; i < scores.size(); ++i) (labels[i] > 0 ? sensitive : other).push_back(scores[i]);
  }
};

constexpr double kRampShare = 0.3;     // of the epochs, in which the certified radius grows to its full size
constexpr double kWarmUpShare = 0.05;  // of the steps, cosine schedule
// An epoch of fewer steps passes over a table several times, so that learning rates that fall by epochs do not end
// before the weights have moved: 60 rows are one step. Below the 23 steps of the preset `spam`.
constexpr std::size_t kFewestSteps = 20;
constexpr std::size_t kCentringRows = 1000;  // enough for a mean; more only delay the start

ConvexMlp drawn_mlp(const TrainingData& data, const TrainOptions& options, Random& random) {
  const auto inputs = static_cast<std::int64_t>(model::element_count(data.feature_shape));
  if (options.init == StartingWeights::kPaper) return paper_network(inputs, options.hidden, options.batch_norm, random);
  if (options.init == StartingWeights::kCentred) {
    const std::size_t rows = std::min(kCentringRows, data.train.count());
    const auto features = dense_rows(data.train, static_cast<std::size_t>(inputs), 0, rows);
    return centred_network(inputs, options.hidden, options.batch_norm, features, random);
  }
  return icnn_network(inputs, options.hidden, options.batch_norm, data.mean_square, random);
}

/// Weights that no training row can move would stay as they were drawn, and cost radius for nothing.
ConvexMlp starting_mlp(const TrainingData& data, const TrainOptions& options, Random& random) {
  ConvexMlp network = drawn_mlp(data, options, random);
  const std::size_t inputs = data.constant.size();
  for (std::size_t i = 0; i < network.input_weight.size() && inputs > 0; ++i)
    if (data.constant[i % inputs]) network.input_weight[i] = 0;
  network.input_signs = data.monotone;
  restore_input_signs(network);
  return network;
}

std::vector<ConvexMlp> starting_heads(const TrainingData& data, const TrainOptions& options, Random& random) {
  std::vector<ConvexMlp> heads;
  for (std::int64_t k = 0; k < options.heads; ++k) heads.push_back(starting_mlp(data, options, random));
  return heads;
}

/// The other recipes know no conditioning: their learning rates belong to the features as they are.
std::span<const float> conditioner(const TrainingData& data, const TrainOptions& options) {
  if (options.init != StartingWeights::kIcnn) return {};
  return data.conditioner;
}

Result<std::unique_ptr<Learner>> starting_learner(const TrainingData& data, const TrainOptions& options) {
  Random random(options.seed);
  if (options.network == Network::kConv) {
    STANDFAST_TRY(const auto start, starting_conv_network(options, data.feature_shape, random));
    return make_learner(start, options);
  }
  if (options.network == Network::kLearnt) {
    STANDFAST_TRY(const auto start, starting_learnt_network(options, data.feature_shape, data.train.features, random));
    return make_learner(start, options);
  }
  if (options.network == Network::kLipschitz) {
    STANDFAST_TRY(const auto start, starting_lipschitz_network(options, data.feature_shape, random));
    return make_learner(start, options);
  }
  if (data.is_text()) return make_word_learner(starting_heads(data, options, random), options);
  return make_learner(starting_heads(data, options, random), data.feature_shape, conditioner(data, options), options);
}

std::optional<WorstChange> adversary(const TrainingData& data, const TrainOptions& options) {
  // what a Lipschitz network holds against itself is one number
  if (!options.certify_norm || options.network == Network::kLipschitz) return std::nullopt;
  return WorstChange(data.map, model::element_count(data.input_shape), data.threat, *options.certify_norm);
}

/// Whether steps judge the sensitive class by a margin instead of its scores.
bool has_margin(const TrainOptions& options) {
  return options.certify_norm || options.certify_words > 0 || options.certify_added_words > 0;
}

std::int64_t ramp_epochs(const TrainOptions& options) {
  if (!has_margin(options) || options.network == Network::kLipschitz) return 0;
  return static_cast<std::int64_t>(std::lround(kRampShare * static_cast<double>(options.epochs)));
}

/// Where the loss alone puts the balanced threshold; a margin moves it away.
std::optional<double> expected_threshold(const TrainingData& data, const TrainOptions& options) {
  if (has_margin(options)) return std::nullopt;
  const auto sensitive = static_cast<double>(std::ranges::count(data.train.labels, 1.0F));
  return std::log(options.sensitive_weight * sensitive / (static_cast<double>(data.train.count()) - sensitive));
}

/// Half a cosine up from a 25th, half a cosine down to 0. `done` is the share of the steps that has been taken.
double one_cycle(double done) {
  constexpr double kStart = 0.04, kRise = 0.3;
  const auto half_cosine = [](double from, double to, double share) {
    return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
  };
  if (done < kRise) return half_cosine(kStart, 1, done / kRise);
  return half_cosine(1, 0, (done - kRise) / (1 - kRise));
}

/// Pictures are few where they are large, and a step costs as much as a table's whole training.
std::size_t passes_per_epoch(const TrainingData& data, std::size_t steps) {
  if (data.is_image) return 1;
  return (kFewestSteps + steps - 1) / steps;
}

Error diverged(std::int64_t epoch, const char* what) {
  return {ErrorCode::kBadValue,
          fmt::format("epoch {}: {} is not finite, expected a finite one; a smaller --learning-rate may help", epoch,
                      what)};
}

class Run {
 public:
  Run(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks, std::unique_ptr<Learner> learner)
      : data_(data),
        options_(options),
        hooks_(hooks),
        learner_(std::move(learner)),
        // a stream of its own, so that the network's size does not change the order of the batches
        batches_(data, static_cast<std::size_t>(options.batch_size), options.crop, options.flip, options.seed + 1),
        selection_(new_selection()),
        adversary_(adversary(data, options)),
        ramp_epochs_(ramp_epochs(options)),
        expected_(expected_threshold(data, options)),
        passes_(passes_per_epoch(data, batches_.per_epoch())) {
    state_.epochs = options.epochs;
    state_.validation_rows = data.validation.count();
  }

  Result<RunResult> run() {
    // what no model file may hold is refused before the first step, not after the last one
    STANDFAST_TRY(const model::Graph start, learner_->graph());
    STANDFAST_CHECK(model::infer_shapes(start));
    for (std::int64_t epoch = 1; epoch <= options_.epochs && !result_.stopped; ++epoch) {
      STANDFAST_CHECK(train_epoch(epoch));
      STANDFAST_CHECK(judge_epoch(epoch));
    }
    return std::move(result_);
  }

  /// Trains for so many epochs, and judges after the last one only.
  Result<std::vector<float>> run_to(std::int64_t epoch) {
    for (std::int64_t at = 1; at <= epoch; ++at) {
      STANDFAST_CHECK(train_epoch(at));
      if (result_.stopped) return Error{ErrorCode::kBadOption, "stopped"};
    }
    STANDFAST_TRY(Folded folded, fold(epoch));
    return std::move(folded.scores);
  }

 private:
  static std::size_t count_sensitive(const TrainingData& data) {
    return static_cast<std::size_t>(std::ranges::count(data.validation.labels, 1.0F));
  }

  [[nodiscard]] EpochSelection new_selection() const {
    const std::size_t sensitive = count_sensitive(data_);
    // few rows cannot tell epochs apart either, and the rate falls;
    // a penalty, a margin and a rate that falls to 0 all make later epochs the better ones
    const bool grows = options_.jacobian_weight > 0 || has_margin(options_) || options_.schedule != Schedule::kDecay;
    const std::size_t other = data_.validation.count() - sensitive;
    return {grows || std::min(sensitive, other) < training::kFewScores, sensitive, other};
  }

  /// The rate rests while the radius grows.
  [[nodiscard]] double learning_rate(std::int64_t epoch) const {
    if (options_.schedule == Schedule::kCosine) {
      const double warmed = std::min(1.0, (state_.done + kWarmUpShare / 100) / kWarmUpShare);
      const double past = std::max(state_.done - kWarmUpShare, 0.0) / (1 - kWarmUpShare);
      return options_.learning_rate * warmed * (1 + std::cos(std::numbers::pi * past)) / 2;
    }
    if (options_.schedule == Schedule::kOneCycle) return options_.learning_rate * one_cycle(state_.done);
    const auto past = std::max<std::int64_t>(epoch - 1 - ramp_epochs_, 0);
    return options_.learning_rate * std::pow(options_.learning_rate_decay, static_cast<double>(past));
  }

  StepResult take_step(const Batch& batch) {
    if (!has_margin(options_)) return learner_->step(batch, nullptr);
    const double ramp =
        ramp_epochs_ == 0
            ? 1
            : std::min(1.0, state_.done * static_cast<double>(options_.epochs) / static_cast<double>(ramp_epochs_));
    learner_->set_word_radii({ramp * options_.certify_words, ramp * options_.certify_added_words});
    if (!adversary_) return learner_->step(batch, nullptr);
    adversary_->set_radius(ramp * options_.certify_radius);
    return learner_->step(batch, &*adversary_);
  }

  Status train_epoch(std::int64_t epoch) {
    state_.epoch = epoch;
    state_.epoch_done = false;
    result_.epochs_run = epoch;
    train_scores_ = {};
    batches_.shuffle();
    const std::size_t steps = passes_ * batches_.per_epoch();
    double loss_sum = 0;
    for (std::size_t step = 1; step <= steps && !result_.stopped; ++step) {
      if (step > 1 && (step - 1) % batches_.per_epoch() == 0) batches_.shuffle();
      const Batch& batch = batches_.next();
      learner_->set_learning_rate(learning_rate(epoch));
      const StepResult result = take_step(batch);
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

  /// The network as a model file holds it, and what it makes of the validation rows.
  struct Folded {
    model::Graph graph;
    model::FeatureMap learnt;
    std::vector<float> scores;
  };

  Result<Folded> fold(std::int64_t epoch) {
    Folded folded;
    learner_->swap_averages();
    STANDFAST_TRY(folded.graph, learner_->graph());
    STANDFAST_TRY(folded.learnt, learner_->learnt_map());
    learner_->swap_averages();
    folded.scores = torch_scores(folded.learnt, data_.feature_shape, folded.graph, data_.validation);
    if (std::ranges::all_of(folded.scores, [](float score) { return std::isfinite(score); })) return folded;
    return diverged(epoch, "a validation score");
  }

  bool prefers_newest(const ClassScores& validation) {
    if (options_.keep == KeptEpoch::kAccuracy) return selection_.prefers_newest(state_.validation);
    return selection_.prefers_newest(training::mean_detection(validation.sensitive, validation.other, kRankedRates));
  }

  Status judge_epoch(std::int64_t epoch) {
    STANDFAST_TRY(Folded folded, fold(epoch));
    ClassScores validation;
    validation.add(folded.scores, data_.validation.labels);
    state_.validation = training::pick_threshold(validation.sensitive, validation.other, options_.max_fpr, expected_);
    state_.train = training::accuracies_at(train_scores_.sensitive, train_scores_.other, state_.validation.threshold);
    state_.epoch_done = true;
    // epochs of a smaller radius do not compete with those of the full one
    if (epoch == ramp_epochs_ + 1) selection_ = new_selection();
    if (prefers_newest(validation)) {
      result_.graph = std::move(folded.graph);
      result_.learnt = std::move(folded.learnt);
      result_.validation = state_.validation;
      result_.validation_scores = std::move(folded.scores);
      result_.best_epoch = epoch;
    }
    hooks_.report(state_);
    return {};
  }

  const TrainingData& data_;
  const TrainOptions& options_;
  const RunHooks& hooks_;
  std::unique_ptr<Learner> learner_;
  Batches batches_;
  EpochSelection selection_;
  std::optional<WorstChange> adversary_;
  std::int64_t ramp_epochs_;
  std::optional<double> expected_;
  std::size_t passes_;
  ClassScores train_scores_;
  RunState state_;
  RunResult result_;
};

}  // namespace

Result<RunResult> run_training(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks) {
  STANDFAST_TRY(auto learner, starting_learner(data, options));
  return Run(data, options, hooks, std::move(learner)).run();
}

Result<std::vector<float>> scores_after(const TrainingData& data, const TrainOptions& options, std::int64_t epoch,
                                        const std::function<bool()>& stop_requested) {
  STANDFAST_TRY(auto learner, starting_learner(data, options));
  const RunHooks hooks = {[](const RunState&) {}, stop_requested};
  return Run(data, options, hooks, std::move(learner)).run_to(epoch);
}

}  // namespace standfast::trainer
