// Records of fixed size, one label byte and 3072 pixels each: the binary version that the data set's page describes.
// Takes unpacked bytes; a size that is no multiple of a record is refused before anything is read.
#include "data/cifar.hpp"

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/pixels.hpp"

namespace standfast::data {
namespace {

constexpr std::size_t kClasses = 10;
constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::size_t kRecord = 1 + kPixels;

}  // namespace

Result<std::vector<std::string>> parse_cifar_names(std::string_view text, const std::string& name) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) names.emplace_back(line);
    if (names.size() > kClasses) break;
  }
  if (names.size() == kClasses) return names;
  return Error{ErrorCode::kBadFormat, fmt::format("{}: does not hold {} class names, one per line", name, kClasses)};
}

Result<Dataset> parse_cifar(files::Bytes batch, const std::string& name, std::span<const std::string> names) {
  if (batch.empty() || batch.size() % kRecord != 0) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: has {} bytes, expected records of {}", name, batch.size(), kRecord)};
  }
  PixelData collected({3, 32, 32});
  for (std::size_t i = 0; i < batch.size() / kRecord; ++i) {
    const files::Bytes record = batch.subspan(i * kRecord, kRecord);
    const auto label = std::to_integer<std::size_t>(record[0]);
    if (label >= kClasses) {
      return Error{ErrorCode::kBadValue, fmt::format("{}: record {}: found label {}, expected 0 to 9", name, i, label)};
    }
    const auto added = collected.add_image(record.subspan(1), names.empty() ? std::to_string(label) : names[label]);
    if (!added) return Error{added.error().code, fmt::format("{}: record {}: {}", name, i, added.error().message)};
  }
  return collected.finish_dataset(name);
}

}  // namespace standfast::data
