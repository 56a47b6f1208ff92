// Options that are known to work, by name. Free of libtorch.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "standfast/training.hpp"

namespace standfast {
namespace {

// How the preset `table` follows its data.
constexpr double kTableRows = 10000;  // larger tables are passed over less often,
constexpr std::int64_t kFewestPasses = 6;
constexpr double kLinearRows = 1000, kRowsPerHead = 180, kRowsPerUnit = 80;  // smaller ones get fewer heads and units,
constexpr std::int64_t kFewestUnits = 4;
// and a penalty that falls with the rows, first by squares; two columns are hard to learn by heart
constexpr double kFewRows = 2700, kManyColumns = 30, kLargestPenalty = 0.05;
constexpr double kDropoutPerColumn = 0.004;

// How the preset `text` follows its data: larger collections are passed over less often.
constexpr double kTextRows = 20000;
constexpr std::int64_t kFewestTextPasses = 3;

TrainOptions spam_options() {
  TrainOptions options;
  options.preset = "spam";
  options.hidden = {64, 32};
  options.feature_map = InputMap::kAbs;
  options.learning_rate = 0.01;
  options.learning_rate_decay = 0.94;
  options.batch_size = 128;
  options.epochs = 40;
  options.jacobian_weight = 0.0005;
  options.validation_share = 0.2;
  return options;
}

TrainOptions spam_kinks_options() {
  TrainOptions options = spam_options();
  options.preset = "spam-kinks";
  options.kinks = 2;
  return options;
}

/// The smallest of several heads of one layer, as for 10,000 rows of 50 columns or more; fitted_to follows the data.
TrainOptions table_options() {
  TrainOptions options;
  options.preset = "table";
  options.hidden = {32};
  options.heads = 16;
  options.feature_map = InputMap::kAuto;
  options.input_dropout = 0.2;
  options.optimiser = Optimiser::kAdamW;
  options.learning_rate = 3e-3;
  options.schedule = Schedule::kOneCycle;
  options.batch_size = 100;
  options.epochs = 60;
  options.keep = KeptEpoch::kRanking;
  return options;
}

/// Heads on words, trained on the margin within words added or removed; fitted_to follows the data.
TrainOptions text_options() {
  TrainOptions options;
  options.preset = "text";
  options.init = StartingWeights::kCentred;
  options.hidden = {16};
  options.heads = 8;
  options.certify_words = 25;
  options.sensitive_weight = 0.5;
  options.input_dropout = 0.1;
  options.optimiser = Optimiser::kAdamW;
  options.learning_rate = 2e-3;
  options.weight_decay = 0.01;
  options.schedule = Schedule::kOneCycle;
  options.batch_size = 100;
  options.epochs = 15;
  options.keep = KeptEpoch::kRanking;
  return options;
}

TrainOptions mnist_mlp_options() {
  TrainOptions options;
  options.preset = "mnist-mlp";
  options.hidden = {200, 50};
  options.batch_norm = true;
  options.init = StartingWeights::kPaper;
  options.optimiser = Optimiser::kSgd;
  options.learning_rate = 1e-3;
  options.learning_rate_decay = 0.99;
  options.batch_size = 64;
  options.epochs = 60;
  options.jacobian_weight = 0.01;
  options.crop = 1;
  return options;
}

/// The published ConvNets train like the published MLP.
TrainOptions conv_options(std::string name, ConvLayout layout) {
  TrainOptions options = mnist_mlp_options();
  options.preset = std::move(name);
  options.network = Network::kConv;
  options.conv = layout;
  return options;
}

TrainOptions fashion_conv_options() {
  return conv_options("fashion-conv", {.channels = 4, .depth = 2, .first_kernel = 5});
}

TrainOptions cifar_conv_options() {
  TrainOptions options = conv_options("cifar-conv", {.channels = 16, .depth = 4, .first_kernel = 11});
  options.feature_map = InputMap::kAbs;
  options.flip = true;
  return options;
}

/// The published map, a coarser and shallower net, and a score that sees the input: what averages over windows moves
/// little when pixels move, and has less noise to learn.
TrainOptions cifar_conv_robust_options() {
  TrainOptions options;
  options.preset = "cifar-conv-robust";
  options.network = Network::kConv;
  options.conv = {.channels = 32,
                  .depth = 2,
                  .first_kernel = 7,
                  .first_stride = 2,
                  .input_pool = 2,
                  .pool = 1,
                  .input_skips = true};
  options.feature_map = InputMap::kAbs;
  options.optimiser = Optimiser::kAdamW;
  options.learning_rate = 1e-3;
  options.schedule = Schedule::kCosine;
  options.averaging = 0.998;
  options.batch_size = 50;
  options.epochs = 40;
  options.crop = 2;
  options.flip = true;
  options.validation_share = 0.05;
  return options;
}

/// Short, so that a rate that falls to 0 and labels that leave room are worth more than the best epoch.
TrainOptions cifar_learnt_options() {
  TrainOptions options;
  options.preset = "cifar-learnt";
  options.network = Network::kLearnt;
  options.optimiser = Optimiser::kAdamW;
  options.learning_rate = 3e-3;
  options.schedule = Schedule::kCosine;
  options.batch_size = 100;
  options.epochs = 25;
  options.label_smoothing = 0.02;
  options.crop = 3;
  options.flip = true;
  options.validation_share = 0.05;
  return options;
}

TrainOptions cifar_learnt_robust_options() {
  TrainOptions options = cifar_learnt_options();
  options.preset = "cifar-learnt-robust";
  options.epochs = 16;
  options.certify_norm = Norm::l2();
  options.certify_radius = 0.2;
  options.domain = {0, 1};
  return options;
}

/// Both halves of a step on a core of its own: ten minutes of two.
TrainOptions cifar_lipschitz_options() {
  TrainOptions options;
  options.preset = "cifar-lipschitz";
  options.network = Network::kLipschitz;
  options.lipschitz.channels = {32, 64, 128};
  options.temperature = 0.25;
  options.certify_norm = Norm::l2();
  options.certify_radius = 0.5;
  options.optimiser = Optimiser::kAdamW;
  options.learning_rate = 3e-3;
  options.weight_decay = 0;
  options.schedule = Schedule::kOneCycle;
  options.averaging = 0.99;
  options.batch_size = 40;
  options.epochs = 18;
  options.crop = 2;
  options.flip = true;
  return options;
}

/// 262,144 inputs: the weights alone take 250 MB, and an epoch as long as reading the images.
TrainOptions malimg_mlp_options() {
  TrainOptions options = mnist_mlp_options();
  options.preset = "malimg-mlp";
  options.crop = 0;
  return options;
}

/// The margin's own recipe: it holds for every norm, and only the radius differs.
TrainOptions mnist_margin_options(std::string name, Norm norm, double radius) {
  TrainOptions options;
  options.preset = std::move(name);
  options.init = StartingWeights::kCentred;
  options.learning_rate_decay = 0.92;
  options.batch_size = 250;
  options.certify_norm = norm;
  options.certify_radius = radius;
  options.domain = {0, 1};
  options.sensitive_weight = 0.5;
  options.crop = 1;
  // a radius depends on the threshold more than on the last thousand training rows
  options.validation_share = 0.3;
  return options;
}

}  // namespace

std::span<const Preset> presets() {
  static const std::array<Preset, 15> all = {
      Preset{"spam", "tables such as Spambase: a small network, quick to train", spam_options()},
      Preset{"spam-kinks", "the same with two kinks per feature: larger radii under a threat file, no method `exact`",
             spam_kinks_options()},
      Preset{"table",
             "tables of any kind: the smallest of up to sixteen heads, which follow the numbers of rows and columns",
             table_options()},
      Preset{"text", "messages: eight heads on words, trained on the margin certified for words added or removed",
             text_options()},
      Preset{"mnist-mlp", "the published Convex* network for MNIST: 200 and 50 units, Jacobian penalty 0.01",
             mnist_mlp_options()},
      Preset{"mnist-linf", "200 and 50 units, trained on the margin certified within linf 0.17 and [0, 1]",
             mnist_margin_options("mnist-linf", Norm::linf(), 0.17)},
      Preset{"mnist-l2", "the same within l2 1.75", mnist_margin_options("mnist-l2", Norm::l2(), 1.75)},
      Preset{"mnist-l1", "the same within l1 11", mnist_margin_options("mnist-l1", Norm::l1(), 11)},
      Preset{"fashion-conv", "the published ConvNet for Fashion-MNIST: 4 channels, 2 blocks, 5x5 and 3x3",
             fashion_conv_options()},
      Preset{"cifar-conv", "the published ConvNet for CIFAR-10: 16 channels, 4 blocks, 11x11 and 3x3, (x, |x|)",
             cifar_conv_options()},
      Preset{"cifar-conv-robust",
             "a ConvNet on means of 2x2 pixels of the same map whose score sees the input: as accurate, larger radii",
             cifar_conv_robust_options()},
      Preset{"cifar-learnt", "a learnt feature map (v, |v|) for CIFAR-10, v a 5x5 convolution: the most accurate",
             cifar_learnt_options()},
      Preset{"cifar-learnt-robust", "the same trained on the certified margin, for l2: more than twice the radii",
             cifar_learnt_robust_options()},
      Preset{"cifar-lipschitz", "a deep feature map that stretches no change: l2 radii at no cost per input",
             cifar_lipschitz_options()},
      Preset{"malimg-mlp", "the published network for byte plots of 512 x 512: 200 and 50 units",
             malimg_mlp_options()}};
  return all;
}

double stretched_decay(const TrainOptions& start, std::int64_t epochs) {
  if (epochs <= start.epochs) return start.learning_rate_decay;
  return std::pow(start.learning_rate_decay, static_cast<double>(start.epochs) / static_cast<double>(epochs));
}

Result<TrainOptions> preset_options(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& preset : presets()) {
    if (preset.name == name) return preset.options;
    names.push_back(preset.name);
  }
  return Error{ErrorCode::kBadOption, fmt::format("--preset: '{}' is not one of {}", name, fmt::join(names, ", "))};
}

namespace {

/// As many passes as `epochs` up to so many rows, fewer beyond.
std::int64_t passes_over(double count, std::int64_t epochs, double rows, std::int64_t fewest) {
  const double passes = static_cast<double>(epochs) * std::min(rows / count, 1.0);
  return std::max<std::int64_t>(std::llround(passes), std::min(epochs, fewest));
}

}  // namespace

TrainOptions fitted_to(TrainOptions options, std::size_t rows, std::size_t columns) {
  const auto count = static_cast<double>(rows);
  if (options.preset == "text") options.epochs = passes_over(count, options.epochs, kTextRows, kFewestTextPasses);
  if (options.preset != "table") return options;
  const auto share_of = [count](std::int64_t most, double rows_for_one) {
    return std::clamp<std::int64_t>(std::llround((count - kLinearRows) / rows_for_one), 1, most);
  };
  // a few rows can only tell a little more than a linear function from chance
  options.heads = share_of(options.heads, kRowsPerHead);
  options.hidden = {std::max<std::int64_t>(share_of(options.hidden.front(), kRowsPerUnit), kFewestUnits)};
  const double few = kFewRows / count * std::min(static_cast<double>(columns) / kManyColumns, 1.0);
  options.jacobian_weight = std::min(std::max(few, 1.0) / count, kLargestPenalty);
  // of few columns each one is needed
  options.input_dropout = std::min(options.input_dropout, kDropoutPerColumn * static_cast<double>(columns));
  options.epochs = passes_over(count, options.epochs, kTableRows, kFewestPasses);
  return options;
}

std::string_view preset_for(const Dataset& data) {
  if (data.is_text()) return "text";
  if (data.is_image && data.input_shape == std::vector<std::int64_t>{1, 28, 28}) return "mnist-l2";
  if (data.is_image && data.input_shape == std::vector<std::int64_t>{3, 32, 32}) return "cifar-conv-robust";
  return !data.is_image && data.input_shape.size() == 1 ? "table" : "";
}

}  // namespace standfast
