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

/// An input-convex ConvNet: a first convolution of any weights, `depth` blocks relu(conv(bn(z)) + bn(z)) of weights
/// >= 0, a max pool and a linear readout. Every convolution is padded so that stride 1 keeps the size.
struct ConvLayout {
  std::int64_t channels = 16;
  std::int64_t depth = 4;
  std::int64_t first_kernel = 5;  ///< Odd, as is `kernel`.
  std::int64_t first_stride = 1;
  std::int64_t first_dilation = 1;
  std::int64_t input_pool = 1;  ///< The net reads means over windows of this width of u; 1: u itself.
  std::int64_t kernel = 3;      ///< Of the blocks.
  std::int64_t pool = 4;        ///< Width and stride of the max pool; 1: none.
  bool input_skips = false;     ///< u into every block, convolved like the first time, and into the score.
};

/// A feature map (v, |v|) with v a learnt convolution, and the widths of the network that reads it.
struct LearntLayout {
  std::int64_t filters = 32;
  std::int64_t filter_kernel = 5;  ///< Odd; the stride where the filters are orthogonal.
  std::int64_t filter_stride = 2;
  std::int64_t channels = 64;
  bool orthogonal_filters = false;  ///< Orthonormal rows or columns over patches side by side: no change grows.
};

struct TrainOptions {
  // what
  DataRequest data;
  std::string sensitive;  ///< Class name.
  std::string output;     ///< Model file to write.
  std::string preset;     ///< Where the values below came from; for the provenance.
  // the model
  std::string network = "mlp";                   ///< "mlp", "conv" or "learnt".
  std::vector<std::int64_t> hidden = {200, 50};  ///< "mlp": units of each layer.
  ConvLayout conv;                               ///< "conv".
  LearntLayout learnt;                           ///< "learnt": the feature map is "identity".
  std::string feature_map = "identity";  ///< "identity" (centred), "standardise", "abs" (centred), "standardise,abs".
  std::int64_t kinks = 1;                ///< Of each feature, where the map ends in abs: the mean alone, or several.
  bool batch_norm = false;               ///< One scalar per layer, folded into the weights afterwards.
  std::string init = "icnn";  ///< "icnn" (Hoedt & Klambauer 2023), "paper" (Pfrommer et al. 2023) or "centred".
  // the optimiser
  std::string optimiser = "adam";  ///< "adam", "adamw" or "sgd".
  double learning_rate = 1e-3;
  double momentum = 0.9;              ///< "sgd" only.
  double learning_rate_decay = 0.95;  ///< Factor per epoch.
  std::string schedule = "decay";     ///< Or "cosine": up over the first twentieth of the steps, then down to 0.
  double weight_decay = 0.02;         ///< "adamw" only.
  double averaging = 0;  ///< Decay per step of the weights' running average, which is what is kept; 0: none.
  std::int64_t batch_size = 64;
  std::int64_t epochs = 40;
  double jacobian_weight = 0;  ///< Times the Frobenius norm of the batch's gradients of g: not averaged, not squared.
  std::string jacobian_norm = "frobenius";  ///< Or "1", "2", "inf": mean over the batch of the gradient's dual norm.
  // the certificate to train for: the largest change, and what bounds it besides
  std::string certify_norm;    ///< "1", "2", "inf"; empty: train on the scores themselves.
  double certify_radius = 0;   ///< In the norm, > 0 where there is one.
  std::vector<double> domain;  ///< Empty, or lowest and highest value of every feature.
  std::string threat;          ///< Threat file; empty: none.
  // the loss and the data
  double sensitive_weight = 1;  ///< Class weights in the loss.
  double other_weight = 1;
  std::int64_t crop = 0;       ///< Images: random shifts of up to this many pixels.
  bool flip = false;           ///< Images: random horizontal flips.
  double noise = 0;            ///< "learnt": deviation of the normal noise on every feature.
  double label_smoothing = 0;  ///< Labels keep this distance from 0 and 1, halved.
  // the threshold, set on the validation split
  double validation_share = 0.1;
  double max_fpr =
      -1;  ///< In [0, 1]: the largest false-positive rate; negative balances the accuracies of both classes.
  // the machine
  std::uint64_t seed = 1;
  std::int64_t threads = 0;  ///< 0: one per core.
};

/// Presets by name: "spam", "spam-kinks", "mnist-mlp", "mnist-linf", "mnist-l2", "mnist-l1", "fashion-conv",
/// "cifar-conv", "cifar-conv-robust", "cifar-learnt", "cifar-learnt-robust", "malimg-mlp".
struct Preset {
  std::string name;
  std::string summary;
  TrainOptions options;
};
std::span<const Preset> presets();
/// Fails: kBadOption, naming the presets that exist.
Result<TrainOptions> preset_options(std::string_view name);
/// The preset that does best on data of this kind, or "" where none is known: then plain options are as good.
/// By shape: 28x28 images, 3x32x32 images, and the features of `spam`. Figures: docs/training.md.
std::string_view preset_for(const Dataset& data);

/// Fails: kBadOption, with the option's command-line name, what was given and what is allowed.
Status validate(const TrainOptions& options);

/// One JSON document, and back: how `standfast train` hands the options to the trainer, and what the model file keeps.
std::string to_json(const TrainOptions& options);
/// Fails: kBadFormat, kBadOption for an unknown key or a wrong type.
Result<TrainOptions> train_options_from_json(std::string_view text);

}  // namespace standfast
