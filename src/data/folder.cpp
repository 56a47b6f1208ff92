// The names of a folder's files decide its kind: IDX, then CIFAR-10, then pictures, then messages. Each kind
// is reduced to two sides and a function that reads one, and the same code chooses or joins them. A file that lies
// there both packed and unpacked is read once.
#include "data/folder.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/cifar.hpp"
#include "data/classes.hpp"
#include "data/file.hpp"
#include "data/idx.hpp"
#include "data/image_folder.hpp"
#include "data/messages.hpp"
#include "files/message.hpp"

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

Result<Dataset> read_idx(const Folder& folder, Part part, bool require_labels) {
  std::vector<std::string> paths;
  for (const std::string_view content : {"images", "labels"}) {
    const Names found = idx_files(folder, part, content);
    if (found.empty() && paths.size() == 1 && !require_labels) {
      STANDFAST_TRY(const files::Buffer images, read_unpacked(paths[0]));
      return parse_idx_images(images, paths[0]);
    }
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

constexpr std::size_t kTrainingBatches = 5;  // of the original

std::string_view cifar_stem(Part part) { return part == Part::kTrain ? "data_batch" : "test_batch"; }

/// What a file's name says after the stem and before .bin: "" or "_3", and anything else that stands there.
std::string_view cifar_tail(std::string_view file, Part part) {
  file.remove_prefix(cifar_stem(part).size());
  if (file.ends_with(".gz")) file.remove_suffix(3);
  file.remove_suffix(std::string_view(".bin").size());
  return file;
}

Names cifar_files(const Folder& folder, Part part) {
  Names found;
  for (const auto& file : folder.files) {
    const bool copy = file.ends_with(".gz") && std::ranges::count(folder.files, file.substr(0, file.size() - 3)) > 0;
    const bool batch = file.starts_with(cifar_stem(part)) && (file.ends_with(".bin") || file.ends_with(".bin.gz"));
    if (batch && !copy) found.push_back(file);
  }
  return found;
}

/// Fails: kBadFormat for a name that is no batch's, such as that of a browser's second download, and for a gap.
Status check_cifar_names(const Folder& folder, Part part, const Names& found) {
  Names missing;
  std::size_t next = 1;
  for (const auto& file : found) {
    const std::string_view tail = cifar_tail(file, part);
    if (tail.empty() && found.size() == 1) return {};
    const bool numbered = tail.size() == 2 && tail[0] == '_' && tail[1] >= '1' && tail[1] <= '9';
    if (!numbered) {
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: holds {}, expected {} or {}_1.bin, {}_2.bin and so on", folder.path,
                               files::quote_for_message(file), fmt::format("{}.bin alone", cifar_stem(part)),
                               cifar_stem(part), cifar_stem(part))};
    }
    // the names are sorted
    for (; next < static_cast<std::size_t>(tail[1] - '0'); ++next)
      missing.push_back(fmt::format("{}_{}.bin", cifar_stem(part), next));
    ++next;
  }
  if (missing.empty()) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: lacks {}, expected every batch up to {}", folder.path,
                                                  fmt::join(missing, ", "), found.back())};
}

Result<Dataset> read_cifar(const Folder& folder, Part part) {
  constexpr std::string_view kNamesFile = "batches.meta.txt";
  Names class_names;
  if (std::ranges::count(folder.files, kNamesFile) > 0) {
    const std::string path = fmt::format("{}/{}", folder.path, kNamesFile);
    STANDFAST_TRY(const files::Buffer text, read_file(path));
    STANDFAST_TRY(class_names, parse_cifar_names(files::as_text(text), path));
  }
  const Names batches = cifar_files(folder, part);
  STANDFAST_CHECK(check_cifar_names(folder, part, batches));
  Dataset all;
  for (const auto& file : batches) {
    const std::string path = folder.path + "/" + file;
    STANDFAST_TRY(const files::Buffer batch, read_unpacked(path));
    STANDFAST_TRY(Dataset data, parse_cifar(batch, path, class_names));
    if (all.count() == 0) {
      all = std::move(data);
    } else {
      STANDFAST_TRY(all, concatenate_datasets(std::move(all), data));
    }
  }
  const bool numbered = !cifar_tail(batches.front(), part).empty();
  if (part == Part::kTrain && numbered && batches.size() < kTrainingBatches)
    all.notes.push_back(fmt::format("{}: holds {} of the {} training batches of CIFAR-10", folder.path, batches.size(),
                                    kTrainingBatches));
  return all;
}

/// The folder of the test side: that name, or those by which others know a side that is not trained on.
std::string test_folder(const Folder& folder) {
  for (const char* name : {"test", "val", "valid", "validation"})
    if (std::ranges::count(folder.folders, name) > 0) return name;
  return {};
}

bool any_picture(const Folder& folder) { return std::ranges::any_of(folder.files, is_image_name); }

/// Whether a folder, or one of the folders in it, holds a picture.
Result<bool> holds_pictures(const Folder& folder) {
  if (any_picture(folder)) return true;
  for (const auto& name : folder.folders) {
    STANDFAST_TRY(const Folder inner, list_folder(folder.path + "/" + name));
    if (any_picture(inner)) return true;
  }
  return false;
}

/// Whether a folder is one of messages: a Maildir, or with files that are called like messages.
bool looks_like_messages(const Folder& folder) {
  return std::ranges::any_of(folder.files, is_message_name) || std::ranges::count(folder.folders, "cur") > 0 ||
         std::ranges::count(folder.folders, "new") > 0;
}

/// A folder whose folders, or whose mbox files, are the classes.
Result<Dataset> read_classes(const std::string& path, std::optional<ImageSize> size) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  STANDFAST_TRY(const bool pictures, holds_pictures(folder));
  return pictures || size ? read_image_folder(path, size) : read_message_folder(path, true);
}

Result<FolderData> read_sides_or_classes(const Folder& folder, Part part, std::optional<ImageSize> size) {
  const std::string test = test_folder(folder);
  const bool has_train = std::ranges::count(folder.folders, "train") > 0;
  // beside other classes "val" may be a class; "test" has always been a side
  if (!has_train && test != "test") {
    STANDFAST_TRY(Dataset data, read_classes(folder.path, size));
    return FolderData{std::move(data), false};
  }
  const auto read = [&](Part side) {
    return read_classes(folder.path + "/" + (side == Part::kTrain ? "train" : test), size);
  };
  STANDFAST_TRY(FolderData sides, read_sides({has_train, !test.empty(), read}, folder.path, part));
  if (!test.empty() && test != "test")
    sides.data.notes.push_back(fmt::format("{}: {}/ is its test side", folder.path, test));
  Names unread;
  for (const auto& name : folder.folders)
    if (name != "train" && name != test) unread.push_back(name + "/");
  if (!unread.empty())
    sides.data.notes.push_back(fmt::format("{}: not read, because {} are its sides: {}", folder.path,
                                           test.empty() ? "train/ and test/" : fmt::format("train/ and {}/", test),
                                           fmt::join(unread, ", ")));
  return sides;
}

/// A folder without folders: its pictures or messages have no labels.
Result<FolderData> read_flat(const Folder& folder, const FolderRequest& request) {
  if (any_picture(folder)) {
    if (request.require_labels) {
      return Error{
          ErrorCode::kBadFormat,
          fmt::format("{}: holds pictures without labels, expected one folder of pictures per class", folder.path)};
    }
    STANDFAST_TRY(Dataset data, read_flat_folder(folder.path, request.size));
    return FolderData{std::move(data), false};
  }
  STANDFAST_TRY(Dataset data, read_message_folder(folder.path, request.require_labels));
  return FolderData{std::move(data), false};
}

}  // namespace

Result<FolderData> read_folder(const std::string& path, Part part, const FolderRequest& request) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  const auto has_idx = [&](Part side) { return !idx_files(folder, side, "images").empty(); };
  const auto has_cifar = [&](Part side) { return !cifar_files(folder, side).empty(); };
  const bool idx = has_idx(Part::kTrain) || has_idx(Part::kTest);
  const bool cifar = has_cifar(Part::kTrain) || has_cifar(Part::kTest);
  if (request.size && (idx || cifar)) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: holds arrays, and only PNG and JPEG files are resampled", path)};
  }
  if (idx) {
    const auto read = [&](Part side) { return read_idx(folder, side, request.require_labels); };
    return read_sides({has_idx(Part::kTrain), has_idx(Part::kTest), read}, path, part);
  }
  if (cifar) {
    const auto read = [&](Part side) { return read_cifar(folder, side); };
    return read_sides({has_cifar(Part::kTrain), has_cifar(Part::kTest), read}, path, part);
  }
  const bool messages = looks_like_messages(folder) || (request.text_expected && !folder.files.empty());
  const bool maildir = folder.files.empty() && looks_like_messages(folder);
  if (folder.folders.empty() ? any_picture(folder) || messages : maildir) return read_flat(folder, request);
  if (!folder.folders.empty()) return read_sides_or_classes(folder, part, request.size);
  return Error{
      ErrorCode::kBadFormat,
      fmt::format("{}: holds no data set, expected IDX files (train-images..., t10k-images...), CIFAR-10 "
                  "batches (data_batch*.bin, test_batch.bin), one folder of images or messages per class, or one .mbox "
                  "file per class",
                  path)};
}

}  // namespace standfast::data
