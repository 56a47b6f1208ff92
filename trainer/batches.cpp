// Seeded batch order and image moves: all randomness of a pass comes from one stream, in the order of the rows.
#include "trainer/batches.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace standfast::trainer {

Batches::Batches(const TrainingData& data, std::size_t batch_size, std::int64_t crop, bool flip, std::uint64_t seed)
    : data_(data),
      batch_size_(std::min(batch_size, data.train.count())),
      crop_(crop),
      flip_(flip),
      random_(seed),
      order_(data.train.count()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
}

std::size_t Batches::per_epoch() const { return (order_.size() + batch_size_ - 1) / batch_size_; }

void Batches::shuffle() {
  random_.shuffle(std::span(order_));
  position_ = 0;
}

const Batch& Batches::next() {
  const std::size_t dim = data_.background.size();
  const std::size_t count = std::min(batch_size_, order_.size() - position_);
  batch_.features.resize(data_.is_text() ? 0 : count * dim);
  batch_.labels.resize(count);
  batch_.words.clear();
  batch_.begin.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = order_[position_ + i];
    batch_.labels[i] = data_.train.labels[row];
    if (data_.is_text())
      copy_words(row);
    else
      copy_row(row, batch_.features.data() + i * dim);
  }
  position_ += count;
  return batch_;
}

void Batches::copy_words(std::size_t row) {
  const auto words = data_.train.words.row(row);
  batch_.begin.push_back(static_cast<std::int64_t>(batch_.words.size()));
  batch_.words.insert(batch_.words.end(), words.begin(), words.end());
}

void Batches::copy_row(std::size_t row, float* out) {
  const std::size_t dim = data_.background.size();
  const float* values = data_.train.features.data() + row * dim;
  if (crop_ == 0 && !flip_) {
    std::copy_n(values, dim, out);
    return;
  }
  const auto moves = static_cast<std::uint64_t>(2 * crop_ + 1);
  const auto down = static_cast<std::int64_t>(random_.below(moves)) - crop_;
  const auto right = static_cast<std::int64_t>(random_.below(moves)) - crop_;
  copy_moved(values, down, right, flip_ && random_.below(2) == 1, out);
}

void Batches::copy_moved(const float* image, std::int64_t down, std::int64_t right, bool mirror, float* out) const {
  const std::int64_t channels = data_.feature_shape[0];
  const std::int64_t height = data_.feature_shape[1];
  const std::int64_t width = data_.feature_shape[2];
  for (std::int64_t row = 0; row < channels * height; ++row) {
    const std::int64_t channel = row / height;
    const std::int64_t from_y = row % height - down;
    const float outside = data_.background[static_cast<std::size_t>(channel * height * width)];
    const float* line = image + (channel * height + from_y) * width;
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t from_x = (mirror ? width - 1 - x : x) - right;
      const bool inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
      out[row * width + x] = inside ? line[from_x] : outside;
    }
  }
}

}  // namespace standfast::trainer
