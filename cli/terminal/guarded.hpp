// Work that may end in any way (a crash, no memory, no end) without taking the program along.
#pragma once

#include <functional>
#include <string>

#include "standfast/result.hpp"

namespace standfast::cli {

/// Runs `work` in a copy of this process and hands out the text that it makes.
///
/// Requires: no other thread is running. Fails: with the work's own error; kEnvironment if the copy cannot be made,
/// dies, or takes longer than `seconds`, after which it is killed.
Result<std::string> run_guarded(const std::function<Result<std::string>()>& work, int seconds);

}  // namespace standfast::cli
