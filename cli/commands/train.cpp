// standfast train: collects the options of a training run and hands them to the trainer.
#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/training.hpp"

namespace standfast::cli {
namespace {

struct TrainCommand {
  DataFlags data;
  std::string sensitive;
  bool rest = false;
  std::string output;
  std::string preset;
  std::vector<std::string> certify_for;
  /// What the command line says beside the preset: applied after it, whatever the order of the words.
  struct Given {
    std::string key;  ///< Its key in the JSON document.
    std::function<void(TrainOptions&)> set;
  };
  std::vector<Given> given;
};

using Shared = std::shared_ptr<TrainCommand>;

constexpr const char* kNoPreset = "none";

template <class T>
std::string default_text(const std::vector<T>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}
std::string default_text(const auto& value) { return fmt::format("{}", value); }

/// "--learning-rate" -> "learning_rate".
std::string key_of(const std::string& name) {
  std::string key = name.substr(2);
  std::ranges::replace(key, '-', '_');
  return key;
}

/// An option that sets one field, which `field` finds in the options. Its key in JSON is its name.
template <class Field>
CLI::Option* add_field(CLI::App& app, const Shared& command, const std::string& name, Field field,
                       const std::string& value, const std::string& help) {
  using Value = std::remove_cvref_t<decltype(field(std::declval<TrainOptions&>()))>;
  const auto set = [command, name, field](const Value& given) {
    command->given.push_back({key_of(name), [field, given](TrainOptions& options) { field(options) = given; }});
  };
  TrainOptions plain;
  CLI::Option* option =
      app.add_option_function<Value>(name, set, help)->type_name(value)->default_str(default_text(field(plain)));
  if constexpr (std::is_same_v<Value, double> || std::is_same_v<Value, std::vector<double>>) only_numbers(option);
  if constexpr (std::is_same_v<Value, std::int64_t> || std::is_same_v<Value, std::vector<std::int64_t>>)
    only_digits(option);  // all of them count something
  if constexpr (std::is_same_v<Value, std::uint64_t>) only_digits(option);
  return option;
}

/// A switch that sets one field to true.
template <class Field>
void add_switch(CLI::App& app, const Shared& command, const std::string& name, Field field, const std::string& help) {
  const auto set = [command, name, field](std::int64_t) {
    command->given.push_back({key_of(name), [field](TrainOptions& options) { field(options) = true; }});
  };
  app.add_flag_function(name, set, help);
}

/// An option that sets one field to one of the values of an enum.
template <class Value>
void add_words(CLI::App& app, const Shared& command, const std::string& name, Value TrainOptions::*field,
               const std::string& help) {
  std::vector<Choice> choices;
  for (const auto& choice : choices_of<Value>())
    choices.push_back({std::string(choice.word), std::string(choice.meaning)});
  const auto set = [command, name, field](const std::string& word) {
    for (const auto& choice : choices_of<Value>())
      if (choice.word == word)
        command->given.push_back(
            {key_of(name), [field, value = choice.value](TrainOptions& options) { options.*field = value; }});
  };
  only_choices(app.add_option_function<std::string>(name, set, help), choices)
      ->default_str(std::string(word_for(TrainOptions{}.*field)));
}

// The field of a lambda's argument, so that nested fields can be named as well.
#define STANDFAST_FIELD(path) \
  [](TrainOptions & options) -> auto& { return options.path; }

void add_data_options(CLI::App& app, const Shared& command) {
  start_group(app, "Data");
  add_data_argument(app, command->data);
  app.add_option("--sensitive", command->sensitive, "The class whose alarms are to be certified.")
      ->type_name("CLASS")
      ->required();
  app.add_flag(
      "--rest", command->rest,
      "Put the class of --sensitive against all others, which become one class; the model maps them so later.");
  add_label_options(app, command->data);
  add_field(app, command, "--crop", STANDFAST_FIELD(crop), "N", "Images: shift each by up to N pixels, at random.");
  add_switch(app, command, "--flip", STANDFAST_FIELD(flip), "Images: mirror each, at random.");
  add_field(app, command, "--vocabulary", STANDFAST_FIELD(vocabulary), "N",
            "Messages: the most words that the model knows, those of the most training messages.");
  add_field(app, command, "--min-count", STANDFAST_FIELD(min_count), "N",
            "Messages: the fewest training messages that a word must occur in.");
}

void add_preset(CLI::App& app, const Shared& command) {
  std::vector<Choice> choices;
  for (const auto& preset : presets()) choices.push_back({preset.name, preset.summary});
  choices.push_back({kNoPreset, "the defaults shown here"});
  add_choice(app, "--preset", command->preset, choices,
             "A set of options known to work, which the other options override; otherwise the one that does best on "
             "such data.");
}

void add_model_options(CLI::App& app, const Shared& command) {
  start_group(app, "Model");
  add_preset(app, command);
  add_words(app, command, "--network", &TrainOptions::network, "The kind of network.");
  add_words(app, command, "--feature-map", &TrainOptions::feature_map, "What the network sees of an input x.");
  add_field(app, command, "--kinks", STANDFAST_FIELD(kinks), "K",
            "Absolute values of each feature, from 1 around the mean to several spread over its values.");
  add_words(app, command, "--init", &TrainOptions::init, "How the first weights are drawn.");
  add_field(app, command, "--hidden", STANDFAST_FIELD(hidden), "LIST", "mlp: units of each hidden layer.")
      ->delimiter(',');
  add_field(app, command, "--heads", STANDFAST_FIELD(heads), "K",
            "mlp: networks whose smallest score counts: more shapes can be learnt, each is certified by itself.");
  add_switch(app, command, "--batch-norm", STANDFAST_FIELD(batch_norm), "mlp: normalise each layer while training.");
  add_field(app, command, "--channels", STANDFAST_FIELD(conv.channels), "N", "conv: channels of every layer.");
  add_field(app, command, "--depth", STANDFAST_FIELD(conv.depth), "N", "conv: residual blocks.");
  add_field(app, command, "--first-kernel", STANDFAST_FIELD(conv.first_kernel), "N",
            "conv: width of the first kernel, odd.");
  add_field(app, command, "--first-stride", STANDFAST_FIELD(conv.first_stride), "N",
            "conv: stride of the first layer.");
  add_field(app, command, "--input-pool", STANDFAST_FIELD(conv.input_pool), "N",
            "conv: average windows of N pixels of the input, which learns no finer detail.");
  add_field(app, command, "--kernel", STANDFAST_FIELD(conv.kernel), "N", "conv: width of the blocks' kernels, odd.");
  add_field(app, command, "--pool", STANDFAST_FIELD(conv.pool), "N",
            "conv: width of the max pool's windows, 1 for none.");
  add_switch(app, command, "--input-skips", STANDFAST_FIELD(conv.input_skips),
             "conv: let every block and the score see the input.");
  add_field(app, command, "--stage-channels", STANDFAST_FIELD(lipschitz.channels), "LIST",
            "lipschitz: channels of each stage; a stage halves the sides of the image.")
      ->delimiter(',');
  add_field(app, command, "--stage-blocks", STANDFAST_FIELD(lipschitz.blocks), "LIST",
            "lipschitz: blocks of each stage.")
      ->delimiter(',');
}

void add_robustness_options(CLI::App& app, const Shared& command) {
  start_group(app, "Robustness");
  app.add_option("--certify-for", command->certify_for,
                 "Train so that radii of this size are certified: 1, 2 or inf, and a radius, such as 2:1.75; for "
                 "messages so many words added or removed, or added only, or both: words:10,added-words:40.")
      ->type_name("NORM:RADIUS")
      ->delimiter(',');
  auto* domain = add_field(app, command, "--domain", STANDFAST_FIELD(domain), "LO,HI",
                           "With --certify-for: values that every changed feature must keep to, such as 0,1.")
                     ->delimiter(',');
  const auto set_threat = [command](const std::string& file) {
    // a threat file takes the place of a preset's domain
    command->given.push_back({"domain", [](TrainOptions& options) { options.domain.clear(); }});
    command->given.push_back({"threat", [file](TrainOptions& options) { options.threat = file; }});
  };
  app.add_option_function<std::string>(
         "--threat", set_threat,
         "With --certify-for: what an attacker may change, in which direction and at what cost (TOML).")
      ->type_name("FILE")
      ->excludes(domain);
  add_field(app, command, "--monotone", STANDFAST_FIELD(monotone), "FILE",
            "Keep the score from ever falling as a feature rises that this threat file calls increase-only, and from "
            "rising with a decrease-only one: no such change then turns an alarm off.");
  add_field(app, command, "--jacobian-weight", STANDFAST_FIELD(jacobian_weight), "L",
            "Weight of the gradients' norm in the loss: more gives larger radii and a little less accuracy.");
  add_field(app, command, "--temperature", STANDFAST_FIELD(temperature), "T",
            "lipschitz: scores are divided by T in the loss: less tells more of the rows near the margin.");
  add_field(app, command, "--sensitive-weight", STANDFAST_FIELD(sensitive_weight), "W",
            "Weight of the sensitive class in the loss; the other class has 1.");
}

void add_optimisation_options(CLI::App& app, const Shared& command) {
  start_group(app, "Optimisation");
  add_words(app, command, "--optimiser", &TrainOptions::optimiser, "The optimiser.");
  add_field(app, command, "--learning-rate", STANDFAST_FIELD(learning_rate), "R", "Size of the first steps.");
  add_words(app, command, "--schedule", &TrainOptions::schedule, "How the learning rate falls.");
  add_field(app, command, "--learning-rate-decay", STANDFAST_FIELD(learning_rate_decay), "F",
            "Schedule decay: factor on the learning rate after each epoch.");
  add_field(app, command, "--weight-decay", STANDFAST_FIELD(weight_decay), "F",
            "Optimiser adamw: share of each weight lost per step, times the learning rate.");
  add_field(app, command, "--averaging", STANDFAST_FIELD(averaging), "D",
            "Keep the running average of the weights, with this decay per step, such as 0.998; 0 keeps the last.");
  add_field(app, command, "--batch-size", STANDFAST_FIELD(batch_size), "N", "Inputs per step.");
  add_field(app, command, "--epochs", STANDFAST_FIELD(epochs), "N", "Passes over the data.");
  add_field(app, command, "--label-smoothing", STANDFAST_FIELD(label_smoothing), "F",
            "Labels keep half of this distance from 0 and 1.");
  add_field(app, command, "--input-dropout", STANDFAST_FIELD(input_dropout), "F",
            "Probability that the network does not see a feature in a step.");
  add_words(app, command, "--keep", &TrainOptions::keep, "Which epoch is kept, by the rows held back.");
  add_field(app, command, "--seed", STANDFAST_FIELD(seed), "N", "The same seed gives the same model.");
}

void add_threshold_options(CLI::App& app, const Shared& command) {
  start_group(app, "Threshold");
  add_field(app, command, "--validation-share", STANDFAST_FIELD(validation_share), "F",
            "Share of the data held back to choose the best epoch and the threshold.");
  CLI::Option* max_fpr =
      add_field(app, command, "--max-fpr", STANDFAST_FIELD(max_fpr), "F",
                "Set the threshold so that this share of fresh inputs of the other class raises an alarm.");
  add_field(app, command, "--threshold-folds", STANDFAST_FIELD(threshold_folds), "K",
            "With --max-fpr: take the threshold from scores of all rows, each by a network trained on the other K - 1 "
            "folds; 0 takes it from the validation rows.");
  const auto check = [](std::string& given) {
    // a negative rate asks for balance in JSON; here --balance does
    return given.starts_with('-') ? fmt::format("{} is not in [0, 1]", given) : std::string();
  };
  max_fpr->default_str("")->check(CLI::Validator(check, ""));
  const auto balance = [command](std::int64_t) {
    command->given.push_back({"max_fpr", [](TrainOptions& options) { options.max_fpr = -1; }});
  };
  app.add_flag_function("--balance", balance,
                        "Set the threshold so that both classes are judged equally well (default).")
      ->excludes(max_fpr);
}

void add_output_options(CLI::App& app, const Shared& command) {
  start_group(app, "Output");
  app.add_option("-o,--output", command->output, "The model file to write.")->type_name("FILE")->required();
}

/// What --certify-for sets: a new list takes the place of all that a preset asks for.
constexpr const char* kCertifyKeys[] = {"certify_norm", "certify_radius", "certify_words", "certify_added_words"};

/// "l2:1.75" -> norm 2, radius 1.75; "words:10" -> 10 words added or removed; "added-words:40" -> 40 words added.
Status read_certify_term(const std::string& text, TrainOptions& options) {
  const auto colon = text.find(':');
  if (colon == std::string::npos)
    return Error{ErrorCode::kBadOption,
                 fmt::format("--certify-for: '{}' is not NORM:RADIUS such as 2:1.75, words:N or added-words:N", text)};
  const std::string what = text.substr(0, colon);
  CLI_TRY(const double radius, parse_number("--certify-for", text.substr(colon + 1)));
  if (what == "words") {
    options.certify_words = radius;
  } else if (what == "added-words") {
    options.certify_added_words = radius;
  } else {
    if (options.certify_norm)
      return bad_option(fmt::format("--certify-for: '{}' is a second norm, expected one", text));
    CLI_TRY(options.certify_norm, Norm::parse(what));
    options.certify_radius = radius;
  }
  return {};
}

Status read_certify_for(const std::vector<std::string>& terms, TrainOptions& options) {
  if (terms.empty()) return {};
  options.certify_norm.reset();
  options.certify_radius = options.certify_words = options.certify_added_words = 0;
  for (const std::string& term : terms) CLI_CHECK(read_certify_term(term, options));
  return {};
}

/// `start` with what the command line says.
Result<TrainOptions> with_given(const TrainCommand& command, TrainOptions start) {
  const TrainOptions preset = start;
  for (const auto& given : command.given) given.set(start);
  const auto asked = [&](const char* key) {
    return std::ranges::count(command.given, key, &TrainCommand::Given::key) > 0;
  };
  if (asked("epochs") && !asked("learning_rate_decay"))
    start.learning_rate_decay = stretched_decay(preset, start.epochs);
  CLI_CHECK(read_certify_for(command.certify_for, start));
  start.data.source = command.data.source;
  CLI_TRY(start.data.classes, split_names("--classes", command.data.classes));
  start.data.label_column = command.data.label;
  start.data.text_column = command.data.text;
  start.data.separator = command.data.separator;
  start.data.ignored = command.data.ignored;
  start.data.strict = command.data.strict;
  if (command.rest) start.data.against_rest = command.sensitive;
  start.sensitive = command.sensitive;
  start.output = command.output;
  return start;
}

std::set<std::string> given_keys(const TrainCommand& command) {
  std::set<std::string> keys = {"data",   "label",   "text", "separator", "ignore",
                                "strict", "classes", "rest", "sensitive", "output"};
  for (const auto& given : command.given) keys.insert(given.key);
  if (!command.certify_for.empty()) keys.insert(std::begin(kCertifyKeys), std::end(kCertifyKeys));
  return keys;
}

/// Without --preset the trainer chooses one, since it reads the data.
Result<int> run_train(const TrainCommand& command) {
  if (command.preset.empty()) {
    CLI_TRY(const TrainOptions options, with_given(command, {}));
    return run_trainer(OpenTrainOptions{options, given_keys(command)});
  }
  TrainOptions start;
  if (command.preset != kNoPreset) {
    CLI_TRY(start, preset_options(command.preset));
  }
  CLI_TRY(const TrainOptions options, with_given(command, start));
  return run_trainer(options);
}

}  // namespace

void add_train(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App& app =
      *program.add_subcommand("train", "Train a model and write it to a file; Ctrl-C keeps the best so far.");
  app.footer("standfast train spam:train --sensitive spam --preset spam -o spam.safetensors");
  add_data_options(app, command);
  add_model_options(app, command);
  add_robustness_options(app, command);
  add_optimisation_options(app, command);
  add_threshold_options(app, command);
  add_output_options(app, command);
  app.callback([command, &chosen] { chosen = [command] { return run_train(*command); }; });
}

}  // namespace standfast::cli
