// The DATA notation: a file, a folder or an embedded name, then perhaps :train or :test. docs/data.md lists the forms.
#include <algorithm>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/arrays.hpp"
#include "data/classes.hpp"
#include "data/embedded.hpp"
#include "data/file.hpp"
#include "data/folder.hpp"
#include "data/part.hpp"
#include "data/table.hpp"
#include "standfast/data.hpp"

namespace standfast {
namespace {

constexpr double kTestShare = 0.2;
constexpr std::uint64_t kSplitSeed = 20231;  // part of the notation: another value would change every `:test`

struct Notation {
  std::string path;
  Part part = Part::kAll;
};

Notation parse_notation(std::string_view source) {
  for (const auto& [suffix, part] :
       {std::pair<std::string_view, Part>{":train", Part::kTrain}, {":test", Part::kTest}}) {
    if (source.size() > suffix.size() && source.ends_with(suffix)) {
      return {std::string(source.substr(0, source.size() - suffix.size())), part};
    }
  }
  return {std::string(source), Part::kAll};
}

bool exists(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code) ||
         std::ranges::any_of(embedded_data(), [&](const EmbeddedData& data) { return data.name == path; });
}

Error not_found(const std::string& path) {
  const auto colon = path.rfind(':');
  if (colon != std::string::npos && exists(path.substr(0, colon))) {
    return {ErrorCode::kBadOption,
            fmt::format("{}: found \"{}\" after the name, expected :train or :test", path, path.substr(colon))};
  }
  return {ErrorCode::kIo, fmt::format("{}: no such file, folder or embedded data set", path)};
}

Result<Dataset> read_one_file(const std::string& path, const DataRequest& request) {
  const auto is = [&](std::string_view ending) { return path.ends_with(ending); };
  if (!is(".csv") && !is(".csv.gz") && !is(".npy") && !is(".npz")) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: is of no known kind, expected .csv, .csv.gz, .npy, .npz or a folder", path)};
  }
  STANDFAST_TRY(const Buffer bytes, is(".npz") ? read_file(path) : read_unpacked(path));
  if (is(".npy")) return npy_dataset(bytes, path, request.require_labels);
  if (is(".npz")) return npz_dataset(bytes, path, request.require_labels);
  return parse_table(as_text(bytes), path, {request.label_column, request.require_labels});
}

/// The side of the fixed split: chosen before any classes are, so that it is the same whichever are kept.
Dataset pick_side(Dataset data, Part part) {
  if (part == Part::kAll) return data;
  const Split split = split_data(data, kTestShare, kSplitSeed);
  return data.subset(part == Part::kTrain ? split.first : split.second);
}

Result<Dataset> read_part(const Notation& notation, const DataRequest& request) {
  if (auto embedded = read_embedded(notation.path)) {
    STANDFAST_TRY(Dataset data, std::move(*embedded));
    return pick_side(std::move(data), notation.part);
  }
  std::error_code code;
  const auto status = std::filesystem::status(notation.path, code);
  if (!std::filesystem::exists(status)) return not_found(notation.path);
  if (std::filesystem::is_directory(status)) {
    STANDFAST_TRY(FolderData folder, read_folder(notation.path, notation.part));
    return folder.own_split ? std::move(folder.data) : pick_side(std::move(folder.data), notation.part);
  }
  STANDFAST_TRY(Dataset data, read_one_file(notation.path, request));
  return pick_side(std::move(data), notation.part);
}

Result<Dataset> read_selected(const DataRequest& request) {
  STANDFAST_TRY(Dataset data, read_part(parse_notation(request.source), request));
  data.source = request.source;
  if (data.count() == 0) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: this side of the split is empty", request.source)};
  }
  if (request.classes.empty()) return data;
  return select_classes(data, request.classes);
}

}  // namespace

Result<Dataset> read_data(const DataRequest& request) {
  try {
    return read_selected(request);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", request.source)};
  } catch (const std::length_error&) {
    return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", request.source)};
  }
}

}  // namespace standfast
