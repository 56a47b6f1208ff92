// Trains the base networks of the baselines with libtorch. No torch type crosses this header.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "lab/compare/base_network.hpp"
#include "lab/compare/noise.hpp"
#include "lab/compare/splitting.hpp"

namespace standfast::lab {

/// How a base network is trained: on noisy inputs, on split ones, or on its interval bounds. At most one is set.
struct BaseTraining {
  std::vector<BaseLayer> layers;
  Normalisation normalisation;
  std::optional<Noise> noise;
  std::optional<SplittingNoise> splitting;
  double interval_radius = 0;  ///< The linf radius of interval training at its end; 0: none.
  std::int64_t epochs = 10;
  std::size_t batch_size = 100;
  double learning_rate = 2e-3;
  std::uint64_t seed = 1;
  std::function<void(std::int64_t epoch, double loss)> progress;  ///< After each epoch.
  std::function<bool()> stop_requested;                           ///< Asked after each batch; the result is then empty.
};

/// Shape: features is (count, dim), labels (count): 1 for the sensitive class. `input_shape` has dim elements.
///
/// Adam; the learning rate rises over three tenths of the steps, then falls along half a cosine. The same seed gives
/// the same weights on the same machine. Exceptions of libtorch pass through.
std::vector<TrainedLayer> train_base(const model::Shape& input_shape, std::span<const float> features,
                                     std::span<const float> labels, const BaseTraining& training);

}  // namespace standfast::lab
