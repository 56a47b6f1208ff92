// Options as one JSON document, and back: what the program hands to the trainer, and what a model file keeps.
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/json.hpp"
#include "standfast/training.hpp"

namespace standfast {
namespace {

using Json = nlohmann::ordered_json;

/// Every field with its JSON key, in one place: writing and reading cannot disagree.
template <class Options, class Visitor>
void visit_fields(Options& options, Visitor&& visit) {
  visit("data", options.data.source);
  visit("label", options.data.label_column);
  visit("text", options.data.text_column);
  visit("separator", options.data.separator);
  visit("ignore", options.data.ignored);
  visit("strict", options.data.strict);
  visit("classes", options.data.classes);
  visit("rest", options.data.against_rest);
  visit("sensitive", options.sensitive);
  visit("output", options.output);
  visit("preset", options.preset);
  visit("network", options.network);
  visit("hidden", options.hidden);
  visit("channels", options.conv.channels);
  visit("depth", options.conv.depth);
  visit("first_kernel", options.conv.first_kernel);
  visit("first_stride", options.conv.first_stride);
  visit("input_pool", options.conv.input_pool);
  visit("kernel", options.conv.kernel);
  visit("pool", options.conv.pool);
  visit("input_skips", options.conv.input_skips);
  visit("filters", options.learnt.filters);
  visit("filter_kernel", options.learnt.filter_kernel);
  visit("filter_stride", options.learnt.filter_stride);
  visit("learnt_channels", options.learnt.channels);
  visit("stage_channels", options.lipschitz.channels);
  visit("stage_blocks", options.lipschitz.blocks);
  visit("feature_map", options.feature_map);
  visit("kinks", options.kinks);
  visit("batch_norm", options.batch_norm);
  visit("heads", options.heads);
  visit("init", options.init);
  visit("optimiser", options.optimiser);
  visit("learning_rate", options.learning_rate);
  visit("learning_rate_decay", options.learning_rate_decay);
  visit("schedule", options.schedule);
  visit("weight_decay", options.weight_decay);
  visit("averaging", options.averaging);
  visit("batch_size", options.batch_size);
  visit("epochs", options.epochs);
  visit("jacobian_weight", options.jacobian_weight);
  visit("certify_norm", options.certify_norm);
  visit("certify_radius", options.certify_radius);
  visit("certify_words", options.certify_words);
  visit("certify_added_words", options.certify_added_words);
  visit("domain", options.domain);
  visit("threat", options.threat);
  visit("monotone", options.monotone);
  visit("temperature", options.temperature);
  visit("sensitive_weight", options.sensitive_weight);
  visit("crop", options.crop);
  visit("flip", options.flip);
  visit("vocabulary", options.vocabulary);
  visit("min_count", options.min_count);
  visit("label_smoothing", options.label_smoothing);
  visit("input_dropout", options.input_dropout);
  visit("keep", options.keep);
  visit("validation_share", options.validation_share);
  visit("max_fpr", options.max_fpr);
  visit("threshold_folds", options.threshold_folds);
  visit("seed", options.seed);
}

std::string_view expected_type(const std::string&) { return "a string"; }
std::string_view expected_type(const std::vector<std::string>&) { return "a list of strings"; }
std::string_view expected_type(const std::vector<std::int64_t>&) { return "a list of integers"; }
std::string_view expected_type(const std::vector<double>&) { return "a list of numbers"; }
std::string_view expected_type(bool) { return "true or false"; }
std::string_view expected_type(double) { return "a number"; }
std::string_view expected_type(std::int64_t) { return "an integer that fits 64 bits"; }
std::string_view expected_type(std::uint64_t) { return "a non-negative integer that fits 64 bits"; }

template <class T>
bool take_value(std::optional<T> found, T& value) {
  if (found) value = std::move(*found);
  return found.has_value();
}

bool read_value(const files::JsonValue& json, std::string& value) {
  const auto text = json.if_text();
  if (text) value = *text;
  return text.has_value();
}

bool read_value(const files::JsonValue& json, bool& value) { return take_value(json.if_truth(), value); }
bool read_value(const files::JsonValue& json, double& value) { return take_value(json.if_number(), value); }
bool read_value(const files::JsonValue& json, std::int64_t& value) { return take_value(json.if_integer(), value); }
bool read_value(const files::JsonValue& json, std::uint64_t& value) { return take_value(json.if_count(), value); }

template <class T>
bool read_value(const files::JsonValue& json, std::vector<T>& values) {
  const auto array = json.if_array();
  values.clear();
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    T value{};
    if (!read_value((*array)[i], value)) return false;
    values.push_back(std::move(value));
  }
  return array.has_value();
}

template <class Value>
concept Choice = std::is_enum_v<Value>;

Error bad_document(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

template <class Value>
Json written(const Value& value) {
  if constexpr (Choice<Value>)
    return word_for(value);
  else
    return value;
}

/// "" if there is no norm, else "1", "2" or "inf".
Json written(const std::optional<Norm>& norm) { return norm ? norm->name().substr(1) : ""; }

/// Reads one field. Fails: kBadOption for a wrong type or a wrong word.
Status read_field(const char* key, const files::JsonValue& json, auto& value) {
  if (read_value(json, value)) return {};
  return bad_document(
      fmt::format("training options: '{}' is {}, expected {}", key, json.type_name(), expected_type(value)));
}

template <Choice Value>
Status read_field(const char* key, const files::JsonValue& json, Value& value) {
  std::string found;
  STANDFAST_CHECK(read_field(key, json, found));
  std::vector<std::string_view> words;
  for (const auto& choice : choices_of<Value>()) {
    words.push_back(choice.word);
    if (choice.word != found) continue;
    value = choice.value;
    return {};
  }
  return bad_document(
      fmt::format("training options: '{}' is '{}', expected one of {}", key, found, fmt::join(words, ", ")));
}

Status read_field(const char* key, const files::JsonValue& json, std::optional<Norm>& norm) {
  std::string found;
  STANDFAST_CHECK(read_field(key, json, found));
  norm.reset();
  if (found.empty()) return {};
  const auto parsed = Norm::parse(found);
  if (!parsed.ok())
    return bad_document(fmt::format("training options: '{}' is '{}', expected 1, 2, inf or nothing", key, found));
  norm = *parsed;
  return {};
}

/// Names come from the command line, which need not be UTF-8; a document must be.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_json(const TrainOptions& options) {
  Json json;
  visit_fields(options, [&](const char* key, const auto& value) { json[key] = written(value); });
  return text_of(json);
}

Result<TrainOptions> train_options_from_json(std::string_view text, const TrainOptions& start) {
  constexpr std::size_t kDepth = 2;  // the options, a list
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kDepth, "training options"));
  STANDFAST_TRY(const files::JsonObject json, document.root().object_of_any_keys());
  TrainOptions options = start;
  std::set<std::string> known;
  Status status;
  visit_fields(options, [&](const char* key, auto& value) {
    known.insert(key);
    const auto found = json.find(key);
    if (status.ok() && found) status = read_field(key, *found, value);
  });
  STANDFAST_CHECK(status);
  if (json.find("epochs") && !json.find("learning_rate_decay"))
    options.learning_rate_decay = stretched_decay(start, options.epochs);
  for (const std::string& key : json.keys())
    if (!known.contains(key)) return bad_document(fmt::format("training options: unknown key '{}'", key));
  return options;
}

std::string to_json(const OpenTrainOptions& open) {
  Json json;
  TrainOptions options = open.options;
  options.preset = kPresetForData;
  visit_fields(options, [&](const std::string& key, const auto& value) {
    if (key == "preset" || open.given.contains(key)) json[key] = written(value);
  });
  return text_of(json);
}

}  // namespace standfast
