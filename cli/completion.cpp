// standfast completion: what bash, zsh and fish need to complete a command line, rendered from the option table.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "cli/try.hpp"

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
std::string find_words(const std::vector<CommandEntry>& commands) {
  return "  local reached=standfast word\n"
         "  for word in \"${before[@]}\"; do\n"
         "    case \"$reached $word\" in\n      " +
         command_patterns(commands) +
         ") reached=\"$reached $word\" ;;\n    esac\n  done\n"
         "  case \"$reached $previous\" in\n" +
         option_cases(commands) + "    *)\n  case \"$reached\" in\n" + command_cases(commands) + "  esac ;;\n  esac\n";
}

std::string bash_completion(const CommandEntry& program) {
  return "# bash completion for standfast; made by `standfast completion bash`\n"
         "_standfast() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local offers='' before=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n" +
         find_words(all_commands(program)) +
         "  COMPREPLY=($(compgen -W \"$offers\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _standfast standfast\n";
}

std::string zsh_completion(const CommandEntry& program) {
  return "#compdef standfast\n# zsh completion for standfast; made by `standfast completion zsh`\n"
         "_standfast() {\n"
         "  local previous=\"${words[CURRENT-1]}\" offers=''\n"
         "  local -a before=(\"${(@)words[2,CURRENT-1]}\")\n" +
         find_words(all_commands(program)) +
         "  compadd -- ${=offers}\n"
         "  _files\n"
         "}\n"
         // the file is either run as the function itself, found in fpath, or read from a start-up file
         "if [[ \"${funcstack[1]}\" = _standfast ]]; then _standfast \"$@\"; else compdef _standfast standfast; fi\n";
}

/// The commands that must have been typed for a rule of fish to apply.
std::string fish_condition(const CommandEntry& command) {
  std::string condition;
  std::string path = command.path.substr(std::string("standfast").size());
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
  std::string text = "# fish completion for standfast; made by `standfast completion fish`\n";
  for (const auto& command : all_commands(program)) {
    const std::string start = "complete -c standfast -n " + quoted(fish_condition(command));
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

void add_completion(CLI::App& program, Action& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App& app = *program.add_subcommand("completion", "Write the completion script of a shell to stdout.");
  app.footer("standfast completion bash > standfast.bash");
  add_choice(app, "SHELL", *shell,
             {{"bash", "the Bourne again shell"}, {"zsh", "the Z shell"}, {"fish", "the friendly interactive shell"}},
             "The shell.")
      ->required();
  app.callback([shell, &program, &chosen] {
    chosen = [shell, &program]() -> Result<int> {
      const CommandEntry table = describe(program);
      const std::string text = *shell == "bash"  ? bash_completion(table)
                               : *shell == "zsh" ? zsh_completion(table)
                                                 : fish_completion(table);
      CLI_CHECK(write_stdout(text));
      return kDone;
    };
  });
}

}  // namespace standfast::cli
