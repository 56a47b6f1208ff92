// Convolutions as sparse sums: for each output position the taps are listed whose input lies inside the image, and a
// kernel adds their products up. The adjoint is a convolution of the same kind with the roles of in and out exchanged.
//
// The order of the terms is that of the weights, whatever the position: an input gets the same bits in a tile and
// alone. Takes for granted that the shapes were checked and that an image has fewer than 2^32 units.
#include "kernels/conv.hpp"

#include <algorithm>
#include <utility>

namespace standfast::kernels {
namespace {

/// Terms at a time. More would push their weights and the part of the image under them out of the L1 cache; fewer would
/// store and load the sums more often.
constexpr std::size_t kTapsAtOnce = 256;
/// How many times as wide as image and output together a padded image may be. A padding far beyond the image is not
/// worth its memory; every usual one stays far below this.
constexpr std::int64_t kMostWidening = 4;

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

std::int64_t index_or_none(std::int64_t index, std::int64_t extent) { return index < extent ? index : -1; }

/// Calls sums(start) with a part of the taps in `run` after the other; the first starts at `position`, the rest go on.
template <class Sums>
void for_each_part(std::span<const Tap> taps, Start start, std::size_t position, Run& run, Sums&& sums) {
  if (start.bias != nullptr) start.bias += position * start.position_step;
  const std::size_t parts = std::max<std::size_t>((taps.size() + kTapsAtOnce / 2) / kTapsAtOnce, 1);
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = taps.size() * part / parts, end = taps.size() * (part + 1) / parts;
    run.taps = taps.data() + begin;
    run.tap_count = end - begin;
    sums(start);
    start.bias = nullptr;
  }
}

}  // namespace

template <class Reads>
Axis::Axis(std::int64_t positions, std::int64_t elements, Reads&& reads) {
  places_.reserve(static_cast<std::size_t>(positions));
  for (std::int64_t position = 0; position < positions; ++position) {
    Elements found;
    std::int64_t first = 0, last = 0;
    for (std::int64_t k = 0; k < elements; ++k) {
      const std::int64_t at = reads(position, k);
      if (at < 0) continue;
      const auto element = static_cast<std::uint32_t>(k);
      if (found.count == 0) {
        found.kernel = element;
        first = at;
      } else if (found.count == 1) {
        found.kernel_step = element - found.kernel;
        found.offset_step = static_cast<std::int32_t>(at - first);
      }
      last = at;
      ++found.count;
    }
    const std::int64_t base = std::min(first, last);
    found.offset = static_cast<std::uint32_t>(first - base);
    places_.push_back({static_cast<std::size_t>(base), found});
  }
}

std::size_t Axis::count_alike(std::size_t position, std::size_t& step) const {
  step = 1;
  std::size_t end = position + 1;
  if (end < places_.size() && places_[end].base > places_[position].base) {
    step = places_[end].base - places_[position].base;
  }
  while (end < places_.size() && places_[end].elements == places_[position].elements &&
         places_[end].base == places_[end - 1].base + step) {
    ++end;
  }
  return end - position;
}

Conv::Conv(Axis rows, Axis columns, std::optional<Wide> wide, Panels panels, const Extents& read)
    : rows_(std::move(rows)),
      columns_(std::move(columns)),
      wide_(std::move(wide)),
      panels_(std::move(panels)),
      read_(read) {}

/// Position p reads first + p + k * element_step for the k-th element.
std::optional<Conv::Wide> Conv::widen_image(std::int64_t positions, std::int64_t elements, std::int64_t extent,
                                            std::int64_t first, std::int64_t element_step) {
  const std::int64_t kernel_extent = (elements - 1) * element_step;
  const std::int64_t lowest = first + std::min<std::int64_t>(kernel_extent, 0);
  const std::int64_t highest = first + std::max<std::int64_t>(kernel_extent, 0) + positions - 1;
  const std::int64_t left = std::max<std::int64_t>(-lowest, 0);
  const std::int64_t width = left + std::max(extent, highest + 1);
  if (width > kMostWidening * (extent + positions)) return std::nullopt;
  return Wide{Axis(positions, elements,
                   [=](std::int64_t position, std::int64_t k) { return left + first + position + k * element_step; }),
              size(left), size(width)};
}

Conv Conv::pack_forward(const ConvShape& s, std::span<const float> weight) {
  const auto reads = [&s](std::int64_t extent) {
    return [&s, extent](std::int64_t o, std::int64_t k) {
      return index_or_none(o * s.stride + k * s.dilation - s.padding, extent);
    };
  };
  const std::size_t terms = size(s.channels) * size(s.kernel_height) * size(s.kernel_width);
  return {Axis(s.out_height, s.kernel_height, reads(s.height)),
          Axis(s.out_width, s.kernel_width, reads(s.width)),
          s.stride == 1 ? widen_image(s.out_width, s.kernel_width, s.width, -s.padding, s.dilation) : std::nullopt,
          Panels::pack(size(s.out_channels), terms,
                       [&](std::size_t row, std::size_t term) { return weight[row * terms + term]; }),
          {size(s.channels), size(s.height), size(s.width), size(s.kernel_height), size(s.kernel_width)}};
}

Conv Conv::pack_backward(const ConvShape& s, std::span<const float> weight) {
  const auto reads = [&s](std::int64_t extent) {
    return [&s, extent](std::int64_t i, std::int64_t k) {
      const std::int64_t scaled = i + s.padding - k * s.dilation;
      return scaled >= 0 && scaled % s.stride == 0 ? index_or_none(scaled / s.stride, extent) : -1;
    };
  };
  const std::size_t kernel = size(s.kernel_height) * size(s.kernel_width);
  const std::size_t channels = size(s.channels);
  return {Axis(s.height, s.kernel_height, reads(s.out_height)),
          Axis(s.width, s.kernel_width, reads(s.out_width)),
          s.stride == 1 ? widen_image(s.width, s.kernel_width, s.out_width, s.padding, -s.dilation) : std::nullopt,
          Panels::pack(channels, size(s.out_channels) * kernel,
                       [&](std::size_t row, std::size_t term) {
                         return weight[(term / kernel * channels + row) * kernel + term % kernel];
                       }),
          {size(s.out_channels), size(s.out_height), size(s.out_width), size(s.kernel_height), size(s.kernel_width)}};
}

std::size_t Conv::list_taps(const Axis::Elements& rows, const Axis::Elements& columns, std::size_t width,
                            std::span<Tap> taps) const {
  std::size_t count = 0;
  for (std::size_t c = 0; c < read_.channels; ++c) {
    for (std::uint32_t i = 0; i < rows.count; ++i) {
      const std::size_t row =
          c * read_.height + static_cast<std::uint32_t>(rows.offset + i * static_cast<std::uint32_t>(rows.offset_step));
      const std::size_t kernel_row = c * read_.kernel_height + rows.kernel + i * rows.kernel_step;
      auto unit = static_cast<std::uint32_t>(row * width + columns.offset);
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

std::size_t Conv::image_size() const { return wide_ ? read_.channels * read_.height * wide_->width + kLanes : 0; }

void Conv::convolve(const Kernels& kernels, const Start& start, const float* x, float* y, std::size_t lanes,
                    const ConvScratch& scratch) const {
  if (lanes == 1 && wide_) {
    convolve_wide(kernels, start, x, y, scratch);
    return;
  }
  const auto taps_at = lanes == 1 ? kernels.taps_one : kernels.taps_tile;
  const std::size_t plane = rows_.positions() * columns_.positions();
  for (std::size_t row = 0; row < rows_.positions(); ++row) {
    Run run{nullptr, 0, 0, 1, plane};
    for (std::size_t column = 0; column < columns_.positions(); column += run.positions) {
      run.positions = columns_.count_alike(column, run.step);
      const auto taps = scratch.taps.first(
          list_taps(rows_.elements_at(row), columns_.elements_at(column), read_.width, scratch.taps));
      const std::size_t position = row * columns_.positions() + column;
      const float* from = x + (rows_.base(row) * read_.width + columns_.base(column)) * lanes;
      for_each_part(taps, start, position, run,
                    [&](const Start& sums) { taps_at(panels_.product(), sums, run, from, y + position * lanes); });
    }
  }
}

void Conv::convolve_wide(const Kernels& kernels, const Start& start, const float* x, float* y,
                         const ConvScratch& scratch) const {
  const std::span<float> image = scratch.image.first(image_size());
  std::fill(image.begin(), image.end(), 0.0F);
  for (std::size_t row = 0; row < read_.channels * read_.height; ++row) {
    std::copy_n(x + row * read_.width, read_.width, image.data() + row * wide_->width + wide_->left);
  }
  const std::size_t columns = columns_.positions();
  std::span<Tap> taps;
  for (std::size_t row = 0; row < rows_.positions(); ++row) {
    if (row == 0 || rows_.elements_at(row) != rows_.elements_at(row - 1)) {
      taps = scratch.taps.first(
          list_taps(rows_.elements_at(row), wide_->columns.elements_at(0), wide_->width, scratch.taps));
    }
    Run run{nullptr, 0, columns, 1, rows_.positions() * columns};
    const float* from = image.data() + rows_.base(row) * wide_->width + wide_->columns.base(0);
    for_each_part(taps, start, row * columns, run,
                  [&](const Start& sums) { kernels.taps_row(panels_.product(), sums, run, from, y + row * columns); });
  }
}

}  // namespace standfast::kernels
