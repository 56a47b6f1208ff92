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

/// One of the words that an option takes.
struct Choice {
  std::string word;     ///< The word as it is typed.
  std::string meaning;  ///< What it does, in a line without a full stop.
};

struct OptionEntry {
  std::vector<std::string> names;  ///< "-o", "--output"; one bare name for an argument such as "DATA".
  std::string value;               ///< The placeholder, such as "FILE"; empty for a switch.
  std::string help;                ///< One sentence.
  std::vector<Choice> choices;     ///< The only words that the option takes; empty for any.
  std::string default_text;        ///< Empty if there is none.
  std::string group;               ///< The title that the option stands under.
  bool required = false;

  /// The words of the choices.
  [[nodiscard]] std::vector<std::string> words() const;
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

  /// The options under their titles, in the order of the table. "Options" if there is one title only.
  struct Group {
    std::string title;
    std::vector<OptionEntry> options;
  };
  [[nodiscard]] std::vector<Group> groups() const;
  /// "standfast certify [OPTIONS] MODEL DATA".
  [[nodiscard]] std::string usage() const;
};

/// Reads the parser's own table. Cost: walks the tree once.
CommandEntry describe_command(const CLI::App& app);

/// Adds an option whose value is one of the words in `choices`. Its placeholder is the end of its name: METHOD.
CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target, const std::vector<Choice>& choices,
                        const std::string& help);
/// Makes such an option of one that the parser already has.
CLI::Option* only_choices(CLI::Option* option, const std::vector<Choice>& choices);

/// Options that are added from here on stand under this title.
void start_group(CLI::App& app, const std::string& title);

/// Lets every option of the tree take exactly one word, with commas if it holds a list, and every switch none: no
/// option eats the arguments behind it. To be called once the table is complete.
void take_one_word_each(CLI::App& app);

/// Lets the option take digits only: the parser itself would read -3 as a huge unsigned number.
CLI::Option* only_digits(CLI::Option* option);
/// Lets the option take numbers only.
CLI::Option* only_numbers(CLI::Option* option);

}  // namespace standfast::cli
