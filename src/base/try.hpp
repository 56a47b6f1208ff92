// Early return for Result: the value, or the caller's own return of the error.
#pragma once

#include <utility>

#include "standfast/result.hpp"

#define STANDFAST_CONCAT_INNER(a, b) a##b
#define STANDFAST_CONCAT(a, b) STANDFAST_CONCAT_INNER(a, b)

/// STANDFAST_TRY(auto model, load(path)): declares `model`, or returns load's error.
#define STANDFAST_TRY(declaration, expression) \
  STANDFAST_TRY_INNER(declaration, expression, STANDFAST_CONCAT(standfast_result_, __LINE__))
#define STANDFAST_TRY_INNER(declaration, expression, result) \
  auto result = (expression);                                \
  if (!result.ok()) return result.error();                   \
  declaration = std::move(result).value()

/// STANDFAST_CHECK(status): returns its error, if it has one.
#define STANDFAST_CHECK(expression) \
  if (auto standfast_status = (expression); !standfast_status.ok()) return standfast_status.error()
