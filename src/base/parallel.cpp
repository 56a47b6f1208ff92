// Threads draw the next range from one atomic counter, so that a slow range holds nobody else up. The first exception
// stops the drawing and is rethrown once all threads have ended.
#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>

namespace standfast {

std::size_t resolve_threads(std::size_t requested) {
  if (requested > 0) return requested;
  return std::max(1U, std::thread::hardware_concurrency());
}

std::vector<std::jthread> start_threads(std::size_t count, const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  try {
    while (threads.size() < count) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // a thread that cannot be started is the only thing that throws so here
  }
  return threads;
}

void parallel_for(std::size_t count, std::size_t grain, std::size_t threads,
                  const std::function<void(std::size_t, std::size_t)>& body) {
  grain = std::max<std::size_t>(grain, 1);
  const std::size_t ranges = (count + grain - 1) / grain;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;

  const auto work = [&] {
    try {
      for (std::size_t range = next++; range < ranges; range = next++) {
        body(range * grain, std::min(count, (range + 1) * grain));
      }
    } catch (...) {
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = ranges;
    }
  };

  const std::size_t helpers = std::min(resolve_threads(threads), ranges);
  std::vector<std::jthread> pool;
  if (helpers > 1) pool = start_threads(helpers - 1, work);
  work();
  pool.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace standfast
