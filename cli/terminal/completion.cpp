// The subcommand `completion`: what bash, zsh and fish need to complete a command line, rendered from the option table.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/program.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// Every command of the tree, parents first.
void collect(const CommandEntry& command, std::vector<CommandEntry>& all) {
  all.push_back(command);
  for (const auto& child : command.commands) collect(child, all);
}

std::vector<CommandEntry> all_commands(const CommandEntry& program) {
  std::vector<CommandEntry> all;
  collect(program, all);
  return all;
}

/// 'text' for a shell, whatever is in it.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// Words that may follow a command: its subcommands, its options and the choices of its arguments.
std::string words_after(const CommandEntry& command) {
  std::vector<std::string> words;
  for (const auto& child : command.commands) words.push_back(child.name);
  for (const auto& argument : command.arguments)
    for (const auto& choice : argument.choices) words.push_back(choice.word);
  for (const auto& option : command.options) words.insert(words.end(), option.names.begin(), option.names.end());
  return fmt::format("{}", fmt::join(words, " "));
}

/// "path" and "path option" as patterns of a case statement, with the words that may follow each.
std::string option_cases(const std::vector<CommandEntry>& commands) {
  std::string text;
  for (const auto& command : commands) {
    for (const auto& option : command.options)
      for (const auto& name : option.names)
        if (const auto choices = option.words(); !choices.empty())
          text += fmt::format("    {}) offers={} ;;\n", quoted(command.path + " " + name),
                              quoted(fmt::format("{}", fmt::join(choices, " "))));
        else if (!option.value.empty())
          text += fmt::format("    {}) offers='' ;;\n", quoted(command.path + " " + name));
  }
  return text;
}

std::string command_cases(const std::vector<CommandEntry>& commands) {
  std::string text;
  for (const auto& command : commands)
    text += fmt::format("    {}) offers={} ;;\n", quoted(command.path), quoted(words_after(command)));
  return text;
}

std::string command_patterns(const std::vector<CommandEntry>& commands) {
  std::vector<std::string> patterns;
  patterns.reserve(commands.size());
  for (const auto& command : commands) patterns.push_back(quoted(command.path));
  return fmt::format("{}", fmt::join(patterns, "|"));
}

/// Shell code that sets `offers` from `before` and `previous`; bash and zsh differ only in how they ask and answer.
std::string find_words(const CommandEntry& program) {
  const auto commands = all_commands(program);
  return "  local reached=" + program.name +
         " word\n"
         "  for word in \"${before[@]}\"; do\n"
         "    case \"$reached $word\" in\n      " +
         command_patterns(commands) +
         ") reached=\"$reached $word\" ;;\n    esac\n  done\n"
         "  case \"$reached $previous\" in\n" +
         option_cases(commands) + "    *)\n  case \"$reached\" in\n" + command_cases(commands) + "  esac ;;\n  esac\n";
}

/// "# bash completion for standfast; made by `standfast completion bash`".
std::string origin(const CommandEntry& program, const std::string& shell) {
  return fmt::format("# {1} completion for {0}; made by `{0} completion {1}`\n", program.name, shell);
}

std::string bash_completion(const CommandEntry& program) {
  return origin(program, "bash") + "_" + program.name +
         "() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local offers='' before=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n" +
         find_words(program) +
         "  COMPREPLY=($(compgen -W \"$offers\" -- \"$current\"))\n"
         "}\n" +
         fmt::format("complete -o default -F _{0} {0}\n", program.name);
}

std::string zsh_completion(const CommandEntry& program) {
  return fmt::format("#compdef {}\n", program.name) + origin(program, "zsh") + "_" + program.name +
         "() {\n"
         "  local previous=\"${words[CURRENT-1]}\" offers=''\n"
         "  local -a before=(\"${(@)words[2,CURRENT-1]}\")\n" +
         find_words(program) +
         "  compadd -- ${=offers}\n"
         "  _files\n"
         "}\n" +
         // the file is either run as the function itself, found in fpath, or read from a start-up file
         fmt::format("if [[ \"${{funcstack[1]}}\" = _{0} ]]; then _{0} \"$@\"; else compdef _{0} {0}; fi\n",
                     program.name);
}

/// The commands that must have been typed for a rule of fish to apply.
std::string fish_condition(const CommandEntry& program, const CommandEntry& command) {
  std::string condition;
  const std::string path = command.path.substr(program.path.size());
  for (const auto& word : CLI::detail::split(path, ' '))
    if (!word.empty())
      condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
  if (!command.commands.empty()) {
    std::vector<std::string> names;
    for (const auto& child : command.commands) names.push_back(child.name);
    condition +=
        fmt::format("{}not __fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", fmt::join(names, " "));
  }
  return condition;
}

std::string fish_option(const std::string& start, const OptionEntry& option) {
  std::string text = start;
  for (const auto& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.value.empty()) text += option.choices.empty() ? " -r" : " -x";
  if (const auto choices = option.words(); !choices.empty())
    text += " -a " + quoted(fmt::format("{}", fmt::join(choices, " ")));
  return text + " -d " + quoted(option.help) + "\n";
}

std::string fish_completion(const CommandEntry& program) {
  std::string text = origin(program, "fish");
  for (const auto& command : all_commands(program)) {
    const std::string start =
        fmt::format("complete -c {} -n {}", program.name, quoted(fish_condition(program, command)));
    for (const auto& child : command.commands)
      text += fmt::format("{} -a {} -d {}\n", start, child.name, quoted(child.summary));
    for (const auto& argument : command.arguments)
      for (const auto& choice : argument.choices)
        text += fmt::format("{} -a {} -d {}\n", start, choice.word, quoted(choice.meaning));
    for (const auto& option : command.options) text += fish_option(start, option);
  }
  return text;
}

}  // namespace

void add_completion(const Program& program, CLI::App& parser, Action& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App& app = *parser.add_subcommand("completion", "Write the completion script of a shell to stdout.");
  app.footer(fmt::format("{0} completion bash > {0}.bash", program.name));
  add_choice(app, "SHELL", *shell,
             {{"bash", "the Bourne again shell"}, {"zsh", "the Z shell"}, {"fish", "the friendly interactive shell"}},
             "The shell.")
      ->required();
  app.callback([shell, &parser, &chosen] {
    chosen = [shell, &parser]() -> Result<int> {
      const CommandEntry table = describe_command(parser);
      const std::string text = *shell == "bash"  ? bash_completion(table)
                               : *shell == "zsh" ? zsh_completion(table)
                                                 : fish_completion(table);
      CLI_CHECK(write_stdout(text));
      return kDone;
    };
  });
}

}  // namespace standfast::cli
