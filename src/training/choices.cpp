// The words for the values of options, each with what it does: command line, help and JSON read this one list.
#include <array>

#include "standfast/training.hpp"

namespace standfast {

template <>
std::span<const OptionChoice<Network>> choices_of<Network>() {
  static constexpr std::array<OptionChoice<Network>, 4> kAll = {{
      {Network::kMlp, "mlp", "dense layers, each of which sees the input as well"},
      {Network::kConv, "conv", "a ConvNet for images"},
      {Network::kLearnt, "learnt", "a ConvNet for images whose feature map is learnt with it"},
      {Network::kLipschitz, "lipschitz", "a deep network for images that stretches no change: large radii at once"},
  }};
  return kAll;
}

template <>
std::span<const OptionChoice<InputMap>> choices_of<InputMap>() {
  static constexpr std::array<OptionChoice<InputMap>, 7> kAll = {{
      {InputMap::kIdentity, "identity", "x - mean"},
      {InputMap::kStandardise, "standardise", "s = (x - mean) / deviation"},
      {InputMap::kAbs, "abs", "x - mean and its absolute value"},
      {InputMap::kStandardiseAbs, "standardise,abs", "s and its absolute value"},
      {InputMap::kAuto, "auto", "for tables: log for columns of a heavy tail, s for others"},
      {InputMap::kLog, "log", "for tables: s of about log(1 + c |x|), with the sign of x"},
      {InputMap::kRank, "rank", "for tables: s of about the rank of x in its column"},
  }};
  return kAll;
}

template <>
std::span<const OptionChoice<StartingWeights>> choices_of<StartingWeights>() {
  static constexpr std::array<OptionChoice<StartingWeights>, 3> kAll = {{
      {StartingWeights::kIcnn, "icnn", "layers that keep mean and variance; large features are scaled down"},
      {StartingWeights::kPaper, "paper", "as the published networks: small weights between layers"},
      {StartingWeights::kCentred, "centred", "units centred on the first training rows"},
  }};
  return kAll;
}

template <>
std::span<const OptionChoice<Optimiser>> choices_of<Optimiser>() {
  static constexpr std::array<OptionChoice<Optimiser>, 3> kAll = {{
      {Optimiser::kAdam, "adam", "Adam, the usual choice"},
      {Optimiser::kAdamW, "adamw", "Adam with weight decay and short memories, for short runs"},
      {Optimiser::kSgd, "sgd", "plain steps with momentum 0.9, as the published networks"},
  }};
  return kAll;
}

template <>
std::span<const OptionChoice<Schedule>> choices_of<Schedule>() {
  static constexpr std::array<OptionChoice<Schedule>, 3> kAll = {{
      {Schedule::kDecay, "decay", "by its factor after each epoch"},
      {Schedule::kCosine, "cosine", "up in the first twentieth of the steps, then down to 0 along a cosine"},
      {Schedule::kOneCycle, "one-cycle", "up along a cosine in the first 30 % of the steps, then down to 0"},
  }};
  return kAll;
}

template <>
std::span<const OptionChoice<KeptEpoch>> choices_of<KeptEpoch>() {
  static constexpr std::array<OptionChoice<KeptEpoch>, 2> kAll = {{
      {KeptEpoch::kAccuracy, "accuracy", "the most accurate at its threshold, both classes alike"},
      {KeptEpoch::kRanking, "ranking", "the one that catches most at false-positive rates up to 5 %"},
  }};
  return kAll;
}

}  // namespace standfast
