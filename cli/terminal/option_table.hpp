// The option table as plain data: help, man page and completions are all rendered from it, and it is read from the
// parser.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace standfast::cli {

struct OptionEntry {
  std::vector<std::string> names;  ///< "-o", "--output"; one bare name for an argument such as "DATA".
  std::string value;               ///< Placeholder ("FILE") or choices ("bash|zsh|fish"); empty for a switch.
  std::string help;                ///< One sentence.
  std::string default_text;        ///< Empty where there is none.
  bool required = false;

  /// The allowed words, where the value is a choice.
  [[nodiscard]] std::vector<std::string> choices() const;
  /// "-o, --output FILE".
  [[nodiscard]] std::string signature() const;
};

struct CommandEntry {
  std::string path;     ///< "standfast data info".
  std::string name;     ///< "info".
  std::string summary;  ///< One sentence.
  std::string example;  ///< A command line that works as it stands.
  std::vector<OptionEntry> arguments;
  std::vector<OptionEntry> options;
  std::vector<CommandEntry> commands;

  /// "standfast certify [OPTIONS] MODEL DATA".
  [[nodiscard]] std::string usage() const;
};

/// Reads the parser's own table. Cost: walks the tree once.
CommandEntry describe(const CLI::App& app);

/// Adds an option whose value is one of the words in `choices` ("a|b|c"); the same text is its placeholder.
CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target, const std::string& choices,
                        const std::string& help);

/// Lets the option take digits only: the parser itself would read -3 as a huge unsigned number.
CLI::Option* only_digits(CLI::Option* option);

}  // namespace standfast::cli
