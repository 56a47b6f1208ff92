// The DATA notation: a file, a folder or an embedded name, then perhaps @WIDTHxHEIGHT, then perhaps :train or :test.
// docs/data.md lists the forms.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/arrays.hpp"
#include "data/classes.hpp"
#include "data/column_table.hpp"
#include "data/embedded.hpp"
#include "data/file.hpp"
#include "data/folder.hpp"
#include "data/idx.hpp"
#include "data/image_folder.hpp"
#include "data/messages.hpp"
#include "data/part.hpp"
#include "data/separator.hpp"
#include "data/svmlight.hpp"
#include "data/table.hpp"
#include "data/text_columns.hpp"
#include "data/text_table.hpp"
#include "data/words.hpp"
#include "standfast/data.hpp"

namespace standfast {
namespace {

constexpr double kTestShare = 0.2;           // the customary fifth, and part of the notation like the seed
constexpr std::uint64_t kSplitSeed = 20231;  // part of the notation: another value would change every `:test`

struct Notation {
  std::string path;
  std::optional<data::ImageSize> size;
  data::Part part = data::Part::kAll;
};

bool exists(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code) ||
         std::ranges::any_of(embedded_data(), [&](const EmbeddedData& data) { return data.name == path; });
}

/// A whole number from the start of `text`, which it is taken from; 0 if there is none.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return failed == std::errc() ? number : 0;
}

/// "WIDTHxHEIGHT".
std::optional<data::ImageSize> parse_size(std::string_view text) {
  data::ImageSize size;
  size.width = take_number(text);
  if (!text.starts_with('x')) return {};
  text.remove_prefix(1);
  size.height = take_number(text);
  const bool fits =
      std::min(size.width, size.height) >= 1 && std::max(size.width, size.height) <= data::kMaxResampledSide;
  if (!text.empty() || !fits) return {};
  return size;
}

/// What stands before :train and :test. A name with an @ that exists is that name.
Result<Notation> parse_place(std::string_view place, data::Part part) {
  std::string path(place);
  const auto at = place.rfind('@');
  if (at == 0 || at == std::string_view::npos || exists(path)) return Notation{path, {}, part};
  path.resize(at);
  const auto size = parse_size(place.substr(at + 1));
  for (const std::string_view side : {":train", ":test"}) {
    if (!size || !path.ends_with(side) || exists(path)) continue;
    return Error{ErrorCode::kBadOption, fmt::format("{}: the size stands before the side, as in {}{}{}", place,
                                                    path.substr(0, path.size() - side.size()), place.substr(at), side)};
  }
  if (size) return Notation{path, size, part};
  if (!exists(path)) return Notation{std::string(place), {}, part};
  return Error{ErrorCode::kBadOption,
               fmt::format("{}: found \"{}\" after the name, expected @WIDTHxHEIGHT with sides from 1 to {}", place,
                           place.substr(at), data::kMaxResampledSide)};
}

Result<Notation> parse_notation(std::string_view source) {
  for (const auto& [suffix, part] :
       {std::pair<std::string_view, data::Part>{":train", data::Part::kTrain}, {":test", data::Part::kTest}}) {
    if (source.size() > suffix.size() && source.ends_with(suffix)) {
      return parse_place(source.substr(0, source.size() - suffix.size()), part);
    }
  }
  return parse_place(source, data::Part::kAll);
}

Error not_found(const std::string& path) {
  const auto colon = path.rfind(':');
  if (colon != std::string::npos && exists(path.substr(0, colon))) {
    return {ErrorCode::kBadOption,
            fmt::format("{}: found \"{}\" after the name, expected :train or :test", path, path.substr(colon))};
  }
  return {ErrorCode::kIo, fmt::format("{}: no such file, folder or embedded data set", path)};
}

bool is_svmlight(std::string_view ending) { return ending == ".svm" || ending == ".libsvm" || ending == ".svmlight"; }

/// The name's ending in lower case, without the .gz of what may be packed.
std::string kind_of(const std::string& path) {
  std::string ending = data::lower_ending(path);
  if (ending != ".gz") return ending;
  const std::string packed = data::lower_ending(std::string_view(path).substr(0, path.size() - ending.size()));
  return packed == ".csv" || packed == ".tsv" || packed == ".mbox" || is_svmlight(packed) ? packed : ending;
}

bool is_table(const std::string& path) {
  const std::string kind = kind_of(path);
  return kind == ".csv" || kind == ".tsv";
}

/// The positions of one side of the fixed split: chosen before any classes are, so that it is the same whichever are
/// kept.
std::vector<std::size_t> side_of(const Dataset& data, data::Part part) {
  Split split = split_data(data, kTestShare, kSplitSeed);
  return std::move(part == data::Part::kTrain ? split.first : split.second);
}

Dataset pick_side(Dataset data, data::Part part) {
  if (part == data::Part::kAll) return data;
  return data.subset(side_of(data, part));
}

/// Whether tables are read column by column, and not as numbers or as one column of text.
bool has_columns(const DataRequest& request) {
  const bool text = !request.text_column.empty() || !request.vocabulary.empty();
  return !text && (request.infer_columns || !request.columns.empty());
}

/// A table of numbers, or of one column of text: the one that was asked for, or that a model of text was trained on.
Result<Dataset> read_table(std::string_view text, const std::string& path, const DataRequest& request,
                           const data::TableOptions& options) {
  if (!request.text_column.empty()) return data::parse_text_table(text, path, request.text_column, options);
  if (request.vocabulary.empty()) return data::parse_table(text, path, options);
  if (!request.usual_text.empty()) return data::parse_text_table(text, path, request.usual_text, options);
  return Error{ErrorCode::kBadOption,
               fmt::format("{}: the model reads messages; name the column that holds their text with --text", path)};
}

/// One side of what a file holds.
Result<Dataset> read_one_file(const std::string& path, data::Part part, const DataRequest& request) {
  const auto side = [part](Result<Dataset> data) -> Result<Dataset> {
    if (!data.ok()) return data;
    return pick_side(std::move(data).value(), part);
  };
  const std::string kind = kind_of(path);
  if (std::filesystem::path(path).filename().string().find("images-idx3") != std::string::npos) {
    if (request.require_labels) {
      return Error{ErrorCode::kBadOption,
                   fmt::format("{}: a file of IDX images holds no labels, expected its folder", path)};
    }
    STANDFAST_TRY(const files::Buffer images, data::read_unpacked(path));
    return side(data::parse_idx_images(images, path));
  }
  if (is_svmlight(kind)) {
    STANDFAST_TRY(const files::Buffer rows, data::read_unpacked(path));
    return side(data::parse_svmlight(files::as_text(rows), path, request.usual_features));
  }
  const bool table = is_table(path);
  const bool array = kind == ".npy" || kind == ".npz";
  if (data::is_message_name(path) || (!table && !array && !request.vocabulary.empty())) {
    if (request.require_labels)
      return Error{ErrorCode::kBadOption,
                   fmt::format("{}: messages in one file have no labels, expected one folder or mbox per class", path)};
    return side(data::read_message_file(path));
  }
  if (!table && !array) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: is of no known kind, expected .csv, .csv.gz, .tsv, .tsv.gz, .npy, .npz, .svm, .eml, "
                             ".txt, .mbox or a folder",
                             path)};
  }
  STANDFAST_TRY(const files::Buffer bytes, kind == ".npz" ? data::read_file(path) : data::read_unpacked(path));
  if (kind == ".npy") return side(data::npy_dataset(bytes, path, request.require_labels));
  if (kind == ".npz") return side(data::npz_dataset(bytes, path, request.require_labels));
  data::TableOptions options{request.label_column, request.require_labels || request.tables_have_labels,
                             request.usual_label};
  if (!request.separator.empty()) {
    STANDFAST_TRY(options.separator, data::parse_separator(request.separator));
  }
  options.ignored = request.ignored;
  options.known = request.columns;
  if (!has_columns(request)) return side(read_table(files::as_text(bytes), path, request, options));
  data::RowChoice choose_rows;
  if (part != data::Part::kAll) choose_rows = [part](const Dataset& data) { return side_of(data, part); };
  return data::parse_column_table(files::as_text(bytes), path, options, choose_rows, request.strict);
}

Result<Dataset> read_part(const Notation& notation, const DataRequest& request) {
  const auto not_pictures = [&] {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: is no folder of PNG and JPEG files, and only these are resampled", notation.path)};
  };
  if (auto embedded = data::read_embedded(notation.path)) {
    if (notation.size) return not_pictures();
    if (!embedded->ok()) return embedded->error();
    Dataset data = std::move(*embedded).value();
    std::error_code code;
    if (std::filesystem::exists(notation.path, code))
      data.notes.push_back(fmt::format("{}: the embedded data set; the file or folder of that name is ./{}",
                                       notation.path, notation.path));
    return pick_side(std::move(data), notation.part);
  }
  std::error_code code;
  const auto status = std::filesystem::status(notation.path, code);
  if (!std::filesystem::exists(status)) return not_found(notation.path);
  if (std::filesystem::is_directory(status)) {
    STANDFAST_TRY(data::FolderData folder,
                  data::read_folder(notation.path, notation.part,
                                    {notation.size, request.require_labels, !request.vocabulary.empty()}));
    return folder.own_split ? std::move(folder.data) : pick_side(std::move(folder.data), notation.part);
  }
  if (data::is_image_name(notation.path)) {
    if (request.require_labels) {
      return Error{ErrorCode::kBadOption,
                   fmt::format("{}: a picture has no label, expected a folder of pictures per class", notation.path)};
    }
    STANDFAST_TRY(Dataset picture, data::read_picture(notation.path, notation.size));
    return pick_side(std::move(picture), notation.part);
  }
  if (notation.size) return not_pictures();
  return read_one_file(notation.path, notation.part, request);
}

Result<Dataset> read_selected(const DataRequest& request) {
  STANDFAST_TRY(const Notation notation, parse_notation(request.source));
  STANDFAST_TRY(Dataset data, read_part(notation, request));
  data.source = request.source;
  if (!request.ignored.empty() && !is_table(notation.path))
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: --ignore names a column of a table, and this is none", request.source)};
  if (!request.text_column.empty() && data.text_column.empty())
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: --text names a column of a table, and this is none", request.source)};
  if (data.is_text() && !request.vocabulary.empty()) data = data::select_words(std::move(data), request.vocabulary);
  if (data.count() == 0) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: this side of the split is empty", request.source)};
  }
  if (!request.against_rest.empty()) {
    if (request.classes.empty()) return data::put_against_rest(std::move(data), request.against_rest);
    return Error{ErrorCode::kBadOption, "--rest: puts one class against all others; leave --classes out"};
  }
  if (request.classes.empty() && !request.usual_against_rest.empty())
    return data::put_against_rest_unless_done(std::move(data), request.usual_against_rest);
  if (request.classes.empty()) return data;
  return data::select_classes(data, request.classes);
}

Result<std::vector<TextColumn>> read_columns_as_text(const DataRequest& request, std::span<const std::string> columns) {
  STANDFAST_TRY(const Notation notation, parse_notation(request.source));
  const std::string kind = kind_of(notation.path);
  std::error_code code;
  if ((kind != ".csv" && kind != ".tsv") || data::read_embedded(notation.path) ||
      std::filesystem::is_directory(notation.path, code))
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: --keep names columns of a table, and this is none", request.source)};
  data::TextColumnsOptions options;
  options.tabs_quote_nothing = !request.text_column.empty();
  if (!request.separator.empty()) {
    STANDFAST_TRY(options.separator, data::parse_separator(request.separator));
  }
  STANDFAST_TRY(const files::Buffer bytes, data::read_unpacked(notation.path));
  return data::parse_text_columns(files::as_text(bytes), notation.path, columns, options);
}

/// What `read` gives, or an error if memory does not suffice.
template <class Read>
auto within_memory(const std::string& source, const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", source)};
  } catch (const std::length_error&) {
    return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", source)};
  }
}

}  // namespace

Result<Dataset> read_data(const DataRequest& request) {
  return within_memory(request.source, [&] { return read_selected(request); });
}

Result<std::vector<TextColumn>> read_text_columns(const DataRequest& request, std::span<const std::string> columns) {
  return within_memory(request.source, [&] { return read_columns_as_text(request, columns); });
}

}  // namespace standfast
