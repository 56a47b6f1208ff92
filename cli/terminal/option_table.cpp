// Reads CLI11's tree of commands and options into plain data.
#include "cli/terminal/option_table.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace standfast::cli {
namespace {

// what the parser itself calls the group of options without one
constexpr const char* kNoGroup = "Options";

// The parser keeps one text per option: the help, then a line for each choice, its word and its meaning.
constexpr char kNextChoice = '\n', kMeaning = '\t';

std::string with_choices(const std::string& help, const std::vector<Choice>& choices) {
  std::string text = help;
  for (const auto& choice : choices) text += kNextChoice + choice.word + kMeaning + choice.meaning;
  return text;
}

void read_description(const std::string& text, OptionEntry& entry) {
  std::vector<std::string> lines = CLI::detail::split(text, kNextChoice);
  entry.help = lines.front();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto end = lines[i].find(kMeaning);
    entry.choices.push_back({lines[i].substr(0, end), lines[i].substr(end + 1)});
  }
}

/// "--feature-map" -> "MAP".
std::string placeholder(const std::string& name) {
  std::string text = name.substr(name.rfind('-') + 1);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// Refuses what does not become a number of this type as a whole.
template <class Number>
CLI::Option* only(CLI::Option* option, const char* kind) {
  const auto check = [kind](std::string& given) {
    Number value{};
    const char* end = given.data() + given.size();
    const auto [stop, error] = std::from_chars(given.data(), end, value);
    if (error == std::errc::result_out_of_range) return fmt::format("'{}' is out of range", given);
    return error == std::errc() && stop == end ? std::string() : fmt::format("'{}' is not {}", given, kind);
  };
  return option->check(CLI::Validator(check, ""));
}

std::string path_of(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  if (option.get_positional()) {
    entry.names.push_back(option.get_name(true, false));
  } else {
    for (const auto& name : option.get_snames()) entry.names.push_back(fmt::format("-{}", name));
    for (const auto& name : option.get_lnames()) entry.names.push_back(fmt::format("--{}", name));
  }
  if (option.get_type_size() != 0) entry.value = option.get_type_name();
  read_description(option.get_description(), entry);
  entry.group = option.get_group();
  entry.default_text = option.get_default_str();
  entry.required = option.get_required();
  return entry;
}

}  // namespace

std::vector<std::string> OptionEntry::words() const {
  std::vector<std::string> all;
  for (const auto& choice : choices) all.push_back(choice.word);
  return all;
}

std::string OptionEntry::signature() const {
  const std::string joined = fmt::format("{}", fmt::join(names, ", "));
  const bool is_argument = !joined.starts_with('-');
  return value.empty() || is_argument ? joined : joined + " " + value;
}

std::string CommandEntry::usage() const {
  std::string text = path + " [OPTIONS]";
  for (const auto& argument : arguments)
    text += argument.required ? " " + argument.signature() : " [" + argument.signature() + "]";
  // a required option belongs to the shortest command line that works
  for (const auto& option : options)
    if (option.required) text += " " + option.names.back() + " " + option.value;
  if (!commands.empty()) text += " COMMAND";
  return text;
}

std::vector<CommandEntry::Group> CommandEntry::groups() const {
  std::vector<Group> named;
  Group rest = {kNoGroup, {}};
  for (const auto& option : options) {
    if (option.group == kNoGroup) {
      rest.options.push_back(option);
      continue;
    }
    auto group = std::ranges::find(named, option.group, &Group::title);
    if (group == named.end()) group = named.insert(named.end(), {option.group, {}});
    group->options.push_back(option);
  }
  if (!named.empty()) rest.title = "Other";
  if (!rest.options.empty()) named.push_back(rest);
  return named;
}

CommandEntry describe_command(const CLI::App& app) {
  CommandEntry command;
  command.path = path_of(app);
  command.name = app.get_name();
  command.summary = app.get_description();
  command.example = app.get_footer();
  for (const CLI::Option* option : app.get_options(std::function<bool(const CLI::Option*)>{}))
    (option->get_positional() ? command.arguments : command.options).push_back(entry_of(*option));
  for (const CLI::App* child : app.get_subcommands(std::function<bool(const CLI::App*)>{}))
    command.commands.push_back(describe_command(*child));
  return command;
}

CLI::Option* only_choices(CLI::Option* option, const std::vector<Choice>& choices) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (const auto& choice : choices) words.push_back(choice.word);
  const auto check = [words](std::string& given) {
    if (std::ranges::find(words, given) != words.end()) return std::string();
    return fmt::format("'{}' is not one of {}", given, fmt::join(words, ", "));
  };
  return option->type_name(placeholder(option->get_name()))
      ->description(with_choices(option->get_description(), choices))
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target, const std::vector<Choice>& choices,
                        const std::string& help) {
  CLI::Option* option = app.add_option(name, target, help);
  if (!target.empty()) option->default_str(target);
  return only_choices(option, choices);
}

void start_group(CLI::App& app, const std::string& title) { app.option_defaults()->group(title); }

void take_one_word_each(CLI::App& app) {
  for (CLI::Option* option : app.get_options(std::function<bool(CLI::Option*)>{})) {
    if (option->get_positional()) continue;
    const bool is_switch = option->get_expected_max() == 0;
    is_switch ? option->disable_flag_override() : option->allow_extra_args(false);
  }
  for (CLI::App* child : app.get_subcommands(std::function<bool(CLI::App*)>{})) take_one_word_each(*child);
}

CLI::Option* only_digits(CLI::Option* option) { return only<std::uint64_t>(option, "a whole number"); }

CLI::Option* only_numbers(CLI::Option* option) { return only<double>(option, "a number"); }

}  // namespace standfast::cli
