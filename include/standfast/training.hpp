// The options of a training run, shared by `standfast train` and the trainer; free of libtorch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast {

struct TrainOptions {
  // what
  DataRequest data;
  std::string sensitive;  ///< Class name.
  std::string output;     ///< Model file to write.
  std::string preset;     ///< Where the values below came from; for the provenance.
  // the model
  std::vector<std::int64_t> hidden = {200, 50};
  std::string feature_map = "identity";  ///< "identity" (centred), "standardise", "abs" (centred), "standardise,abs".
  bool batch_norm = false;               ///< One scalar per layer, folded into the weights afterwards.
  std::string init = "icnn";             ///< "icnn" (Hoedt & Klambauer 2023) or "paper" (Pfrommer et al. 2023).
  // the optimiser
  std::string optimiser = "adam";  ///< "adam" or "sgd".
  double learning_rate = 1e-3;
  double momentum = 0.9;              ///< "sgd" only.
  double learning_rate_decay = 0.95;  ///< Factor per epoch.
  std::int64_t batch_size = 64;
  std::int64_t epochs = 40;
  double jacobian_weight = 0;   ///< Times the Frobenius norm of the batch's gradients of g: not averaged, not squared.
  double sensitive_weight = 1;  ///< Class weights in the loss.
  double other_weight = 1;
  std::int64_t crop = 0;  ///< Images: random shifts of up to this many pixels.
  bool flip = false;      ///< Images: random horizontal flips.
  // the threshold, set on the validation split
  double validation_share = 0.1;
  double max_fpr =
      -1;  ///< In [0, 1]: the largest false-positive rate; negative balances the accuracies of both classes.
  // the machine
  std::uint64_t seed = 1;
  std::int64_t threads = 0;  ///< 0: one per core.
};

/// Presets by name: "spam", "mnist-mlp".
struct Preset {
  std::string name;
  std::string summary;
  TrainOptions options;
};
std::span<const Preset> presets();
/// Fails: kBadOption, naming the presets that exist.
Result<TrainOptions> preset_options(std::string_view name);

/// Fails: kBadOption, with the option's command-line name, what was given and what is allowed.
Status validate(const TrainOptions& options);

/// One JSON document, and back: how `standfast train` hands the options to the trainer, and what the model file keeps.
std::string to_json(const TrainOptions& options);
/// Fails: kBadFormat, kBadOption for an unknown key or a wrong type.
Result<TrainOptions> train_options_from_json(std::string_view text);

}  // namespace standfast
