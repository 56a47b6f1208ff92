// What is wrong with a command line, in our own words.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace standfast::cli {

/// One sentence: what was found, what was expected, and in brackets which --help to read.
std::string parse_error_text(const CLI::App& program, const CLI::ParseError& error);

}  // namespace standfast::cli
