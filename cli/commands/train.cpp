// standfast train: collects the options of a training run and hands them to the trainer.
#include <functional>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/training.hpp"

namespace standfast::cli {
namespace {

struct TrainCommand {
  DataFlags data;
  std::string sensitive;
  std::string output;
  std::string preset;
  std::string certify_for;
  /// What the command line says beside the preset: applied after it, whatever the order of the words.
  std::vector<std::function<void(TrainOptions&)>> overrides;
};

using Shared = std::shared_ptr<TrainCommand>;

constexpr const char* kNoPreset = "none";

template <class T>
std::string default_text(const std::vector<T>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}
std::string default_text(const auto& value) { return fmt::format("{}", value); }

/// An option that sets one field of TrainOptions.
template <class T>
CLI::Option* add_field(CLI::App& app, const Shared& command, const std::string& name, T TrainOptions::*field,
                       const std::string& value, const std::string& help) {
  const auto set = [command, field](const T& given) {
    command->overrides.push_back([field, given](TrainOptions& options) { options.*field = given; });
  };
  return app.add_option_function<T>(name, set, help)
      ->type_name(value)
      ->default_str(default_text(TrainOptions{}.*field));
}

/// A switch that sets one field of TrainOptions to true.
void add_switch(CLI::App& app, const Shared& command, const std::string& name, bool TrainOptions::*field,
                const std::string& help) {
  const auto set = [command, field](std::int64_t) {
    command->overrides.push_back([field](TrainOptions& options) { options.*field = true; });
  };
  app.add_flag_function(name, set, help);
}

void add_what(CLI::App& app, const Shared& command) {
  add_data_argument(app, command->data);
  app.add_option("--sensitive", command->sensitive, "The class whose alarms are to be certified.")
      ->type_name("CLASS")
      ->required();
  app.add_option("-o,--output", command->output, "The model file to write.")->type_name("FILE")->required();
  add_label_options(app, command->data);
  std::vector<std::string> names;
  for (const auto& preset : presets()) names.push_back(preset.name);
  add_choice(app, "--preset", command->preset, fmt::format("{}|{}", fmt::join(names, "|"), kNoPreset),
             "A set of options known to work, which the other options override; otherwise the one that does best on "
             "such data.");
}

void add_model(CLI::App& app, const Shared& command) {
  add_field(app, command, "--network", &TrainOptions::network, "mlp|conv|learnt",
            "Dense layers, a ConvNet for images, or one with a learnt feature map.");
  add_field(app, command, "--hidden", &TrainOptions::hidden, "LIST", "Dense layers: widths of the hidden ones.")
      ->delimiter(',');
  add_field(app, command, "--feature-map", &TrainOptions::feature_map, "identity|standardise|abs|standardise,abs",
            "What the network sees: centred inputs, inputs of unit variance, or these with their absolute values.");
  add_field(app, command, "--kinks", &TrainOptions::kinks, "K",
            "Absolute values of each feature, from 1 around the mean to several spread over its values.");
  add_switch(app, command, "--batch-norm", &TrainOptions::batch_norm, "Normalise each layer while training.");
  const auto orthogonal = [command](std::int64_t) {
    command->overrides.push_back([](TrainOptions& options) {
      options.learnt.orthogonal_filters = true;
      options.learnt.filter_kernel = options.learnt.filter_stride;
    });
  };
  app.add_flag_function("--orthogonal-filters", orthogonal,
                        "Network learnt: filters of patches side by side that enlarge no change.");
  add_field(app, command, "--init", &TrainOptions::init, "icnn|paper|centred", "How to draw the first weights.");
}

/// An option that sets one field of the ConvNet's layout.
void add_conv_field(CLI::App& app, const Shared& command, const std::string& name, std::int64_t ConvLayout::*field,
                    const std::string& help) {
  const auto set = [command, field](const std::int64_t& given) {
    command->overrides.push_back([field, given](TrainOptions& options) { options.conv.*field = given; });
  };
  app.add_option_function<std::int64_t>(name, set, help)
      ->type_name("N")
      ->default_str(default_text(ConvLayout{}.*field));
}

void add_conv(CLI::App& app, const Shared& command) {
  add_conv_field(app, command, "--channels", &ConvLayout::channels, "ConvNet: channels of every layer.");
  add_conv_field(app, command, "--depth", &ConvLayout::depth, "ConvNet: residual blocks.");
  add_conv_field(app, command, "--first-kernel", &ConvLayout::first_kernel, "ConvNet: width of the first kernel, odd.");
  add_conv_field(app, command, "--first-stride", &ConvLayout::first_stride, "ConvNet: stride of the first layer.");
  add_conv_field(app, command, "--first-dilation", &ConvLayout::first_dilation,
                 "ConvNet: distance of the first kernel's taps.");
  add_conv_field(app, command, "--input-pool", &ConvLayout::input_pool,
                 "ConvNet: average windows of N pixels of the input, which learns no finer detail.");
  add_conv_field(app, command, "--kernel", &ConvLayout::kernel, "ConvNet: width of the blocks' kernels, odd.");
  add_conv_field(app, command, "--pool", &ConvLayout::pool, "ConvNet: width of the max pool's windows, 1 for none.");
  const auto set = [command](std::int64_t) {
    command->overrides.push_back([](TrainOptions& options) { options.conv.input_skips = true; });
  };
  app.add_flag_function("--input-skips", set, "ConvNet: let every block and the score see the input.");
}

void add_optimiser(CLI::App& app, const Shared& command) {
  add_field(app, command, "--optimiser", &TrainOptions::optimiser, "adam|adamw|sgd", "The optimiser.");
  add_field(app, command, "--learning-rate", &TrainOptions::learning_rate, "R", "Size of the first steps.");
  add_field(app, command, "--momentum", &TrainOptions::momentum, "M", "Momentum of sgd.");
  add_field(app, command, "--learning-rate-decay", &TrainOptions::learning_rate_decay, "F",
            "Factor on the learning rate after each epoch.");
  add_field(app, command, "--schedule", &TrainOptions::schedule, "decay|cosine",
            "How the learning rate falls: by its factor after each epoch, or to 0 along a cosine.");
  add_field(app, command, "--weight-decay", &TrainOptions::weight_decay, "D", "Weight decay of adamw.");
  add_field(app, command, "--averaging", &TrainOptions::averaging, "D",
            "Keep the running average of the weights, with this decay per step, such as 0.998; 0 keeps the last.");
  add_field(app, command, "--batch-size", &TrainOptions::batch_size, "N", "Inputs per step.");
  add_field(app, command, "--epochs", &TrainOptions::epochs, "N", "Passes over the data.");
  add_field(app, command, "--jacobian-weight", &TrainOptions::jacobian_weight, "L",
            "Weight of the gradients' norm in the loss: more gives larger radii and a little less accuracy.");
  add_field(app, command, "--sensitive-weight", &TrainOptions::sensitive_weight, "W",
            "Weight of the sensitive class in the loss.");
  add_field(app, command, "--other-weight", &TrainOptions::other_weight, "W", "Weight of the other class in the loss.");
  add_field(app, command, "--crop", &TrainOptions::crop, "N", "Images: random shifts of up to N pixels.");
  add_switch(app, command, "--flip", &TrainOptions::flip, "Images: random horizontal flips.");
  add_field(app, command, "--noise", &TrainOptions::noise, "S",
            "Network learnt: deviation of the noise on every pixel; more gives larger radii and less accuracy.");
  add_field(app, command, "--label-smoothing", &TrainOptions::label_smoothing, "F",
            "Labels keep half of this distance from 0 and 1.");
}

void add_threshold(CLI::App& app, const Shared& command) {
  add_field(app, command, "--validation-share", &TrainOptions::validation_share, "F",
            "Share of the data held back to choose the best epoch and the threshold.");
  CLI::Option* max_fpr = add_field(app, command, "--max-fpr", &TrainOptions::max_fpr, "F",
                                   "Set the threshold so that at most this share of the other class raises an alarm.");
  max_fpr->default_str("")->check(CLI::Range(0.0, 1.0))->type_name("F");
  const auto balance = [command](std::int64_t) {
    command->overrides.push_back([](TrainOptions& options) { options.max_fpr = -1; });
  };
  app.add_flag_function("--balance", balance,
                        "Set the threshold so that both classes are judged equally well (default).")
      ->excludes(max_fpr);
}

void add_machine(CLI::App& app, const Shared& command) {
  only_digits(add_field(app, command, "--seed", &TrainOptions::seed, "N", "The same seed gives the same model."));
  add_field(app, command, "--threads", &TrainOptions::threads, "N", "Threads to use, 0 for one per core.");
}

void add_certificate(CLI::App& app, const Shared& command) {
  app.add_option("--certify-for", command->certify_for,
                 "Train so that radii of this size are certified: 1, 2 or inf, and a radius, such as 2:1.75.")
      ->type_name("NORM:RADIUS");
  auto* domain = add_field(app, command, "--domain", &TrainOptions::domain, "LO,HI",
                           "With --certify-for: values that every changed feature must keep to, such as 0,1.")
                     ->delimiter(',');
  add_field(app, command, "--threat", &TrainOptions::threat, "FILE",
            "With --certify-for: what an attacker may change, in which direction and at what cost (TOML).")
      ->excludes(domain);
  add_field(app, command, "--jacobian-norm", &TrainOptions::jacobian_norm, "frobenius|1|2|inf",
            "What --jacobian-weight weighs: the norm of a batch's gradients, or the mean of what limits the radii "
            "in norm 1, 2 or inf.");
}

/// "l2:1.75" -> norm "2", radius 1.75.
Status read_certify_for(const std::string& text, TrainOptions& options) {
  if (text.empty()) return {};
  const auto colon = text.find(':');
  if (colon == std::string::npos)
    return Error{ErrorCode::kBadOption, fmt::format("--certify-for: '{}' is not NORM:RADIUS such as 2:1.75", text)};
  CLI_TRY(const Norm norm, Norm::parse(text.substr(0, colon)));
  CLI_TRY(options.certify_radius, parse_number("--certify-for", text.substr(colon + 1)));
  options.certify_norm = norm.name().substr(1);
  return {};
}

/// The options that the command line's own ones override.
Result<TrainOptions> starting_options(const TrainCommand& command) {
  if (command.preset == kNoPreset) return TrainOptions{};
  if (!command.preset.empty()) return preset_options(command.preset);
  const auto data = read_data({command.data.source, command.data.label, command.data.classes});
  const std::string_view preset = data ? preset_for(*data) : "";  // the trainer says what is wrong with the data
  return preset.empty() ? TrainOptions{} : preset_options(preset);
}

Result<int> run_train(const TrainCommand& command) {
  CLI_TRY(TrainOptions options, starting_options(command));
  for (const auto& override_field : command.overrides) override_field(options);
  // a threat file takes the place of a preset's domain
  if (!options.threat.empty()) options.domain.clear();
  CLI_CHECK(read_certify_for(command.certify_for, options));
  options.data.source = command.data.source;
  options.data.classes = command.data.classes;
  options.data.label_column = command.data.label;
  options.sensitive = command.sensitive;
  options.output = command.output;
  CLI_CHECK(validate(options));
  if (command.preset.empty() && !options.preset.empty())
    say(fmt::format("preset {}, the best one for such data; --preset names another or none", options.preset));
  return run_trainer(options);
}

}  // namespace

void add_train(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App& app =
      *program.add_subcommand("train", "Train a model and write it to a file; Ctrl-C keeps the best so far.");
  app.footer("standfast train spam:train --sensitive spam --preset spam -o spam.safetensors");
  add_what(app, command);
  add_model(app, command);
  add_conv(app, command);
  add_optimiser(app, command);
  add_certificate(app, command);
  add_threshold(app, command);
  add_machine(app, command);
  app.callback([command, &chosen] { chosen = [command] { return run_train(*command); }; });
}

}  // namespace standfast::cli
