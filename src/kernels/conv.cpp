#include "kernels/conv.hpp"

#include <algorithm>
#include <utility>

namespace standfast::kernels {
namespace {

/// Terms at a time: their weights and the part of the image under them fit the L1 cache.
constexpr std::size_t kTapsAtOnce = 160;

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

std::int64_t inside(std::int64_t index, std::int64_t extent) { return index < extent ? index : -1; }

}  // namespace

template <class Reads>
Axis::Axis(std::int64_t positions, std::int64_t elements, Reads&& reads) {
  places_.reserve(static_cast<std::size_t>(positions));
  for (std::int64_t position = 0; position < positions; ++position) {
    Reach reach;
    std::int64_t first = 0, last = 0;
    for (std::int64_t k = 0; k < elements; ++k) {
      const std::int64_t at = reads(position, k);
      if (at < 0) continue;
      const auto element = static_cast<std::uint32_t>(k);
      if (reach.count == 0) {
        reach.kernel = element;
        first = at;
      } else if (reach.count == 1) {
        reach.kernel_step = element - reach.kernel;
        reach.offset_step = static_cast<std::int32_t>(at - first);
      }
      last = at;
      ++reach.count;
    }
    const std::int64_t base = std::min(first, last);
    reach.offset = static_cast<std::uint32_t>(first - base);
    places_.push_back({static_cast<std::size_t>(base), reach});
  }
}

std::size_t Axis::run(std::size_t position, std::size_t& step) const {
  step = 1;
  std::size_t end = position + 1;
  if (end < places_.size() && places_[end].base > places_[position].base) {
    step = places_[end].base - places_[position].base;
  }
  while (end < places_.size() && places_[end].reach == places_[position].reach &&
         places_[end].base == places_[end - 1].base + step) {
    ++end;
  }
  return end - position;
}

Conv::Conv(Axis rows, Axis columns, Panels panels, const Extents& read)
    : rows_(std::move(rows)), columns_(std::move(columns)), panels_(std::move(panels)), read_(read) {}

Conv Conv::forward(const ConvShape& s, std::span<const float> weight) {
  const auto reads = [&s](std::int64_t extent) {
    return [&s, extent](std::int64_t o, std::int64_t k) {
      return inside(o * s.stride + k * s.dilation - s.padding, extent);
    };
  };
  const std::size_t terms = size(s.channels) * size(s.kernel_height) * size(s.kernel_width);
  return {Axis(s.out_height, s.kernel_height, reads(s.height)),
          Axis(s.out_width, s.kernel_width, reads(s.width)),
          Panels::pack(size(s.out_channels), terms,
                       [&](std::size_t row, std::size_t term) { return weight[row * terms + term]; }),
          {size(s.channels), size(s.height), size(s.width), size(s.kernel_height), size(s.kernel_width)}};
}

Conv Conv::backward(const ConvShape& s, std::span<const float> weight) {
  const auto reads = [&s](std::int64_t extent) {
    return [&s, extent](std::int64_t i, std::int64_t k) {
      const std::int64_t scaled = i + s.padding - k * s.dilation;
      return scaled >= 0 && scaled % s.stride == 0 ? inside(scaled / s.stride, extent) : -1;
    };
  };
  const std::size_t kernel = size(s.kernel_height) * size(s.kernel_width);
  const std::size_t channels = size(s.channels);
  return {Axis(s.height, s.kernel_height, reads(s.out_height)),
          Axis(s.width, s.kernel_width, reads(s.out_width)),
          Panels::pack(channels, size(s.out_channels) * kernel,
                       [&](std::size_t row, std::size_t term) {
                         return weight[(term / kernel * channels + row) * kernel + term % kernel];
                       }),
          {size(s.out_channels), size(s.out_height), size(s.out_width), size(s.kernel_height), size(s.kernel_width)}};
}

std::size_t Conv::list_taps(const Axis::Reach& rows, const Axis::Reach& columns, std::span<Tap> taps) const {
  std::size_t count = 0;
  for (std::size_t c = 0; c < read_.channels; ++c) {
    for (std::uint32_t i = 0; i < rows.count; ++i) {
      const std::size_t row =
          c * read_.height + static_cast<std::uint32_t>(rows.offset + i * static_cast<std::uint32_t>(rows.offset_step));
      const std::size_t kernel_row = c * read_.kernel_height + rows.kernel + i * rows.kernel_step;
      auto unit = static_cast<std::uint32_t>(row * read_.width + columns.offset);
      auto term = static_cast<std::uint32_t>(kernel_row * read_.kernel_width + columns.kernel);
      for (std::uint32_t j = 0; j < columns.count; ++j) {
        taps[count++] = {unit, term};
        unit += static_cast<std::uint32_t>(columns.offset_step);  // a step back wraps around, as unsigned sums may
        term += columns.kernel_step;
      }
    }
  }
  return count;
}

void Conv::run(const Kernels& kernels, const Start& start, const float* x, float* y, std::size_t lanes,
               std::span<Tap> taps) const {
  const std::size_t plane = rows_.positions() * columns_.positions();
  const Start later{nullptr, 0, 0};
  for (std::size_t row = 0; row < rows_.positions(); ++row) {
    std::size_t step = 1, length = 0, count = 0;
    for (std::size_t column = 0; column < columns_.positions(); column += length) {
      length = columns_.run(column, step);
      count = list_taps(rows_.reach(row), columns_.reach(column), taps);
      const std::size_t position = row * columns_.positions() + column;
      const float* from = x + (rows_.base(row) * read_.width + columns_.base(column)) * lanes;
      Start first = start;
      if (first.bias != nullptr) first.bias += position * start.position_step;
      const std::size_t parts = std::max<std::size_t>((count + kTapsAtOnce / 2) / kTapsAtOnce, 1);
      for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t begin = count * part / parts, end = count * (part + 1) / parts;
        const Run run{taps.data() + begin, end - begin, length, step, plane};
        const Start& sums = part == 0 ? first : later;
        if (lanes == 1) {
          kernels.taps_one(panels_.product(), sums, run, from, y + position * lanes);
        } else {
          kernels.taps_tile(panels_.product(), sums, run, from, y + position * lanes);
        }
      }
    }
  }
}

}  // namespace standfast::kernels
