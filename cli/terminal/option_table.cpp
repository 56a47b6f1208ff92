// Reads CLI11's tree of commands and options into plain data.
#include "cli/terminal/option_table.hpp"

#include <algorithm>
#include <cctype>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace standfast::cli {
namespace {

std::vector<std::string> split_choices(const std::string& text) { return CLI::detail::split(text, '|'); }

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
  entry.help = option.get_description();
  entry.default_text = option.get_default_str();
  entry.required = option.get_required();
  return entry;
}

}  // namespace

std::vector<std::string> OptionEntry::choices() const {
  return value.find('|') == std::string::npos ? std::vector<std::string>{} : split_choices(value);
}

std::string OptionEntry::signature() const {
  const std::string joined = fmt::format("{}", fmt::join(names, ", "));
  const bool is_argument = !joined.starts_with('-');
  return value.empty() || is_argument ? joined : joined + " " + value;
}

std::string CommandEntry::usage() const {
  std::string text = path + " [OPTIONS]";
  for (const auto& argument : arguments) text += " " + argument.signature();
  // a required option belongs to the shortest command line that works
  for (const auto& option : options)
    if (option.required) text += " " + option.names.back() + " " + option.value;
  if (!commands.empty()) text += " COMMAND";
  return text;
}

CommandEntry describe(const CLI::App& app) {
  CommandEntry command;
  command.path = path_of(app);
  command.name = app.get_name();
  command.summary = app.get_description();
  command.example = app.get_footer();
  for (const CLI::Option* option : app.get_options(std::function<bool(const CLI::Option*)>{}))
    (option->get_positional() ? command.arguments : command.options).push_back(entry_of(*option));
  for (const CLI::App* child : app.get_subcommands(std::function<bool(const CLI::App*)>{}))
    command.commands.push_back(describe(*child));
  return command;
}

CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target, const std::string& choices,
                        const std::string& help) {
  const std::vector<std::string> allowed = split_choices(choices);
  const auto check = [allowed](std::string& given) {
    if (std::ranges::find(allowed, given) != allowed.end()) return std::string();
    return fmt::format("'{}' is not one of {}", given, fmt::join(allowed, ", "));
  };
  CLI::Option* option = app.add_option(name, target, help)->type_name(choices);
  if (!target.empty()) option->default_str(target);
  return option->check(CLI::Validator(check, ""));
}

CLI::Option* only_digits(CLI::Option* option) {
  const auto check = [](std::string& given) {
    const bool digits = !given.empty() && std::ranges::all_of(given, [](unsigned char c) { return std::isdigit(c); });
    return digits ? std::string() : fmt::format("'{}' is not a whole number", given);
  };
  return option->check(CLI::Validator(check, ""));
}

}  // namespace standfast::cli
