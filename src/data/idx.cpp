// The IDX format as MNIST's page describes it: a magic number with element type and rank, extents, elements, all of
// them big-endian. The extents must account for every byte of the file, which also bounds what is allocated.
#include "data/idx.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/pixels.hpp"

namespace standfast::data {
namespace {

struct IdxArray {
  std::vector<std::int64_t> shape;
  files::Bytes data;
};

Result<IdxArray> parse_array(files::Bytes bytes, std::size_t dimensions, const std::string& name) {
  if (bytes.size() < 4 + 4 * dimensions) {
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: has {} bytes, expected an IDX header of {}", name, bytes.size(), 4 + 4 * dimensions)};
  }
  const std::uint32_t magic = big_endian_u32(bytes, 0);
  const std::uint32_t type = magic >> 8;
  if (magic >> 16 != 0) return Error{ErrorCode::kBadFormat, fmt::format("{}: is not an IDX file", name)};
  if (type != 8) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: has IDX element type {:#04x}, expected 0x08 (unsigned bytes)", name, type)};
  }
  if ((magic & 0xFF) != dimensions) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: has {} dimensions, expected {}", name, magic & 0xFF, dimensions)};
  }
  IdxArray array;
  for (std::size_t i = 0; i < dimensions; ++i) array.shape.push_back(big_endian_u32(bytes, 4 + 4 * i));
  array.data = bytes.subspan(4 + 4 * dimensions);
  if (bounded_product(array.shape, array.data.size()) != array.data.size()) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: shape ({}) does not fit the {} bytes after the header", name,
                                                   fmt::join(array.shape, ", "), array.data.size())};
  }
  if (array.data.empty()) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: shape ({}) is empty", name, fmt::join(array.shape, ", "))};
  }
  return array;
}

}  // namespace

Result<Dataset> parse_idx(files::Bytes images, const std::string& images_name, files::Bytes labels,
                          const std::string& labels_name) {
  STANDFAST_TRY(const IdxArray pixels, parse_array(images, 3, images_name));
  STANDFAST_TRY(const IdxArray numbers, parse_array(labels, 1, labels_name));
  if (pixels.shape[0] != numbers.shape[0]) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: holds {} labels, expected {} as {} holds images", labels_name,
                                                   numbers.shape[0], pixels.shape[0], images_name)};
  }
  PixelData collected({1, pixels.shape[1], pixels.shape[2]});
  const auto size = static_cast<std::size_t>(pixels.shape[1] * pixels.shape[2]);
  for (std::size_t i = 0; i < numbers.data.size(); ++i) {
    const std::string label = std::to_string(std::to_integer<int>(numbers.data[i]));
    STANDFAST_CHECK(collected.add_image(pixels.data.subspan(i * size, size), label));
  }
  return collected.finish_dataset(images_name);
}

Result<Dataset> parse_idx_images(files::Bytes images, const std::string& name) {
  STANDFAST_TRY(const IdxArray pixels, parse_array(images, 3, name));
  PixelData collected({1, pixels.shape[1], pixels.shape[2]});
  const auto size = static_cast<std::size_t>(pixels.shape[1] * pixels.shape[2]);
  for (std::size_t i = 0; i < static_cast<std::size_t>(pixels.shape[0]); ++i)
    collected.add_unlabelled(pixels.data.subspan(i * size, size));
  return collected.finish_dataset(name);
}

}  // namespace standfast::data
