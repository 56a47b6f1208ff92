// The names of a folder's files decide its kind: IDX, then CIFAR-10, then one folder of pictures per class. Each kind
// is reduced to two sides and a function that reads one, and the same code chooses or joins them. A file that lies
// there both packed and unpacked is read once.
#include "data/folder.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/cifar.hpp"
#include "data/classes.hpp"
#include "data/file.hpp"
#include "data/idx.hpp"
#include "data/image_folder.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;

/// A folder that holds a training and a test side, of which one may be missing.
struct Sides {
  bool has_train = false;
  bool has_test = false;
  std::function<Result<Dataset>(Part)> read;
};

Result<FolderData> read_sides(const Sides& sides, const std::string& path, Part part) {
  if ((part == Part::kTrain && !sides.has_train) || (part == Part::kTest && !sides.has_test)) {
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: has no {} side", path, part == Part::kTest ? "test" : "train")};
  }
  if (part != Part::kAll || !sides.has_train || !sides.has_test) {
    const Part only = part != Part::kAll ? part : sides.has_train ? Part::kTrain : Part::kTest;
    STANDFAST_TRY(Dataset data, sides.read(only));
    return FolderData{std::move(data), true};
  }
  STANDFAST_TRY(Dataset train, sides.read(Part::kTrain));
  STANDFAST_TRY(const Dataset test, sides.read(Part::kTest));
  STANDFAST_TRY(Dataset all, concatenate_datasets(std::move(train), test));
  return FolderData{std::move(all), true};
}

/// Files that hold `word`; a file's packed copy is left out.
Names files_with(const Folder& folder, std::string_view word) {
  Names found;
  for (const auto& file : folder.files) {
    const bool copy = file.ends_with(".gz") && std::ranges::count(folder.files, file.substr(0, file.size() - 3)) > 0;
    if (file.find(word) != std::string::npos && file.find("idx") != std::string::npos && !copy) found.push_back(file);
  }
  return found;
}

Names idx_files(const Folder& folder, Part part, std::string_view content) {
  if (part == Part::kTrain) return files_with(folder, fmt::format("train-{}", content));
  Names found = files_with(folder, fmt::format("t10k-{}", content));
  return found.empty() ? files_with(folder, fmt::format("test-{}", content)) : found;
}

Result<Dataset> read_idx(const Folder& folder, Part part) {
  std::vector<std::string> paths;
  for (const std::string_view content : {"images", "labels"}) {
    const Names found = idx_files(folder, part, content);
    if (found.size() != 1) {
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: has {} IDX files of {} {}, expected one", folder.path, found.size(),
                               part == Part::kTrain ? "training" : "test", content)};
    }
    paths.push_back(folder.path + "/" + found.front());
  }
  STANDFAST_TRY(const files::Buffer images, read_unpacked(paths[0]));
  STANDFAST_TRY(const files::Buffer labels, read_unpacked(paths[1]));
  return parse_idx(images, paths[0], labels, paths[1]);
}

bool is_cifar_file(const std::string& file, std::string_view stem) {
  return file.starts_with(stem) && (file.ends_with(".bin") || file.ends_with(".bin.gz"));
}

Names cifar_files(const Folder& folder, Part part) {
  Names found;
  for (const auto& file : folder.files) {
    const bool copy = file.ends_with(".gz") && std::ranges::count(folder.files, file.substr(0, file.size() - 3)) > 0;
    if (is_cifar_file(file, part == Part::kTrain ? "data_batch" : "test_batch") && !copy) found.push_back(file);
  }
  return found;
}

Result<Dataset> read_cifar(const Folder& folder, Part part) {
  constexpr std::string_view kNamesFile = "batches.meta.txt";
  Names class_names;
  if (std::ranges::count(folder.files, kNamesFile) > 0) {
    const std::string path = fmt::format("{}/{}", folder.path, kNamesFile);
    STANDFAST_TRY(const files::Buffer text, read_file(path));
    STANDFAST_TRY(class_names, parse_cifar_names(files::as_text(text), path));
  }
  Dataset all;
  for (const auto& file : cifar_files(folder, part)) {
    const std::string path = folder.path + "/" + file;
    STANDFAST_TRY(const files::Buffer batch, read_unpacked(path));
    STANDFAST_TRY(Dataset data, parse_cifar(batch, path, class_names));
    if (all.count() == 0) {
      all = std::move(data);
    } else {
      STANDFAST_TRY(all, concatenate_datasets(std::move(all), data));
    }
  }
  return all;
}

Result<FolderData> read_pictures(const Folder& folder, Part part, std::optional<ImageSize> size) {
  const auto has = [&](const char* side) { return std::ranges::count(folder.folders, side) > 0; };
  if (has("train") || has("test")) {
    const auto read = [&](Part side) {
      return read_image_folder(folder.path + (side == Part::kTrain ? "/train" : "/test"), size);
    };
    return read_sides({has("train"), has("test"), read}, folder.path, part);
  }
  STANDFAST_TRY(Dataset data, read_image_folder(folder.path, size));
  return FolderData{std::move(data), false};
}

}  // namespace

Result<FolderData> read_folder(const std::string& path, Part part, std::optional<ImageSize> size) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  const auto has_idx = [&](Part side) { return !idx_files(folder, side, "images").empty(); };
  const auto has_cifar = [&](Part side) { return !cifar_files(folder, side).empty(); };
  const bool idx = has_idx(Part::kTrain) || has_idx(Part::kTest);
  const bool cifar = has_cifar(Part::kTrain) || has_cifar(Part::kTest);
  if (size && (idx || cifar)) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: holds arrays, and only PNG and JPEG files are resampled", path)};
  }
  if (idx) {
    const auto read = [&](Part side) { return read_idx(folder, side); };
    return read_sides({has_idx(Part::kTrain), has_idx(Part::kTest), read}, path, part);
  }
  if (cifar) {
    const auto read = [&](Part side) { return read_cifar(folder, side); };
    return read_sides({has_cifar(Part::kTrain), has_cifar(Part::kTest), read}, path, part);
  }
  if (!folder.folders.empty()) return read_pictures(folder, part, size);
  return Error{ErrorCode::kBadFormat,
               fmt::format("{}: holds no data set, expected IDX files (train-images..., t10k-images...), CIFAR-10 "
                           "batches (data_batch*.bin, test_batch.bin) or one folder of images per class",
                           path)};
}

}  // namespace standfast::data
