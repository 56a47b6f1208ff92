// One pass over the vocabulary with a heap of the best moves so far. In words of random slopes the heap changes about
// radius * log(words) times, so that the pass costs little more than one comparison per word.
#include "trainer/words/word_moves.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace standfast::trainer {

void WordMoves::offer(float gain, std::int64_t word, float change, std::size_t most) {
  const auto later = [](const Gain& a, const Gain& b) { return a.gain > b.gain; };
  if (best_.size() == most) {
    std::ranges::pop_heap(best_, later);
    best_.pop_back();
  }
  best_.push_back({gain, word, change});
  std::ranges::push_heap(best_, later);
}

std::span<const WordMove> WordMoves::find(std::span<const float> slopes, std::span<const std::int64_t> present,
                                          double radius, WordChanges allowed) {
  best_.clear();
  moves_.clear();
  const auto most = static_cast<std::size_t>(std::min(std::ceil(radius), static_cast<double>(slopes.size())));
  if (most == 0) return moves_;
  const auto helps = [&](float gain) { return gain > (best_.size() == most ? best_.front().gain : 0.0F); };
  const auto count = static_cast<std::int64_t>(slopes.size());
  std::int64_t first = 0;
  for (std::size_t i = 0; i <= present.size(); ++i) {
    // a stretch of words that the message does not have, and then one that it has
    const std::int64_t last = i < present.size() ? present[i] : count;
    for (std::int64_t word = first; word < last; ++word)
      if (const float gain = -slopes[static_cast<std::size_t>(word)]; helps(gain)) offer(gain, word, 1, most);
    first = last + 1;
    if (last == count || allowed == WordChanges::kAdded) continue;
    if (const float gain = slopes[static_cast<std::size_t>(last)]; helps(gain)) offer(gain, last, -1, most);
  }
  // the share is that of the smallest gain; if there are fewer moves than the radius has words, all are whole
  const auto share = static_cast<float>(radius - std::floor(radius));
  for (std::size_t i = 0; i < best_.size(); ++i) {
    const bool partly = i == 0 && share > 0 && best_.size() == most && radius < static_cast<double>(slopes.size());
    moves_.push_back({best_[i].word, partly ? share * best_[i].change : best_[i].change});
  }
  return moves_;
}

}  // namespace standfast::trainer
