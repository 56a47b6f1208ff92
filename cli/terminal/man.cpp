// The subcommand `man`: the program's manual page, rendered from its option table.
#include <algorithm>
#include <cctype>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/program.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// Text that troff prints as it is: no escape, no control line, and dashes that can be searched for and copied.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else if (c == '`') {
      escaped += "\\(ga";
    } else {
      escaped += c;
    }
  }
  if (escaped.starts_with('.')) escaped.insert(0, "\\&");
  return escaped;
}

std::string entries(const std::vector<OptionEntry>& table) {
  std::string text;
  for (const auto& entry : table) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(entry.signature()), roff(entry.help));
    if (!entry.default_text.empty()) text += fmt::format("Default: {}.\n", roff(entry.default_text));
    if (entry.choices.empty()) continue;
    text += ".RS\n";
    for (const auto& choice : entry.choices)
      text += fmt::format(".TP\n\\fB{}\\fR\n{}.\n", roff(choice.word), roff(choice.meaning));
    text += ".RE\n";
  }
  return text;
}

/// The options under their titles, which are left out if there is only one.
std::string option_groups(const CommandEntry& command) {
  const auto groups = command.groups();
  std::string text;
  for (const auto& group : groups) {
    if (groups.size() > 1) text += fmt::format(".PP\n\\fI{}\\fR\n", roff(group.title));
    text += entries(group.options);
  }
  return text;
}

/// One subsection per command that does something itself, in the order of the table.
std::string command_sections(const CommandEntry& command) {
  std::string text;
  if (command.commands.empty()) {
    text += fmt::format(".SS {}\n{}\n.PP\n.nf\n{}\n.fi\n", roff(command.path), roff(command.summary),
                        roff(command.usage()));
    text += entries(command.arguments) + option_groups(command);
    if (!command.example.empty()) text += fmt::format(".PP\nExample:\n.PP\n.nf\n{}\n.fi\n", roff(command.example));
  }
  for (const auto& child : command.commands) text += command_sections(child);
  return text;
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string variable_entries(const std::vector<VariableEntry>& variables) {
  std::string text;
  for (const auto& variable : variables) text += fmt::format(".TP\n{}\n{}\n", variable.name, roff(variable.help));
  return text;
}

std::string man_page(const Program& program, const CommandEntry& table) {
  std::string text = fmt::format(".TH {} 1 \"\" \"{} " STANDFAST_VERSION "\" \"User Commands\"\n",
                                 roff(upper_case(program.name)), program.name);
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(program.name), roff(table.summary));
  text += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(table.usage()));
  text += fmt::format(".SH DESCRIPTION\n{}\nResults go to standard output, messages to standard error.\n",
                      roff(program.description));
  text += ".SH OPTIONS\n" + entries(table.options);
  text += ".SH COMMANDS\n" + command_sections(table);
  text +=
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nA property that was asked about does not hold.\n"
      ".TP\n2\nBad usage or bad input.\n.TP\n3\nAn internal error.\n"
      ".TP\n128 + N\nStopped by signal N; what was done before is kept.\n";
  return text + ".SH ENVIRONMENT\n" + variable_entries(program.variables);
}

}  // namespace

void add_man(const Program& program, CLI::App& parser, Action& chosen) {
  CLI::App& app = *parser.add_subcommand("man", "Write this program's manual page to stdout.");
  app.footer(fmt::format("{0} man > {0}.1", program.name));
  app.callback([&program, &parser, &chosen] {
    chosen = [&program, &parser]() -> Result<int> {
      CLI_CHECK(write_stdout(man_page(program, describe_command(parser))));
      return kDone;
    };
  });
}

}  // namespace standfast::cli
