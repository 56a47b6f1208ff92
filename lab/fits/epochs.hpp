// What both trained networks share: their settings, when to look whether every input is judged right, when to give up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace standfast::lab {

struct TrainingOptions {
  std::size_t batch = 250;
  std::size_t most_steps = 16000;
  double enough = 0.02;  ///< Every y f is above this at the end: far above what rounding the weights moves.
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  std::function<void(std::size_t right, std::size_t count)> progress;  ///< After each epoch.
};

/// Epochs until the smallest y f of all `inputs` is enough, or `steps` too many; returns how many there were. epoch()
/// returns how many inputs were judged wrong on the way.
template <class Epoch, class SmallestMargin>
std::size_t run_epochs(const TrainingOptions& options, std::size_t inputs, const std::size_t& steps, Epoch epoch,
                       SmallestMargin smallest_margin) {
  std::size_t epochs = 0;
  for (bool fits = false; !fits && steps < options.most_steps;) {
    ++epochs;
    const std::size_t wrong = epoch();
    // an epoch's own count is of weights that have moved since; it says when to look
    fits = wrong * 50 <= inputs && smallest_margin() > options.enough;
    if (options.progress) options.progress(inputs - wrong, inputs);
  }
  return epochs;
}

}  // namespace standfast::lab
