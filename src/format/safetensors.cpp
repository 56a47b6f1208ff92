// The header is parsed into entries, and the entries must tile the data section; only then is anything copied. Every
// length in the header is checked against the file's size before it is used. Takes a little-endian machine.
#include "format/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "model/shape.hpp"

namespace standfast::format {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie in the file");

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kHeaderDepth = 3;  // header, tensor, its shape
constexpr std::string_view kMetadataKey = "__metadata__";

/// What a file that is no safetensors container is instead, by how it starts; nothing if that says nothing.
std::optional<std::string_view> other_kind(std::span<const std::byte> bytes) {
  constexpr std::size_t kLooked = 64;
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kLooked));
  if (start.starts_with("version https://git-lfs")) return "a Git LFS pointer without the file; `git lfs pull` gets it";
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return "a ZIP archive";
  if (start.starts_with("\x1F\x8B")) return "a gzip file";
  if (start.starts_with("\x93NUMPY")) return "an NPY file";
  const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; };
  if (start.size() < kLengthBytes || !std::ranges::all_of(start.substr(0, kLengthBytes), is_text)) return std::nullopt;
  const auto first = start.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && start[first] == '<') return "a page of HTML or XML";
  if (first != std::string_view::npos && start[first] == '{') return "JSON text";
  return "text, such as a table";
}

Result<std::string_view> header_text(std::span<const std::byte> bytes, const std::string& place) {
  if (bytes.size() < kLengthBytes) {
    return files::bad_format(place, fmt::format("has {} bytes, expected at least {}", bytes.size(), kLengthBytes));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  const std::size_t limit = std::min(bytes.size() - kLengthBytes, kMaxHeaderBytes);
  if (length > limit) {
    if (const auto kind = other_kind(bytes))
      return files::bad_format(place, fmt::format("is {}, expected a model file (safetensors)", *kind));
    return files::bad_format(place, fmt::format("header length is {}, expected at most {}", length, limit));
  }
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<std::size_t>(length));
}

Result<std::map<std::string, std::string>> read_metadata(const files::JsonValue& entry, const std::string& place) {
  const auto object = entry.object_of_any_keys();
  if (!object.ok()) return files::bad_format(place, "__metadata__ is not an object, expected one of strings");
  std::map<std::string, std::string> metadata;
  for (const std::string& key : object->keys()) {
    const auto text = object->find(key)->if_text();
    if (!text)
      return files::bad_format(place,
                               fmt::format("metadata {} is not a string, expected one", files::quote_for_message(key)));
    metadata[key] = *text;
  }
  return metadata;
}

/// A whole number from 0 to 2^63 - 1.
std::optional<std::int64_t> natural_number(const files::JsonValue& value) {
  const auto number = value.if_integer();
  return number && *number >= 0 ? number : std::nullopt;
}

struct Entry {
  std::string name;
  model::Shape shape;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Result<model::Shape> read_shape(const files::JsonValue& value, const std::string& place) {
  const auto extents = value.if_array();
  if (!extents || extents->size() > model::kMaxRank) {
    return files::bad_format(place,
                             fmt::format("shape is not an array of at most {} numbers, expected one", model::kMaxRank));
  }
  model::Shape shape;
  for (std::size_t i = 0; i < extents->size(); ++i) {
    const files::JsonValue extent = (*extents)[i];
    const auto number = natural_number(extent);
    if (!number)
      return files::bad_format(place, fmt::format("shape holds {}, expected a whole number", extent.excerpt()));
    shape.push_back(*number);
  }
  return shape;
}

Status read_offsets(const files::JsonValue& value, Entry& entry, const std::string& place) {
  const auto offsets = value.if_array();
  if (offsets && offsets->size() == 2) {
    const auto begin = natural_number((*offsets)[0]);
    const auto end = natural_number((*offsets)[1]);
    if (begin && end && *begin <= *end) {
      entry.begin = *begin;
      entry.end = *end;
      return {};
    }
  }
  return files::bad_format(place, "data_offsets is not [begin, end] with begin <= end, expected two whole numbers");
}

Result<Entry> read_entry(const std::string& name, const files::JsonValue& value, const std::string& file) {
  const std::string place = fmt::format("{}: tensor {}", file, files::quote_for_message(name));
  const auto object = value.object({"dtype", "shape", "data_offsets"});
  if (!object.ok())
    return files::bad_format(place, "is not an object of dtype, shape and data_offsets, expected exactly these");
  const files::JsonValue dtype = *object->find("dtype");
  const auto type = dtype.if_text();
  if (type != "F32") {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: dtype is {}, expected F32", place,
                                                      type ? files::quote_for_message(*type) : dtype.excerpt())};
  }
  Entry entry;
  entry.name = name;
  STANDFAST_TRY(entry.shape, read_shape(*object->find("shape"), place));
  STANDFAST_CHECK(read_offsets(*object->find("data_offsets"), entry, place));
  STANDFAST_TRY(const std::size_t count, model::checked_element_count(entry.shape, place));
  const auto size = static_cast<std::int64_t>(count * sizeof(float));
  if (entry.end - entry.begin != size) {
    return files::bad_format(place, fmt::format("spans {} bytes, expected {} for shape {}", entry.end - entry.begin,
                                                size, model::shape_text(entry.shape)));
  }
  return entry;
}

// Sorted by place, each tensor must begin where the one before it ended: no gap, no overlap, no lie about the size.
Status check_tiling(std::vector<Entry>& entries, std::size_t data_size, const std::string& place) {
  std::ranges::sort(entries, {}, &Entry::begin);
  std::int64_t position = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != position) {
      return files::bad_format(place, fmt::format("tensor {} begins at byte {}, expected {}",
                                                  files::quote_for_message(entry.name), entry.begin, position));
    }
    position = entry.end;
  }
  if (position == static_cast<std::int64_t>(data_size)) return {};
  return files::bad_format(place,
                           fmt::format("has {} bytes of tensors, expected {} as its header says", data_size, position));
}

model::Tensor read_tensor(const Entry& entry, std::span<const std::byte> data) {
  model::Tensor tensor{entry.shape, std::vector<float>(model::element_count(entry.shape))};
  std::memcpy(tensor.values.data(), data.data() + entry.begin, tensor.values.size() * sizeof(float));
  return tensor;
}

json header_of(const Safetensors& file) {
  json header = json::object();
  if (!file.metadata.empty()) header[std::string(kMetadataKey)] = file.metadata;
  std::size_t position = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t end = position + tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {position, end}}};
    position = end;
  }
  return header;
}

}  // namespace

Result<Safetensors> parse_safetensors(std::span<const std::byte> bytes, const std::string& place) {
  STANDFAST_TRY(const std::string_view text, header_text(bytes, place));
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kHeaderDepth, place + ": header"));
  const auto header = document.root().object_of_any_keys();
  if (!header.ok()) return files::bad_format(place, "header is not a JSON object, expected one");
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + text.size());
  Safetensors file;
  std::vector<Entry> entries;
  for (const std::string& name : header->keys()) {
    const files::JsonValue value = *header->find(name);
    if (name == kMetadataKey) {
      STANDFAST_TRY(file.metadata, read_metadata(value, place));
    } else {
      STANDFAST_TRY(Entry entry, read_entry(name, value, place));
      entries.push_back(std::move(entry));
    }
  }
  STANDFAST_CHECK(check_tiling(entries, data.size(), place));
  for (const Entry& entry : entries) file.tensors[entry.name] = read_tensor(entry, data);
  return file;
}

Result<std::string> write_safetensors(const Safetensors& file) {
  std::string header = header_of(file).dump();
  // spaces, so that the tensors are aligned
  while (header.size() % kLengthBytes != 0) header += ' ';
  if (header.size() > kMaxHeaderBytes) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("model file: header has {} bytes, expected at most {}", header.size(), kMaxHeaderBytes)};
  }
  const std::uint64_t length = header.size();
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes += header;
  for (const auto& [name, tensor] : file.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
  }
  return bytes;
}

}  // namespace standfast::format
