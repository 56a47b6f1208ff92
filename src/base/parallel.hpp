// Work spread over threads so that the result does not depend on how many there are.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace standfast {

/// Calls body(begin, end) on disjoint ranges that cover [0, count), each at most `grain` long.
///
/// Requires: what body does for an index does not depend on the range it came in. threads == 0: one per core.
/// Threads that the system cannot start are done without. An exception in body is rethrown in the caller, after all
/// threads have ended.
void parallel_for(std::size_t count, std::size_t grain, std::size_t threads,
                  const std::function<void(std::size_t begin, std::size_t end)>& body);

/// Starts up to `count` threads that run `work`. Fewer, or none, if the system has no more to give (a limit on
/// processes, of a user or of a container): the caller works too, and needs no more than that.
std::vector<std::jthread> start_threads(std::size_t count, const std::function<void()>& work);

/// Threads that `requested` stands for: itself, or the number of cores for 0.
std::size_t resolve_threads(std::size_t requested);

}  // namespace standfast
