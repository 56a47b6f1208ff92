// Early return for a Status: base/try.hpp's macro names its variable as the C header names its type.
#pragma once

#include "base/try.hpp"

/// CAPI_CHECK(status): returns its error, if it has one.
#define CAPI_CHECK(expression) \
  if (const auto capi_checked = (expression); !capi_checked.ok()) return capi_checked.error()
