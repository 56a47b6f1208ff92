// The words whose arrival or removal lowers a linear score the most: what training on words holds against the network.
// An error here costs accuracy, never soundness.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace standfast::trainer {

/// How many words an alarm is to stay certified for; 0 asks for none. They grow from 0 to their full size, so that they
/// need not be whole numbers.
struct WordRadii {
  double changed = 0;  ///< Words added or removed.
  double added = 0;    ///< Words added only.

  [[nodiscard]] bool any() const { return changed > 0 || added > 0; }
};

/// What may happen to the words of a message.
enum class WordChanges { kAddedOrRemoved, kAdded };

struct WordMove {
  std::int64_t word;
  float change;  ///< 1 if the word is added, -1 if it is removed; a share of that for the last one.
};

/// Finds the `radius` words whose changes lower the score by most in sum. A radius between two whole numbers takes a
/// share of the last one.
class WordMoves {
 public:
  /// The moves of one message, each of which lowers its score: the steepest ones, in no order.
  ///
  /// Shape: slopes has the slope of each word; `present` holds the words of the message, ascending.
  /// Cost: one pass over the slopes. The result is valid until the next call.
  std::span<const WordMove> find(std::span<const float> slopes, std::span<const std::int64_t> present, double radius,
                                 WordChanges allowed);

 private:
  struct Gain {
    float gain;
    std::int64_t word;
    float change;
  };
  void offer(float gain, std::int64_t word, float change, std::size_t most);

  std::vector<Gain> best_;  // a heap, the smallest gain on top
  std::vector<WordMove> moves_;
};

}  // namespace standfast::trainer
