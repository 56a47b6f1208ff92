// The options of a training run: checks, and one JSON document to hand them on. Free of libtorch.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "model/minorant.hpp"
#include "standfast/training.hpp"

namespace standfast {
namespace {

using Json = nlohmann::ordered_json;

/// Every field with its JSON key, in one place: writing and reading cannot disagree.
template <class Options, class Visitor>
void visit_fields(Options& options, Visitor&& visit) {
  visit("data", options.data.source);
  visit("label", options.data.label_column);
  visit("classes", options.data.classes);
  visit("sensitive", options.sensitive);
  visit("output", options.output);
  visit("preset", options.preset);
  visit("network", options.network);
  visit("hidden", options.hidden);
  visit("channels", options.conv.channels);
  visit("depth", options.conv.depth);
  visit("first_kernel", options.conv.first_kernel);
  visit("first_stride", options.conv.first_stride);
  visit("first_dilation", options.conv.first_dilation);
  visit("input_pool", options.conv.input_pool);
  visit("kernel", options.conv.kernel);
  visit("pool", options.conv.pool);
  visit("input_skips", options.conv.input_skips);
  visit("filters", options.learnt.filters);
  visit("filter_kernel", options.learnt.filter_kernel);
  visit("filter_stride", options.learnt.filter_stride);
  visit("orthogonal_filters", options.learnt.orthogonal_filters);
  visit("learnt_channels", options.learnt.channels);
  visit("feature_map", options.feature_map);
  visit("kinks", options.kinks);
  visit("batch_norm", options.batch_norm);
  visit("init", options.init);
  visit("optimiser", options.optimiser);
  visit("learning_rate", options.learning_rate);
  visit("momentum", options.momentum);
  visit("learning_rate_decay", options.learning_rate_decay);
  visit("schedule", options.schedule);
  visit("weight_decay", options.weight_decay);
  visit("averaging", options.averaging);
  visit("batch_size", options.batch_size);
  visit("epochs", options.epochs);
  visit("jacobian_weight", options.jacobian_weight);
  visit("jacobian_norm", options.jacobian_norm);
  visit("certify_norm", options.certify_norm);
  visit("certify_radius", options.certify_radius);
  visit("domain", options.domain);
  visit("threat", options.threat);
  visit("sensitive_weight", options.sensitive_weight);
  visit("other_weight", options.other_weight);
  visit("crop", options.crop);
  visit("flip", options.flip);
  visit("noise", options.noise);
  visit("label_smoothing", options.label_smoothing);
  visit("validation_share", options.validation_share);
  visit("max_fpr", options.max_fpr);
  visit("seed", options.seed);
  visit("threads", options.threads);
}

std::string_view expected_type(const std::string&) { return "a string"; }
std::string_view expected_type(const std::vector<std::string>&) { return "a list of strings"; }
std::string_view expected_type(const std::vector<std::int64_t>&) { return "a list of integers"; }
std::string_view expected_type(const std::vector<double>&) { return "a list of numbers"; }
std::string_view expected_type(bool) { return "true or false"; }
std::string_view expected_type(double) { return "a number"; }
std::string_view expected_type(std::int64_t) { return "an integer that fits 64 bits"; }
std::string_view expected_type(std::uint64_t) { return "a non-negative integer that fits 64 bits"; }

bool read_value(const Json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}

bool read_value(const Json& json, bool& value) {
  if (!json.is_boolean()) return false;
  value = json.get<bool>();
  return true;
}

bool read_value(const Json& json, double& value) {
  if (!json.is_number()) return false;
  value = json.get<double>();
  return true;
}

bool read_value(const Json& json, std::int64_t& value) {
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return false;
  value = json.get<std::int64_t>();
  return true;
}

bool read_value(const Json& json, std::uint64_t& value) {
  if (!json.is_number_unsigned()) return false;
  value = json.get<std::uint64_t>();
  return true;
}

template <class T>
bool read_value(const Json& json, std::vector<T>& values) {
  if (!json.is_array()) return false;
  values.clear();
  for (const auto& item : json) {
    T value{};
    if (!read_value(item, value)) return false;
    values.push_back(std::move(value));
  }
  return true;
}

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

Status check_choice(std::string_view option, std::string_view found, std::span<const std::string_view> allowed) {
  if (std::ranges::find(allowed, found) != allowed.end()) return {};
  return bad_option(fmt::format("{}: '{}' is not one of {}", option, found, fmt::join(allowed, ", ")));
}

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
  STANDFAST_CHECK(check_integer("--first-dilation", conv.first_dilation, 1, 1024));
  STANDFAST_CHECK(check_integer("--input-pool", conv.input_pool, 1, 1024));
  STANDFAST_CHECK(check_integer("--kernel", conv.kernel, 1, 1023));
  STANDFAST_CHECK(check_integer("--pool", conv.pool, 1, 1024));
  if (conv.input_pool > 1 && conv.first_dilation > 1)
    return bad_option(fmt::format("--input-pool, --first-dilation: found {} and {}, expected one of them to be 1",
                                  conv.input_pool, conv.first_dilation));
  if (conv.first_kernel % 2 == 1 && conv.kernel % 2 == 1) return {};
  return bad_option(
      fmt::format("--first-kernel, --kernel: found {} and {}, expected odd numbers", conv.first_kernel, conv.kernel));
}

Status check_learnt(const TrainOptions& options) {
  const LearntLayout& learnt = options.learnt;
  STANDFAST_CHECK(check_integer("filters", learnt.filters, 1, 4096));
  STANDFAST_CHECK(check_integer("filter_kernel", learnt.filter_kernel, 1, 63));
  STANDFAST_CHECK(check_integer("filter_stride", learnt.filter_stride, 1, 64));
  STANDFAST_CHECK(check_integer("learnt_channels", learnt.channels, 1, 4096));
  if (learnt.orthogonal_filters && learnt.filter_kernel != learnt.filter_stride)
    return bad_option(fmt::format("filter_kernel: {}, expected the stride of {} for orthogonal filters",
                                  learnt.filter_kernel, learnt.filter_stride));
  if (!learnt.orthogonal_filters && learnt.filter_kernel % 2 == 0)
    return bad_option(fmt::format("filter_kernel: {} is not odd", learnt.filter_kernel));
  if (options.feature_map == "identity") return {};
  return bad_option(
      fmt::format("--feature-map: {} cannot go before a learnt one, expected identity", options.feature_map));
}

Status check_layers(const TrainOptions& options) {
  if (options.network == "conv") return check_conv(options.conv);
  if (options.network == "learnt") return check_learnt(options);
  if (options.hidden.empty() || options.hidden.size() > 100)
    return bad_option(fmt::format("--hidden: {} layers, expected 1 to 100", options.hidden.size()));
  for (const auto width : options.hidden) STANDFAST_CHECK(check_integer("--hidden", width, 1, 65536));
  return {};
}

/// The margin's own worst change knows one kink per feature.
Status check_kinks(const TrainOptions& options) {
  STANDFAST_CHECK(check_integer("--kinks", options.kinks, 1, kMostKinks));
  if (options.kinks == 1) return {};
  if (!options.feature_map.ends_with("abs"))
    return bad_option(
        fmt::format("--kinks: the feature map {} has none, expected abs or standardise,abs", options.feature_map));
  if (options.certify_norm.empty()) return {};
  return bad_option(fmt::format("--kinks, --certify-for: found {} kinks, expected 1", options.kinks));
}

Status check_model(const TrainOptions& options) {
  static constexpr std::array<std::string_view, 3> kNetworks = {"mlp", "conv", "learnt"};
  static constexpr std::array<std::string_view, 4> kMaps = {"identity", "standardise", "abs", "standardise,abs"};
  static constexpr std::array<std::string_view, 3> kInits = {"icnn", "paper", "centred"};
  STANDFAST_CHECK(check_choice("--network", options.network, kNetworks));
  STANDFAST_CHECK(check_layers(options));
  STANDFAST_CHECK(check_choice("--feature-map", options.feature_map, kMaps));
  STANDFAST_CHECK(check_kinks(options));
  return check_choice("--init", options.init, kInits);
}

Status check_optimiser(const TrainOptions& options) {
  static constexpr std::array<std::string_view, 3> kOptimisers = {"adam", "adamw", "sgd"};
  static constexpr std::array<std::string_view, 2> kSchedules = {"decay", "cosine"};
  STANDFAST_CHECK(check_choice("--optimiser", options.optimiser, kOptimisers));
  STANDFAST_CHECK(check_choice("--schedule", options.schedule, kSchedules));
  STANDFAST_CHECK(check_range("--weight-decay", options.weight_decay, 0, 1));
  STANDFAST_CHECK(check_range("--averaging", options.averaging, 0, 0.99999));
  STANDFAST_CHECK(check_range("--noise", options.noise, 0, 1e6));
  STANDFAST_CHECK(check_range("--label-smoothing", options.label_smoothing, 0, 0.5));
  if (options.learnt.orthogonal_filters && options.network != "learnt")
    return bad_option("--orthogonal-filters: only the network 'learnt' has filters of its own");
  if (options.noise > 0 && options.network != "learnt")
    return bad_option(fmt::format("--noise: found {}, expected 0 for every network but 'learnt'", options.noise));
  STANDFAST_CHECK(check_range("--learning-rate", options.learning_rate, 1e-12, 1e3));
  STANDFAST_CHECK(check_range("--momentum", options.momentum, 0, 0.9999));
  STANDFAST_CHECK(check_range("--learning-rate-decay", options.learning_rate_decay, 1e-6, 1));
  STANDFAST_CHECK(check_integer("--batch-size", options.batch_size, 1, 1 << 20));
  STANDFAST_CHECK(check_integer("--epochs", options.epochs, 1, 1000000));
  STANDFAST_CHECK(check_range("--jacobian-weight", options.jacobian_weight, 0, 1e6));
  STANDFAST_CHECK(check_range("--sensitive-weight", options.sensitive_weight, 1e-6, 1e6));
  STANDFAST_CHECK(check_range("--other-weight", options.other_weight, 1e-6, 1e6));
  return check_integer("--crop", options.crop, 0, 1024);
}

/// What the margin is measured against, and what bounds it: they belong together.
Status check_certificate(const TrainOptions& options) {
  static constexpr std::array<std::string_view, 3> kNorms = {"1", "2", "inf"};
  static constexpr std::array<std::string_view, 4> kPenalties = {"frobenius", "1", "2", "inf"};
  STANDFAST_CHECK(check_choice("--jacobian-norm", options.jacobian_norm, kPenalties));
  if (options.certify_norm.empty()) {
    if (options.certify_radius == 0 && options.domain.empty() && options.threat.empty()) return {};
    return bad_option("--domain, --threat: they bound the changes of --certify-for, which is not given");
  }
  STANDFAST_CHECK(check_choice("--certify-for", options.certify_norm, kNorms));
  STANDFAST_CHECK(check_range("--certify-for", options.certify_radius, 1e-9, 1e9));
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
  // any negative value asks for balance, NaN and values above 1 mean nothing
  if (options.max_fpr < 0) return {};
  return check_range("--max-fpr", options.max_fpr, 0, 1);
}

Status check_names(const TrainOptions& options) {
  if (options.data.source.empty()) return bad_option("DATA: no data set is named");
  if (options.sensitive.empty()) return bad_option("--sensitive: no class is named");
  if (options.output.empty()) return bad_option("--output: no model file is named");
  const auto& classes = options.data.classes;
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
  STANDFAST_CHECK(check_threshold(options));
  return check_integer("--threads", options.threads, 0, 1024);
}

std::string to_json(const TrainOptions& options) {
  Json json;
  visit_fields(options, [&](const char* key, const auto& value) { json[key] = value; });
  // names come from the command line, which need not be UTF-8; the document must be
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<TrainOptions> train_options_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{ErrorCode::kBadFormat, "training options: not a JSON object"};
  TrainOptions options;
  std::set<std::string> known;
  Status status;
  visit_fields(options, [&](const char* key, auto& value) {
    known.insert(key);
    const auto found = json.find(key);
    if (!status.ok() || found == json.end() || read_value(*found, value)) return;
    status = bad_option(
        fmt::format("training options: '{}' is {}, expected {}", key, found->type_name(), expected_type(value)));
  });
  STANDFAST_CHECK(status);
  for (const auto& item : json.items())
    if (!known.contains(item.key())) return bad_option(fmt::format("training options: unknown key '{}'", item.key()));
  return options;
}

}  // namespace standfast
