// standfast man: the manual page, rendered from the option table.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "cli/try.hpp"

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
    } else if (c == '`') {
      escaped += "\\(ga";
    } else {
      escaped += c;
    }
  }
  if (!escaped.empty() && (escaped.front() == '.' || escaped.front() == '\'')) escaped.insert(0, "\\&");
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

/// The options under their titles, which are left out where there is one only.
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

std::string man_page(const CommandEntry& program) {
  std::string text = ".TH STANDFAST 1 \"\" \"standfast " STANDFAST_VERSION "\" \"User Commands\"\n";
  text += fmt::format(".SH NAME\nstandfast \\- {}\n", roff(program.summary));
  text += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(program.usage()));
  text +=
      ".SH DESCRIPTION\n"
      "Trains binary classifiers and gives every alarm a radius: how far an attacker must move the input, in the "
      "features\\(aq own units, before the verdict can change.\n"
      "Results go to standard output, messages to standard error.\n";
  text += ".SH OPTIONS\n" + entries(program.options);
  text += ".SH COMMANDS\n" + command_sections(program);
  text +=
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nA property that was asked about does not hold.\n"
      ".TP\n2\nBad usage or bad input.\n.TP\n3\nAn internal error.\n"
      ".SH ENVIRONMENT\n.TP\nSTANDFAST_TRAIN_PROGRAM\nThe trainer to run; otherwise standfast\\-train is looked for "
      "beside the program, in ../libexec/standfast and in PATH.\n";
  return text;
}

}  // namespace

void add_man(CLI::App& program, Action& chosen) {
  CLI::App& app = *program.add_subcommand("man", "Write this program's manual page to stdout.");
  app.footer("standfast man > standfast.1");
  app.callback([&program, &chosen] {
    chosen = [&program]() -> Result<int> {
      CLI_CHECK(write_stdout(man_page(describe(program))));
      return kDone;
    };
  });
}

}  // namespace standfast::cli
