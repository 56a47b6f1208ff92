// Pictures in the order of class and file name. All must have the size and channels of the first one, which the message
// names: models have one input shape.
#include "data/image_folder.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/file.hpp"
#include "data/image.hpp"
#include "data/pixels.hpp"

namespace standfast::data {
namespace {

bool is_image_name(const std::string& name) {
  std::string extension = std::filesystem::path(name).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

std::string size_and_kind(const Image& image) {
  return fmt::format("{} x {} {}", image.width, image.height, image.channels == 1 ? "grey" : "RGB");
}

/// Collects images that all look like the first one.
class ImageCollector {
 public:
  explicit ImageCollector(std::optional<ImageSize> size) : size_(size) {}

  Status add_file(const std::string& path, const std::string& label) {
    STANDFAST_TRY(const files::Buffer bytes, read_file(path));
    STANDFAST_TRY(Image image, decode_image(bytes, path));
    if (size_) {
      STANDFAST_TRY(image, resample_image(image, *size_, path));
    }
    if (!data_) {
      data_.emplace(std::vector<std::int64_t>{image.channels, image.height, image.width});
      first_ = size_and_kind(image);
      first_path_ = path;
    }
    if (size_and_kind(image) != first_) {
      return Error{ErrorCode::kBadShape,
                   fmt::format("{}: is {}, expected {} as {} is{}", path, size_and_kind(image), first_, first_path_,
                               size_ ? "" : "; FOLDER@WIDTHxHEIGHT resamples pictures to one size")};
    }
    return data_->add_image(image.pixels, label);
  }

  [[nodiscard]] bool empty() const { return !data_; }
  Dataset finish_dataset(const std::string& source) { return data_->finish_dataset(source); }

 private:
  std::optional<ImageSize> size_;
  std::optional<PixelData> data_;
  std::string first_;
  std::string first_path_;
};

Status add_class(ImageCollector& collector, const std::string& path, const std::string& label) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  bool any = false;
  for (const auto& file : folder.files) {
    if (!is_image_name(file)) continue;
    STANDFAST_CHECK(collector.add_file(path + "/" + file, label));
    any = true;
  }
  if (any) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no images, expected .png, .jpg or .jpeg files", path)};
}

}  // namespace

Result<Dataset> read_image_folder(const std::string& path, std::optional<ImageSize> size) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  ImageCollector collector(size);
  for (const auto& label : folder.folders) STANDFAST_CHECK(add_class(collector, path + "/" + label, label));
  if (collector.empty()) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no folders, expected one per class", path)};
  }
  return collector.finish_dataset(path);
}

}  // namespace standfast::data
