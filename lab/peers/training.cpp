// Times three calls side by side in one contest: our step, the plain step, and the copying of a batch alone, which our
// step contains. Ratios are of processor time, round by round. The rows are random: the cost depends on no value.
#include "lab/peers/training.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "lab/bench/contest.hpp"
#include "lab/bench/statistics.hpp"
#include "lab/peers/training_step.hpp"
#include "trainer/batches.hpp"
#include "trainer/mlp/init.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::lab {
namespace {

constexpr std::int64_t kSide = 28;
constexpr std::int64_t kPixels = kSide * kSide;
constexpr std::size_t kRows = 2048;

trainer::TrainingData random_rows() {
  Random random(3);
  trainer::TrainingData data;
  data.input_shape = {1, kSide, kSide};
  data.feature_shape = data.input_shape;
  data.is_image = true;
  data.map = model::identity_map({0.5F});
  data.background.assign(kPixels, -0.5F);
  data.train.features.resize(kRows * kPixels);
  for (auto& value : data.train.features) value = static_cast<float>(random.uniform(-0.5, 0.5));
  for (std::size_t i = 0; i < kRows; ++i) data.train.labels.push_back(static_cast<float>(i % 2));
  return data;
}

/// Starts a new pass if the old one is spent.
class EndlessBatches {
 public:
  EndlessBatches(const trainer::TrainingData& data, const TrainOptions& options)
      : batches_(data, static_cast<std::size_t>(options.batch_size), options.crop, options.flip, 4) {}
  const trainer::Batch& next() {
    if (taken_++ % batches_.per_epoch() == 0) batches_.shuffle();
    return batches_.next();
  }

 private:
  trainer::Batches batches_;
  std::size_t taken_ = 0;
};

}  // namespace

Status compare_training(double seconds) {
  STANDFAST_TRY(const TrainOptions options, preset_options("mnist-mlp"));
  const trainer::TrainingData data = random_rows();
  Random random(5);
  const trainer::ConvexMlp start = trainer::paper_network(kPixels, options.hidden, options.batch_norm, random);
  const auto trainer = trainer::make_learner(start, data.feature_shape, {}, options);
  PlainTrainingStep plain(start, options);
  EndlessBatches batches(data, options);
  EndlessBatches only_copied(data, options);
  const trainer::Batch fixed = EndlessBatches(data, options).next();
  const std::array<Contender, 3> calls = {[&]() -> Status {
                                            trainer->step(batches.next(), nullptr);
                                            return {};
                                          },
                                          [&]() -> Status {
                                            plain.step(fixed);
                                            return {};
                                          },
                                          [&]() -> Status {
                                            only_copied.next();
                                            return {};
                                          }};
  STANDFAST_TRY(const auto timings, hold_contest(calls, seconds));
  const Spread step = ratio_spread(timings[1].round_processor, timings[0].round_processor);
  const Spread copy = ratio_spread(timings[2].round_processor, timings[0].round_processor);
  fmt::print(
      "training step of mnist-mlp, batch {}: PyTorch with two automatic differentiations / ours {:.2f} [{:.2f}, "
      "{:.2f}]\n",
      options.batch_size, step.median, step.low, step.high);
  fmt::print("share of our step that shuffling, moving and copying the batch takes: {:.3f} [{:.3f}, {:.3f}]\n",
             copy.median, copy.low, copy.high);
  return {};
}

}  // namespace standfast::lab
