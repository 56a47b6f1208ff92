// The parser throws one class per kind of mistake, each with an English sentence of its own around the option's name.
// The class decides what we say; of the parser's sentence we take the name alone, which it puts first.
#include "cli/terminal/parse_errors.hpp"

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/option_table.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

/// The subcommand that the words reached.
const CLI::App& deepest_command(const CLI::App& program) {
  const CLI::App* app = &program;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

/// ", did you mean X?" for the closest of the names, if one is close.
std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
  const std::string closest = closest_name(word, names);
  return closest.empty() ? "" : fmt::format(", did you mean {}?", closest);
}

/// Words that belong to nothing. An unknown option comes first: the words behind it may be its own.
std::string left_over(const CommandEntry& command, const std::vector<std::string>& words) {
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word.front() == '-'; };
  const auto option = std::ranges::find_if(words, is_option);
  if (option != words.end()) {
    std::vector<std::string> names;
    for (const auto& entry : command.options) names.insert(names.end(), entry.names.begin(), entry.names.end());
    const std::string name = option->substr(0, option->find('='));
    return fmt::format("'{}' is not an option of `{}`{}", name, command.path, suggestion(name, names));
  }
  if (words.empty()) return "too many words";
  if (command.arguments.empty())
    return fmt::format("'{}' is left over: `{}` takes options only", words.front(), command.path);
  std::vector<std::string> arguments;
  for (const auto& argument : command.arguments) arguments.push_back(argument.names.front());
  return fmt::format("'{}' is left over: `{}` takes {}", words.front(), command.path, fmt::join(arguments, " "));
}

std::string missing_command(const CommandEntry& command, const std::vector<std::string>& words) {
  if (words.empty()) return "no command is given";
  if (words.front().starts_with('-')) return left_over(command, words);
  std::vector<std::string> names;
  for (const auto& child : command.commands) names.push_back(child.name);
  return fmt::format("'{}' is not a command{}", words.front(), suggestion(words.front(), names));
}

/// The option that the parser's sentence starts with or speaks of.
const OptionEntry* option_in(const CommandEntry& command, const std::string& sentence) {
  const OptionEntry* found = nullptr;
  std::size_t first = std::string::npos;
  for (const auto* table : {&command.options, &command.arguments})
    for (const auto& entry : *table) {
      const std::string& name = entry.names.back();
      const auto at = (" " + sentence + " ").find(" " + name);
      if (at == std::string::npos || at > first) continue;
      // of --threads and --threat the longer name that fits
      if (at == first && found != nullptr && found->names.back().size() > name.size()) continue;
      first = at;
      found = &entry;
    }
  return found;
}

/// The word behind the last blank of a sentence.
std::string last_word(const std::string& sentence) { return sentence.substr(sentence.rfind(' ') + 1); }

std::string wrong_count(const OptionEntry& option, const std::string& sentence) {
  const std::string& name = option.names.back();
  if (sentence.ends_with("missing")) return fmt::format("{}: its value is missing, expected {}", name, option.value);
  return fmt::format("{}: it is given more than once", name);
}

std::string sentence_for(const CLI::App& app, const CommandEntry& command, const CLI::ParseError& error) {
  std::string sentence = error.what();
  const auto is = [&](auto* kind) { return dynamic_cast<decltype(kind)>(&error) != nullptr; };
  const bool needs_command =
      is(static_cast<const CLI::RequiredError*>(nullptr)) && sentence == "A subcommand is required";
  if (needs_command) return missing_command(command, app.remaining());
  if (is(static_cast<const CLI::ExtrasError*>(nullptr))) return left_over(command, app.remaining());
  // of a switch the parser names neither the dashes nor the value
  if (sentence.ends_with(" flag override"))
    return fmt::format("--{}: it is a switch and takes no value", sentence.substr(0, sentence.find(' ')));
  const OptionEntry* option = option_in(command, sentence);
  if (option == nullptr) return sentence;
  const std::string& name = option->names.back();
  if (is(static_cast<const CLI::RequiredError*>(nullptr))) return fmt::format("{} is required", name);
  if (is(static_cast<const CLI::ExcludesError*>(nullptr)))
    return fmt::format("{}, {}: expected one of the two", name, last_word(sentence));
  if (is(static_cast<const CLI::RequiresError*>(nullptr)))
    return fmt::format("{}: it needs {} beside it", name, last_word(sentence));
  if (is(static_cast<const CLI::ArgumentMismatch*>(nullptr))) return wrong_count(*option, sentence);
  if (is(static_cast<const CLI::ConversionError*>(nullptr)))
    return fmt::format("{}: '{}' is out of range", name, last_word(sentence));
  return sentence;  // a check of ours, in our words
}

}  // namespace

std::string parse_error_text(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& app = deepest_command(program);
  const CommandEntry command = describe_command(app);
  return fmt::format("{} (`{} --help` shows what is possible)", sentence_for(app, command, error), command.path);
}

}  // namespace standfast::cli
