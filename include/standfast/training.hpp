// How a model is trained: every option of `standfast train`, in one struct.
//
//     TrainOptions options = *preset_options("spam");
//     options.data.source = "spam:train";
//     options.sensitive = "spam";
//     options.output = "spam.safetensors";
//     if (const Status status = validate(options); !status.ok()) return status;
//     const std::string document = to_json(options);   // the one argument of standfast-train
//
// The trainer is a program of its own, because it alone needs libtorch. Both programs share what is declared here: the
// options, the presets and the JSON document that carries the one to the other. An option with a few values is an enum;
// choices_of<Network>() and its like list the words for them on the command line and in JSON, with what each does.
// The model file keeps the document as its provenance.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

/// The kind of network.
enum class Network {
  kMlp,       ///< Dense layers, each of which sees the input as well.
  kConv,      ///< The ConvNet of ConvLayout.
  kLearnt,    ///< A ConvNet behind a feature map that is learnt with it: see LearntLayout.
  kLipschitz  ///< An affine score behind a deep feature map that stretches no change (l2): see LipschitzLayout.
};

/// The feature map u = phi(x) in front of the network; mean and deviation are those of the training rows.
enum class InputMap {
  kIdentity,        ///< u = x - mean.
  kStandardise,     ///< u = (x - mean) / deviation.
  kAbs,             ///< u = (x - mean, |x - mean|).
  kStandardiseAbs,  ///< u = (s, |s|) with s = (x - mean) / deviation.
  // for tables: an increasing piecewise linear function of each column, then standardised
  kAuto,  ///< What suits each column: kLog for a heavy tail, two values one apart, else a line.
  kLog,   ///< Grows like log(1 + c |x|), to either side of 0; c is chosen by the column's values.
  kRank   ///< Grows like the rank of x among the column's distinct values.
};

/// How the first weights are drawn; trainer/mlp/init.hpp has the distributions and their sources.
enum class StartingWeights {
  kIcnn,    ///< For input-convex networks: each layer starts with the mean and variance of the one before it.
  kPaper,   ///< As the published Convex* networks.
  kCentred  ///< Biases centre every unit on the first training rows.
};

enum class Optimiser {
  kAdam,
  kAdamW,  ///< Adam whose means forget sooner, with `weight_decay`.
  kSgd     ///< Stochastic gradient descent with momentum.
};

/// How the learning rate falls.
enum class Schedule {
  kDecay,    ///< It is multiplied by `learning_rate_decay` after each epoch.
  kCosine,   ///< It rises over the first twentieth of the steps, then falls to 0 along half a cosine.
  kOneCycle  ///< It rises over the first three tenths of the steps, then falls to 0, along half a cosine each.
};

/// Which epoch's network is kept, by the validation rows.
enum class KeptEpoch {
  kAccuracy,  ///< The one with the highest balanced accuracy at its threshold.
  kRanking    ///< The one that catches most at false-positive rates up to 5 %, in the mean over them.
};

/// One value of an option: the word for it on the command line and in JSON, and what it does, in a line.
template <class Value>
struct OptionChoice {
  Value value;
  std::string_view word;
  std::string_view meaning;
};

/// Every value of an option. Value is Network, InputMap, StartingWeights, Optimiser, Schedule or KeptEpoch.
template <class Value>
std::span<const OptionChoice<Value>> choices_of();
template <>
std::span<const OptionChoice<Network>> choices_of<Network>();
template <>
std::span<const OptionChoice<InputMap>> choices_of<InputMap>();
template <>
std::span<const OptionChoice<StartingWeights>> choices_of<StartingWeights>();
template <>
std::span<const OptionChoice<Optimiser>> choices_of<Optimiser>();
template <>
std::span<const OptionChoice<Schedule>> choices_of<Schedule>();
template <>
std::span<const OptionChoice<KeptEpoch>> choices_of<KeptEpoch>();

/// The value's word: "mlp".
template <class Value>
std::string_view word_for(Value value) {
  for (const auto& choice : choices_of<Value>())
    if (choice.value == value) return choice.word;
  return {};
}

/// Whether the map ends in |.|.
constexpr bool has_abs(InputMap map) { return map == InputMap::kAbs || map == InputMap::kStandardiseAbs; }
/// Whether the map bends each column by itself, at knots.
constexpr bool has_knots(InputMap map) {
  return map == InputMap::kAuto || map == InputMap::kLog || map == InputMap::kRank;
}

/// An input-convex ConvNet: a first convolution of any weights, `depth` blocks relu(conv(bn(z)) + bn(z)) of weights
/// >= 0, a max pool and a linear readout. Every convolution is padded so that stride 1 keeps the size.
struct ConvLayout {
  std::int64_t channels = 16;     ///< The number of channels of every layer.
  std::int64_t depth = 4;         ///< The number of residual blocks.
  std::int64_t first_kernel = 5;  ///< The width of the first convolution's kernel; it is odd.
  std::int64_t first_stride = 1;  ///< The stride of the first convolution.
  std::int64_t input_pool = 1;    ///< The network reads means over windows of this width of u; 1 reads u itself.
  std::int64_t kernel = 3;        ///< The width of the blocks' kernels; it is odd.
  std::int64_t pool = 4;          ///< The width and stride of the max pool; 1 leaves it out.
  bool input_skips = false;       ///< Every block reads u as the first layer does, and so does the score.
};

/// A feature map (v, |v|), with v a learnt convolution, and the width of the network that reads it.
struct LearntLayout {
  std::int64_t filters = 32;       ///< The number of channels of v.
  std::int64_t filter_kernel = 5;  ///< The width of the learnt convolution's kernel; it is odd.
  std::int64_t filter_stride = 2;  ///< The stride of the learnt convolution.
  std::int64_t channels = 64;      ///< The number of channels of every layer of the network.
};

/// A deep feature map of stages, each of which halves the sides of an image: 2 x 2 pixels become channels, an
/// orthonormal matrix projects them, and blocks u - W^T relu(W u + b) with 3x3 kernels and ||W||_2^2 <= 2 follow.
struct LipschitzLayout {
  std::vector<std::int64_t> channels = {32, 64, 64};  ///< The number of channels of each stage.
  std::vector<std::int64_t> blocks = {2, 2, 2};       ///< The number of blocks of each stage.
};

/// The threshold on scores at which a fresh row of the other class raises an alarm with this probability.
///
/// A fresh row is as likely to take any place among n rows of its class: it lies above the k-th largest of their scores
/// with probability k / (n + 1). Between two scores the threshold is interpolated, so that the rate is `rate` in the
/// mean over such rows. If scores are equal there may be no such threshold; then it is the next one above, and the rate
/// is lower. It is a number that no score has.
///
/// Requires: all scores are finite. Fails: kBadOption for a rate that is not in (0, 1]; kBadValue for fewer than 1 /
/// rate scores of the other class, which cannot show so small a rate.
Result<float> threshold_for_rate(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                                 double rate);
/// The threshold that judges both classes equally well. Requires: all scores are finite, and each class has one.
float balanced_threshold(std::span<const float> sensitive_scores, std::span<const float> other_scores);

/// What decides a training run. The defaults are `--preset none`.
struct TrainOptions {
  // Data
  DataRequest data;                 ///< The rows to learn from; a share of them is held out (`validation_share`).
  std::string sensitive;            ///< The name of the class whose alarms are to be certified.
  std::string preset;               ///< The name of the preset that the other values started from; empty for none.
  std::int64_t crop = 0;            ///< Images are shifted at random by up to this many pixels.
  bool flip = false;                ///< Images are mirrored at random.
  std::int64_t vocabulary = 20000;  ///< The largest number of words that are features of a message.
  std::int64_t min_count = 2;       ///< The number of training messages that a word must occur in.

  // Model
  Network network = Network::kMlp;                ///< The kind of network.
  std::vector<std::int64_t> hidden = {200, 50};   ///< The number of units of each hidden layer, for kMlp.
  bool batch_norm = false;                        ///< One scalar batch norm per hidden layer, for kMlp.
  std::int64_t heads = 1;                         ///< The number of networks whose smallest score counts, for kMlp.
  ConvLayout conv;                                ///< The layout, for kConv.
  LearntLayout learnt;                            ///< The layout, for kLearnt, whose map follows kIdentity.
  LipschitzLayout lipschitz;                      ///< The layout, for kLipschitz, whose map follows kIdentity.
  InputMap feature_map = InputMap::kIdentity;     ///< The feature map in front of the network.
  std::int64_t kinks = 1;                         ///< The number of kinks per feature of a map with |.|.
  StartingWeights init = StartingWeights::kIcnn;  ///< How the first weights are drawn.

  // Robustness
  double jacobian_weight = 0;        ///< The weight of the Frobenius norm of a batch's gradients in the loss.
  std::optional<Norm> certify_norm;  ///< The norm of the margin to train on: 1, 2 or inf. None: train on the scores.
  double certify_radius = 0;         ///< The radius to be certified, in that norm; 0 without a norm.
  double certify_words = 0;          ///< For messages: the words added or removed to train the margin on; 0 for none.
  double certify_added_words = 0;    ///< For messages: the added words to train the margin on; 0 for none.
  std::vector<double> domain;        ///< Empty, or the lowest and the highest value of every changed feature.
  std::string threat;                ///< The threat file that bounds the changes; empty for none.
  /// The threat file whose increase-only features f shall never fall with, and whose decrease-only ones it shall never
  /// rise with; empty for none.
  std::string monotone;
  double temperature = 1;       ///< Scores, and the margin, are divided by this in the loss, for kLipschitz.
  double sensitive_weight = 1;  ///< The weight of the sensitive class in the loss; that of the other class is 1.

  // Optimisation
  Optimiser optimiser = Optimiser::kAdam;  ///< The optimiser.
  double learning_rate = 1e-3;             ///< The size of the first steps.
  Schedule schedule = Schedule::kDecay;    ///< How the learning rate falls.
  double learning_rate_decay = 0.95;       ///< The factor per epoch, for kDecay.
  double weight_decay = 0.02;              ///< The share of a weight lost per step and learning rate, for kAdamW.
  double averaging = 0;                    ///< The decay per step of the weights' running average; 0 keeps the last.
  std::int64_t batch_size = 64;            ///< The number of rows per step.
  std::int64_t epochs = 40;                ///< The number of passes over the training rows.
  double label_smoothing = 0;              ///< Labels keep half of this distance from 0 and 1.
  double input_dropout = 0;                ///< The probability that an element of u is 0 in a step.
  KeptEpoch keep = KeptEpoch::kAccuracy;   ///< Which epoch's network is kept.
  std::uint64_t seed = 1;                  ///< The same seed gives the same file.

  // Threshold
  double validation_share = 0.1;  ///< The share of each class that is held out for the threshold and the best epoch.
  double max_fpr = -1;            ///< The false-positive rate of fresh rows; negative balances the two classes.
  /// For max_fpr: the threshold comes from scores of all rows, each by a network trained on the other folds. 0 or 1:
  /// from the validation rows alone.
  std::int64_t threshold_folds = 5;

  // Output
  std::string output;  ///< The model file to write.
};

/// Options that are known to work.
struct Preset {
  std::string name;      ///< Such as "mnist-l2".
  std::string summary;   ///< What it is for, in a line.
  TrainOptions options;  ///< Its options; data, class and output are left to the caller.
};

/// Every preset; docs/training.md has what each was measured to give.
std::span<const Preset> presets();

/// The factor per epoch by which the learning rate of a longer run falls as far in the end as that of `start` does;
/// that of `start` for a run that is not longer. Options that name the epochs and no factor get it.
double stretched_decay(const TrainOptions& start, std::int64_t epochs);

/// The options of the preset with this name.
/// Fails: kBadOption, naming the presets that exist.
Result<TrainOptions> preset_options(std::string_view name);

/// The preset that does best on data of this kind, or "" where none is known: then plain options are as good.
/// By shape: 28x28 images, 3x32x32 images, tables, and messages.
std::string_view preset_for(const Dataset& data);

/// The preset's options for a table of so many rows, training and validation rows together: small tables get fewer
/// heads and a penalty, tables of few columns less dropout, and huge ones are passed over less often, as are messages
/// by `text`. Other presets stay as they are. Requires: rows and columns are positive.
TrainOptions fitted_to(TrainOptions options, std::size_t rows, std::size_t columns);

/// Whether the trainer can run with these options.
/// Fails: kBadOption, with the option's command-line name, what was given and what is allowed.
Status validate(const TrainOptions& options);

/// The options as one JSON document.
std::string to_json(const TrainOptions& options);

/// The options that a document holds; what it leaves out keeps the value that it has in `start`.
/// Fails: kBadFormat for text that is not a JSON object; kBadOption for an unknown key, a wrong type or a wrong word.
Result<TrainOptions> train_options_from_json(std::string_view text, const TrainOptions& start = {});

/// Options that start from the preset that suits the data, which only the trainer reads.
struct OpenTrainOptions {
  TrainOptions options;         ///< The values that were asked for; all others are the preset's.
  std::set<std::string> given;  ///< The JSON keys of the values that were asked for.
};

/// What such a document holds as its preset.
inline constexpr std::string_view kPresetForData = "auto";

/// Whether there are data that the trainer can run on with these options.
/// Fails: kBadOption, as for options without a preset.
Status validate(const OpenTrainOptions& open);

/// The given keys as one JSON document, with kPresetForData as the preset.
std::string to_json(const OpenTrainOptions& open);

/// The options of either kind of document, once the data are known.
/// Fails: as train_options_from_json.
Result<TrainOptions> options_for_data(std::string_view document, const Dataset& data);

}  // namespace standfast
