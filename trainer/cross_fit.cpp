// K-fold cross-fitting. Each fold has its own feature map and starting weights, from rows outside of it; the recipe,
// the seed and the number of epochs are those of the final network. A network that chooses its epoch on its own
// validation rows instead has scores of another size (their spread over epochs moved the rate by .6 of a per cent,
// where sampling moves it by .3), and a threshold from the rows that chose the epoch lets too many false positives
// through (1.5 to 2.4 of a hundred where one was asked for). Folds share nothing, so that it does not matter which
// thread trains which.
#include "trainer/cross_fit.hpp"

#include <cstdint>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "trainer/prepare.hpp"
#include "trainer/process.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

// a stream of its own: the folds are no copy of the split into training and validation rows
constexpr std::uint64_t kFoldSeed = 0x5F0D;

// So many false positives among the validation rows tell the rate to within a tenth of itself.
constexpr double kEnoughAlarms = 100;

struct ScoresByClass {
  std::vector<float> sensitive, other;

  void add(const std::vector<float>& scores, const std::vector<float>& labels) {
    for (std::size_t i = 0; i < scores.size(); ++i) (labels[i] > 0 ? sensitive : other).push_back(scores[i]);
  }
};

std::vector<std::size_t> pick(const std::vector<std::size_t>& from, const std::vector<std::size_t>& positions) {
  std::vector<std::size_t> picked;
  picked.reserve(positions.size());
  for (const std::size_t at : positions) picked.push_back(from[at]);
  return picked;
}

Split held_out(const std::vector<std::size_t>& fold, std::size_t count) {
  std::vector<bool> inside(count);
  for (const std::size_t row : fold) inside[row] = true;
  Split split;
  for (std::size_t row = 0; row < count; ++row) (inside[row] ? split.second : split.first).push_back(row);
  return split;
}

/// Trains on the rows outside of the fold. Shape: the result is (fold.size()).
Result<std::vector<float>> scores_of_fold(const Dataset& data, const std::vector<std::size_t>& fold,
                                          const TrainOptions& options, std::int64_t epochs,
                                          const std::function<bool()>& stop_requested) {
  STANDFAST_TRY(const TrainingData prepared, prepare_training(data, held_out(fold, data.count()), options));
  return scores_after(prepared, options, epochs, stop_requested);
}

}  // namespace

std::vector<std::vector<std::size_t>> make_folds(const Dataset& data, std::size_t folds, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> parts;
  std::vector<std::size_t> left(data.count());
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t remaining = folds; remaining > 1; --remaining) {
    const Split split = split_data(data.subset(left), 1.0 / static_cast<double>(remaining), seed + kFoldSeed);
    parts.push_back(pick(left, split.second));
    left = pick(left, split.first);
  }
  parts.push_back(std::move(left));
  return parts;
}

Result<std::vector<float>> cross_fitted_scores(const Dataset& data, const TrainOptions& options, std::int64_t epochs,
                                               std::size_t threads, const std::function<bool()>& stop_requested) {
  const auto folds = make_folds(data, static_cast<std::size_t>(options.threshold_folds), options.seed);
  std::vector<Result<std::vector<float>>> found(folds.size(), std::vector<float>());
  parallel_for(folds.size(), 1, threads, [&](std::size_t fold, std::size_t) {
    use_one_thread();  // each thread has its own count
    found[fold] = scores_of_fold(data, folds[fold], options, epochs, stop_requested);
  });
  std::vector<float> scores(data.count());
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    if (!found[fold].ok())
      return Error{found[fold].error().code,
                   fmt::format("fold {} of {}: {}", fold + 1, folds.size(), found[fold].error().message)};
    for (std::size_t i = 0; i < folds[fold].size(); ++i) scores[folds[fold][i]] = (*found[fold])[i];
  }
  return scores;
}

std::string cross_fit_threshold(const Dataset& data, const TrainOptions& options, const TrainingData& prepared,
                                RunResult& run, const std::function<bool()>& stop_requested) {
  if (options.max_fpr <= 0 || options.threshold_folds < 2 || run.stopped) return {};
  ScoresByClass validation;
  validation.add(run.validation_scores, prepared.validation.labels);
  if (static_cast<double>(validation.other.size()) * options.max_fpr >= kEnoughAlarms) return {};
  say(fmt::format("scoring all rows by {} networks that have not seen them, for --max-fpr; Ctrl-C leaves that out\n",
                  options.threshold_folds));
  const auto fitted = cross_fitted_scores(data, options, run.best_epoch, 0, stop_requested);
  if (!fitted.ok())
    return fmt::format("--threshold-folds: the threshold is that of the validation rows: {}", fitted.error().message);
  ScoresByClass all;
  const auto sensitive = data.class_index(options.sensitive);
  for (std::size_t i = 0; i < fitted->size(); ++i)
    (data.labels[i] == *sensitive ? all.sensitive : all.other).push_back((*fitted)[i]);
  const auto threshold = threshold_for_rate(all.sensitive, all.other, options.max_fpr);
  if (!threshold.ok())
    return fmt::format("--max-fpr: {}; the threshold is that of the validation rows", threshold.error().message);
  const training::ThresholdChoice reached = training::accuracies_at(all.sensitive, all.other, *threshold);
  run.validation = training::accuracies_at(validation.sensitive, validation.other, *threshold);
  return fmt::format("threshold of {} folds: {:.2f} % of {} {} and {:.2f} % of {} {} raise an alarm",
                     options.threshold_folds, 100 * reached.accuracy_sensitive, all.sensitive.size(),
                     prepared.sensitive_class, 100 * (1 - reached.accuracy_other), all.other.size(),
                     prepared.other_class);
}

}  // namespace standfast::trainer
