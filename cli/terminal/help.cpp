// Renders one command of the option table for a terminal.
#include "cli/terminal/help.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace standfast::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kHelpColumn = 32;

std::string entry_line(const std::string& left, const std::string& help) {
  const std::string start = left.size() + 4 <= kHelpColumn ? fmt::format("  {:<{}}", left, kHelpColumn - 2)
                                                           : fmt::format("  {}\n{:{}}", left, "", kHelpColumn);
  return start + wrap(help, kWidth - kHelpColumn, kHelpColumn) + "\n";
}

/// One line per choice, below the option's own help.
std::string choice_lines(const std::vector<Choice>& choices) {
  constexpr std::size_t kIndent = kHelpColumn + 2;
  std::size_t widest = 0;
  for (const auto& choice : choices) widest = std::max(widest, choice.word.size());
  const std::size_t column = kIndent + widest + 2;
  std::string text;
  for (const auto& choice : choices)
    text += fmt::format("{:{}}{:<{}}  {}\n", "", kIndent, choice.word, widest,
                        wrap(choice.meaning, kWidth - column, column));
  return text;
}

std::string section(const std::string& title, const std::vector<OptionEntry>& entries) {
  if (entries.empty()) return {};
  std::string text = "\n" + title + ":\n";
  for (const auto& entry : entries) {
    std::string help = entry.help;
    if (!entry.default_text.empty()) help += fmt::format(" [{}]", entry.default_text);
    text += entry_line(entry.signature(), help) + choice_lines(entry.choices);
  }
  return text;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::istringstream words{std::string(text)};
  std::string wrapped;
  std::size_t used = 0;
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > width) {
      wrapped += "\n" + std::string(indent, ' ');
      used = 0;
    } else if (used > 0) {
      wrapped += ' ';
      ++used;
    }
    wrapped += word;
  }
  return wrapped;
}

std::string help_text(const CommandEntry& command) {
  std::string text = wrap(command.summary, kWidth, 0) + "\n\nUsage: " + command.usage() + "\n";
  text += section("Arguments", command.arguments);
  if (!command.commands.empty()) text += "\nCommands:\n";
  for (const auto& child : command.commands) text += entry_line(child.name, child.summary);
  for (const auto& group : command.groups()) text += section(group.title, group.options);
  if (!command.example.empty()) text += "\nExample:\n  " + command.example + "\n";
  return text;
}

}  // namespace standfast::cli
