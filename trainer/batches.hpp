// Training rows in seeded random order, copied batch by batch, images shifted and mirrored on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "trainer/prepare.hpp"

namespace standfast::trainer {

/// Of messages the words stand in the place of features: those of message i begin at words[begin[i]].
struct Batch {
  std::vector<float> features;           ///< (count, dim of u), or empty.
  std::vector<float> labels;             ///< (count).
  std::vector<std::int64_t> words = {};  ///< The words of one message after the other, each message's ascending.
  std::vector<std::int64_t> begin = {};  ///< (count).

  [[nodiscard]] std::size_t count() const { return labels.size(); }
  /// The words of message i, ascending. Requires: i < begin.size().
  [[nodiscard]] std::span<const std::int64_t> words_of(std::size_t i) const {
    const auto first = static_cast<std::size_t>(begin[i]);
    const std::size_t last = i + 1 < begin.size() ? static_cast<std::size_t>(begin[i + 1]) : words.size();
    return std::span(words).subspan(first, last - first);
  }
};

/// One pass over the training rows after the other, each in a new order. The data must outlive it.
///
/// Shifts and mirror images act on u = phi(x): the map is the same for all pixels of a channel, so that this equals
/// the map of the moved image; pixels that come in from outside are 0 in x.
class Batches {
 public:
  Batches(const TrainingData& data, std::size_t batch_size, std::int64_t crop, bool flip, std::uint64_t seed);

  [[nodiscard]] std::size_t per_epoch() const;
  /// Starts a new pass in a new order.
  void shuffle();
  /// The next batch of the pass; the last one may be smaller.
  const Batch& next();

 private:
  void copy_words(std::size_t row);
  void copy_row(std::size_t row, float* out);
  void copy_moved(const float* image, std::int64_t down, std::int64_t right, bool mirror, float* out) const;

  const TrainingData& data_;
  std::size_t batch_size_;
  std::int64_t crop_;
  bool flip_;
  Random random_;
  std::vector<std::size_t> order_;
  std::size_t position_ = 0;
  Batch batch_;
};

}  // namespace standfast::trainer
