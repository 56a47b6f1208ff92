// What the options of a training run may be, and options that wait for their data. Free of libtorch.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "minorant/minorant.hpp"
#include "standfast/training.hpp"

namespace standfast {
namespace {

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

/// Interval ends are inclusive; NaN is outside every interval.
Status check_range(std::string_view option, double found, double lowest, double highest) {
  if (found >= lowest && found <= highest) return {};
  return bad_option(fmt::format("{}: {} is not in [{}, {}]", option, found, lowest, highest));
}

Status check_integer(std::string_view option, std::int64_t found, std::int64_t lowest, std::int64_t highest) {
  if (found >= lowest && found <= highest) return {};
  return bad_option(fmt::format("{}: {} is not in [{}, {}]", option, found, lowest, highest));
}

Status check_conv(const ConvLayout& conv) {
  STANDFAST_CHECK(check_integer("--channels", conv.channels, 1, 4096));
  STANDFAST_CHECK(check_integer("--depth", conv.depth, 0, 100));
  STANDFAST_CHECK(check_integer("--first-kernel", conv.first_kernel, 1, 1023));
  STANDFAST_CHECK(check_integer("--first-stride", conv.first_stride, 1, 1024));
  STANDFAST_CHECK(check_integer("--input-pool", conv.input_pool, 1, 1024));
  STANDFAST_CHECK(check_integer("--kernel", conv.kernel, 1, 1023));
  STANDFAST_CHECK(check_integer("--pool", conv.pool, 1, 1024));
  if (conv.first_kernel % 2 == 1 && conv.kernel % 2 == 1) return {};
  return bad_option(
      fmt::format("--first-kernel, --kernel: found {} and {}, expected odd numbers", conv.first_kernel, conv.kernel));
}

Status check_no_map(const TrainOptions& options) {
  if (options.feature_map == InputMap::kIdentity) return {};
  return bad_option(
      fmt::format("--feature-map: {} cannot go before a learnt one, expected identity", word_for(options.feature_map)));
}

Status check_learnt(const TrainOptions& options) {
  const LearntLayout& learnt = options.learnt;
  STANDFAST_CHECK(check_integer("filters", learnt.filters, 1, 4096));
  STANDFAST_CHECK(check_integer("filter_kernel", learnt.filter_kernel, 1, 63));
  STANDFAST_CHECK(check_integer("filter_stride", learnt.filter_stride, 1, 64));
  STANDFAST_CHECK(check_integer("learnt_channels", learnt.channels, 1, 4096));
  if (learnt.filter_kernel % 2 == 0)
    return bad_option(fmt::format("filter_kernel: {} is not odd", learnt.filter_kernel));
  return check_no_map(options);
}

Status check_lipschitz(const TrainOptions& options) {
  const auto& [channels, blocks] = options.lipschitz;
  if (channels.empty() || channels.size() > 10)
    return bad_option(fmt::format("--stage-channels: {} stages, expected 1 to 10", channels.size()));
  if (blocks.size() != channels.size())
    return bad_option(fmt::format("--stage-blocks: {} stages, and --stage-channels has {}, expected as many",
                                  blocks.size(), channels.size()));
  for (const auto count : channels) STANDFAST_CHECK(check_integer("--stage-channels", count, 1, 4096));
  for (const auto count : blocks) STANDFAST_CHECK(check_integer("--stage-blocks", count, 0, 100));
  STANDFAST_CHECK(check_range("--temperature", options.temperature, 1e-6, 1e6));
  return check_no_map(options);
}

Status check_heads(const TrainOptions& options) {
  STANDFAST_CHECK(check_integer("--heads", options.heads, 1, 256));
  if (options.heads == 1 || options.network == Network::kMlp) return {};
  return bad_option(fmt::format("--heads: found {} for the network {}, expected 1: several are for mlp", options.heads,
                                word_for(options.network)));
}

Status check_layers(const TrainOptions& options) {
  STANDFAST_CHECK(check_heads(options));
  if (options.network == Network::kConv) return check_conv(options.conv);
  if (options.network == Network::kLearnt) return check_learnt(options);
  if (options.network == Network::kLipschitz) return check_lipschitz(options);
  if (options.hidden.empty() || options.hidden.size() > 100)
    return bad_option(fmt::format("--hidden: {} layers, expected 1 to 100", options.hidden.size()));
  for (const auto width : options.hidden) STANDFAST_CHECK(check_integer("--hidden", width, 1, 65536));
  return {};
}

/// The margin's own worst change knows one kink per feature.
Status check_kinks(const TrainOptions& options) {
  STANDFAST_CHECK(check_integer("--kinks", options.kinks, 1, minorant::kMostKinks));
  if (options.kinks == 1) return {};
  if (!has_abs(options.feature_map))
    return bad_option(fmt::format("--kinks: the feature map {} has none, expected abs or standardise,abs",
                                  word_for(options.feature_map)));
  if (!options.certify_norm) return {};
  return bad_option(fmt::format("--kinks, --certify-for: found {} kinks, expected 1", options.kinks));
}

/// The signs that are kept are those of the first weights, and |.| turns half of what they promise over.
Status check_monotone(const TrainOptions& options) {
  if (options.monotone.empty()) return {};
  if (options.network != Network::kMlp)
    return bad_option(fmt::format("--monotone: found --network {}, expected mlp", word_for(options.network)));
  if (!has_abs(options.feature_map)) return {};
  return bad_option(
      fmt::format("--monotone: the feature map {} holds |x|, which falls before it rises; expected a map without abs",
                  word_for(options.feature_map)));
}

Status check_model(const TrainOptions& options) {
  STANDFAST_CHECK(check_layers(options));
  STANDFAST_CHECK(check_monotone(options));
  return check_kinks(options);
}

Status check_optimiser(const TrainOptions& options) {
  STANDFAST_CHECK(check_range("--averaging", options.averaging, 0, 0.99999));
  STANDFAST_CHECK(check_range("--weight-decay", options.weight_decay, 0, 100));
  STANDFAST_CHECK(check_range("--label-smoothing", options.label_smoothing, 0, 0.5));
  STANDFAST_CHECK(check_range("--input-dropout", options.input_dropout, 0, 0.9));
  STANDFAST_CHECK(check_range("--learning-rate", options.learning_rate, 1e-12, 1e3));
  STANDFAST_CHECK(check_range("--learning-rate-decay", options.learning_rate_decay, 1e-6, 1));
  STANDFAST_CHECK(check_integer("--batch-size", options.batch_size, 1, 1 << 20));
  STANDFAST_CHECK(check_integer("--epochs", options.epochs, 1, 1000000));
  STANDFAST_CHECK(check_range("--jacobian-weight", options.jacobian_weight, 0, 1e6));
  STANDFAST_CHECK(check_range("--sensitive-weight", options.sensitive_weight, 1e-6, 1e6));
  return check_integer("--crop", options.crop, 0, 1024);
}

Status check_words(const TrainOptions& options) {
  constexpr double kMostWords = 1e6;
  STANDFAST_CHECK(check_range("--certify-for words", options.certify_words, 0, kMostWords));
  STANDFAST_CHECK(check_range("--certify-for added-words", options.certify_added_words, 0, kMostWords));
  STANDFAST_CHECK(check_integer("--vocabulary", options.vocabulary, 1, 1 << 20));
  STANDFAST_CHECK(check_integer("--min-count", options.min_count, 1, 1 << 30));
  if (!options.certify_norm || (options.certify_words == 0 && options.certify_added_words == 0)) return {};
  return bad_option("--certify-for: found words and a norm, expected one of them");
}

/// Its margin is that of a ball in the norm of its layers.
Status check_lipschitz_margin(const TrainOptions& options) {
  if (options.network != Network::kLipschitz) return {};
  if (*options.certify_norm != Norm::l2())
    return bad_option(fmt::format("--certify-for: found {} for the network lipschitz, expected 2",
                                  options.certify_norm->name().substr(1)));
  if (options.domain.empty() && options.threat.empty()) return {};
  return bad_option("--domain, --threat: the margin of the network lipschitz knows no bounds of changes");
}

/// What the margin is measured against, and what bounds it: they belong together.
Status check_certificate(const TrainOptions& options) {
  STANDFAST_CHECK(check_words(options));
  if (!options.certify_norm) {
    if (options.certify_radius == 0 && options.domain.empty() && options.threat.empty()) return {};
    return bad_option("--domain, --threat: they bound the changes of --certify-for NORM:RADIUS, which is not given");
  }
  const Norm norm = *options.certify_norm;
  if (norm != Norm::l1() && norm != Norm::l2() && norm != Norm::linf())
    return bad_option(fmt::format("--certify-for: '{}' is not one of 1, 2, inf", norm.name().substr(1)));
  STANDFAST_CHECK(check_range("--certify-for", options.certify_radius, 1e-9, 1e9));
  STANDFAST_CHECK(check_lipschitz_margin(options));
  if (!options.domain.empty() && !options.threat.empty())
    return bad_option("--domain, --threat: expected one of the two, a threat file can hold the domain");
  const auto& ends = options.domain;
  const bool ordered = ends.size() == 2 && std::isfinite(ends[0]) && std::isfinite(ends[1]) && ends[0] <= ends[1];
  if (!ends.empty() && !ordered)
    return bad_option(fmt::format("--domain: {} is not two finite numbers LO,HI with LO <= HI", fmt::join(ends, ",")));
  return {};
}

Status check_threshold(const TrainOptions& options) {
  STANDFAST_CHECK(check_range("--validation-share", options.validation_share, 0.01, 0.9));
  STANDFAST_CHECK(check_integer("--threshold-folds", options.threshold_folds, 0, 100));
  // any negative value asks for balance, NaN and values above 1 mean nothing
  if (options.max_fpr < 0) return {};
  return check_range("--max-fpr", options.max_fpr, 0, 1);
}

Status check_names(const TrainOptions& options) {
  if (options.data.source.empty()) return bad_option("DATA: no data set is named");
  if (options.sensitive.empty()) return bad_option("--sensitive: no class is named");
  if (options.output.empty()) return bad_option("--output: no model file is named");
  const auto& classes = options.data.classes;
  const auto& alone = options.data.against_rest;
  if (!alone.empty() && alone != options.sensitive)
    return bad_option(
        fmt::format("--rest: '{}' is put against the rest, and --sensitive is '{}'", alone, options.sensitive));
  if (!alone.empty() && !classes.empty())
    return bad_option("--rest: puts one class against all others; leave --classes out");
  if (classes.empty()) return {};
  if (classes.size() != 2 || classes[0] == classes[1])
    return bad_option(fmt::format("--classes: '{}' does not name two different classes", fmt::join(classes, ",")));
  if (std::ranges::find(classes, options.sensitive) == classes.end())
    return bad_option(
        fmt::format("--sensitive: '{}' is not one of --classes {}", options.sensitive, fmt::join(classes, ",")));
  return {};
}

}  // namespace

Status validate(const TrainOptions& options) {
  STANDFAST_CHECK(check_names(options));
  STANDFAST_CHECK(check_model(options));
  STANDFAST_CHECK(check_optimiser(options));
  STANDFAST_CHECK(check_certificate(options));
  return check_threshold(options);
}

}  // namespace standfast
