// Early return for Result in the program's own code; the library's macros are not part of its public API.
#pragma once

#include <utility>

#include "standfast/result.hpp"

#define STANDFAST_CLI_CONCAT_INNER(a, b) a##b
#define STANDFAST_CLI_CONCAT(a, b) STANDFAST_CLI_CONCAT_INNER(a, b)

/// CLI_TRY(auto model, load(path)): declares `model`, or returns load's error.
#define CLI_TRY(declaration, expression) \
  CLI_TRY_INNER(declaration, expression, STANDFAST_CLI_CONCAT(cli_result_, __LINE__))
#define CLI_TRY_INNER(declaration, expression, result) \
  auto result = (expression);                          \
  if (!result.ok()) return result.error();             \
  declaration = std::move(result).value()

/// CLI_CHECK(status): returns its error, if it has one.
#define CLI_CHECK(expression) \
  if (auto cli_status = (expression); !cli_status.ok()) return cli_status.error()
