// K-fold cross-fitting. Each fold has its own feature map, starting weights and validation rows, all from rows outside
// of it; the recipe and the seed are those of the final network. Folds share nothing, so that it does not matter which
// thread trains which.
#include "trainer/cross_fit.hpp"

#include <cstdint>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "trainer/prepare.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

// a stream of its own: the folds are no copy of the split into training and validation rows
constexpr std::uint64_t kFoldSeed = 0x5F0D;

std::vector<std::size_t> pick(const std::vector<std::size_t>& from, const std::vector<std::size_t>& positions) {
  std::vector<std::size_t> picked;
  picked.reserve(positions.size());
  for (const std::size_t at : positions) picked.push_back(from[at]);
  return picked;
}

std::vector<std::size_t> all_but(const std::vector<std::size_t>& fold, std::size_t count) {
  std::vector<bool> inside(count);
  for (const std::size_t row : fold) inside[row] = true;
  std::vector<std::size_t> rest;
  for (std::size_t row = 0; row < count; ++row)
    if (!inside[row]) rest.push_back(row);
  return rest;
}

/// Trains on the rows outside of the fold. Shape: the result is (fold.size()).
Result<std::vector<float>> scores_of_fold(const Dataset& data, const std::vector<std::size_t>& fold,
                                          const TrainOptions& options, const std::function<bool()>& stop_requested) {
  STANDFAST_TRY(const TrainingData prepared, prepare_training(data.subset(all_but(fold, data.count())), options));
  const RunHooks hooks = {[](const RunState&) {}, stop_requested};
  STANDFAST_TRY(const RunResult run, run_training(prepared, options, hooks));
  if (run.stopped) return Error{ErrorCode::kBadOption, "stopped"};
  const std::vector<float> u = apply_map(prepared.map, data.subset(fold).features, data.dim());
  return torch_scores(run.learnt, prepared.feature_shape, run.graph, u, fold.size());
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

Result<std::vector<float>> cross_fitted_scores(const Dataset& data, const TrainOptions& options, std::size_t threads,
                                               const std::function<bool()>& stop_requested) {
  const auto folds = make_folds(data, static_cast<std::size_t>(options.threshold_folds), options.seed);
  std::vector<Result<std::vector<float>>> found(folds.size(), std::vector<float>());
  parallel_for(folds.size(), 1, threads, [&](std::size_t fold, std::size_t) {
    use_one_thread();  // each thread has its own count
    found[fold] = scores_of_fold(data, folds[fold], options, stop_requested);
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

}  // namespace standfast::trainer
