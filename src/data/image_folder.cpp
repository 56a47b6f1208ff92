// Pictures in the order of class and file name. All must have the size and channels of the first one, which the message
// names: models have one input shape.
#include "data/image_folder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/file.hpp"
#include "data/image.hpp"
#include "data/pixels.hpp"

namespace standfast::data {
namespace {

/// What lies among the pictures and is none, by kind.
struct PassedOver {
  std::size_t files = 0, folders = 0, links = 0;
  std::string first;

  void add(std::size_t& kind, const std::string& path) {
    if (files + folders + links == 0) first = path;
    ++kind;
  }

  /// Nothing if everything was a picture.
  [[nodiscard]] std::vector<std::string> notes(const std::string& path) const {
    std::vector<std::string> parts;
    const auto add_part = [&](std::size_t count, std::string_view one, std::string_view many) {
      if (count > 0) parts.push_back(fmt::format("{} {}", count, count == 1 ? one : many));
    };
    add_part(files, "file that is no .png, .jpg or .jpeg of a class",
             "files that are no .png, .jpg or .jpeg of a class");
    add_part(folders, "folder inside of another", "folders inside of another");
    add_part(links, "link to nothing", "links to nothing");
    if (parts.empty()) return {};
    return {fmt::format("{}: passed over {}; the first is {}", path, fmt::join(parts, ", "), first)};
  }
};

std::string size_and_kind(const Image& image) {
  return fmt::format("{} x {} {}", image.width, image.height, image.channels == 1 ? "grey" : "RGB");
}

/// Collects images that all look like the first one.
class ImageCollector {
 public:
  explicit ImageCollector(std::optional<ImageSize> size) : size_(size) {}

  Status add_file(const std::string& path, const std::optional<std::string>& label) {
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
    names_.push_back(path);
    if (label) return data_->add_image(image.pixels, *label);
    data_->add_unlabelled(image.pixels);
    return {};
  }

  PassedOver passed_over;

  [[nodiscard]] bool empty() const { return !data_; }
  Dataset finish_dataset(const std::string& source) {
    Dataset data = data_->finish_dataset(source);
    data.source_names = std::move(names_);
    data.notes = passed_over.notes(source);
    return data;
  }

 private:
  std::optional<ImageSize> size_;
  std::optional<PixelData> data_;
  std::string first_;
  std::string first_path_;
  std::vector<std::string> names_;
};

/// Adds the pictures of one folder, with its label or without.
Status add_pictures(ImageCollector& collector, const std::string& path, const std::optional<std::string>& label) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  PassedOver& passed = collector.passed_over;
  bool any = false;
  for (const auto& file : folder.files) {
    if (!is_image_name(file)) {
      passed.add(passed.files, path + "/" + file);
      continue;
    }
    STANDFAST_CHECK(collector.add_file(path + "/" + file, label));
    any = true;
  }
  for (const auto& inner : folder.folders) passed.add(passed.folders, path + "/" + inner);
  for (const auto& other : folder.others) passed.add(passed.links, path + "/" + other);
  if (any) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no images, expected .png, .jpg or .jpeg files{}", path,
                                                  folder.folders.empty() ? "" : " beside the folders that it holds")};
}

}  // namespace

bool is_image_name(const std::string& name) {
  const std::string ending = lower_ending(name);
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

Result<Dataset> read_image_folder(const std::string& path, std::optional<ImageSize> size) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  ImageCollector collector(size);
  PassedOver& passed = collector.passed_over;
  for (const auto& label : folder.folders) STANDFAST_CHECK(add_pictures(collector, path + "/" + label, label));
  if (collector.empty()) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no folders, expected one per class", path)};
  }
  for (const auto& file : folder.files) passed.add(passed.files, path + "/" + file);
  for (const auto& other : folder.others) passed.add(passed.links, path + "/" + other);
  return collector.finish_dataset(path);
}

Result<Dataset> read_flat_folder(const std::string& path, std::optional<ImageSize> size) {
  ImageCollector collector(size);
  STANDFAST_CHECK(add_pictures(collector, path, std::nullopt));
  return collector.finish_dataset(path);
}

Result<Dataset> read_picture(const std::string& path, std::optional<ImageSize> size) {
  ImageCollector collector(size);
  STANDFAST_CHECK(collector.add_file(path, std::nullopt));
  return collector.finish_dataset(path);
}

}  // namespace standfast::data
