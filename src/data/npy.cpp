// Format: numpy.lib.format, versions 1.0, 2.0 and 3.0.
#include "data/npy.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/npy_header.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::string_view kByteOrders = "<>|=";

/// The header's text and where the elements start.
struct Frame {
  std::string_view header;
  std::size_t data_offset;
};

std::size_t little_endian(files::Bytes bytes, std::size_t offset, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | std::to_integer<std::size_t>(bytes[offset + i - 1]);
  return value;
}

Result<Frame> parse_frame(files::Bytes bytes, const std::string& name) {
  const std::string_view text = files::as_text(bytes);
  if (!text.starts_with(kMagic)) return Error{ErrorCode::kBadFormat, fmt::format("{}: is not an NPY file", name)};
  const Error truncated{ErrorCode::kBadFormat, fmt::format("{}: ends inside its NPY header", name)};
  if (bytes.size() < 8) return truncated;
  const int version = std::to_integer<int>(bytes[6]);
  if (version < 1 || version > 3) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: is NPY version {}, expected 1, 2 or 3", name, version)};
  }
  const std::size_t length_size = version == 1 ? 2 : 4;
  const std::size_t begin = 8 + length_size;
  if (bytes.size() < begin) return truncated;
  const std::size_t length = little_endian(bytes, 8, length_size);
  if (length > bytes.size() - begin) return truncated;
  return Frame{text.substr(begin, length), begin + length};
}

struct ElementType {
  NpyKind kind;
  std::size_t item_size;
  bool big_endian;
};

std::optional<NpyKind> element_kind(char letter, std::size_t size) {
  const bool integer_size = size == 1 || size == 2 || size == 4 || size == 8;
  if (letter == 'b' && size == 1) return NpyKind::kBool;
  if (letter == 'i' && integer_size) return NpyKind::kSigned;
  if (letter == 'u' && integer_size) return NpyKind::kUnsigned;
  if (letter == 'f' && (size == 2 || size == 4 || size == 8)) return NpyKind::kFloat;
  if (letter == 'S') return NpyKind::kBytes;
  if (letter == 'U') return NpyKind::kUnicode;
  return std::nullopt;
}

Result<ElementType> parse_descr(std::string_view descr, const std::string& name) {
  constexpr std::size_t kLongestText = 1 << 16;
  const Error unsupported{
      ErrorCode::kUnsupported,
      fmt::format("{}: has elements of type {}, expected booleans, integers or floats of at most 64 bits", name,
                  files::quote_for_message(descr))};
  // NumPy's other word for a boolean
  if (descr.ends_with('?') && descr.size() <= 2 &&
      (descr.size() == 1 || kByteOrders.find(descr[0]) != std::string_view::npos))
    return ElementType{NpyKind::kBool, 1, false};
  if (descr.size() < 3 || kByteOrders.find(descr[0]) == std::string_view::npos) return unsupported;
  const auto size = parse_number(descr.substr(2));
  if (!size || !(*size >= 1 && *size <= kLongestText)) return unsupported;
  const auto kind = element_kind(descr[1], static_cast<std::size_t>(*size));
  if (!kind) return unsupported;
  const auto item_size = static_cast<std::size_t>(*size) * (*kind == NpyKind::kUnicode ? 4 : 1);
  return ElementType{*kind, item_size, descr[0] == '>'};
}

/// IEEE 754 binary16; every such number is a double.
double half_number(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0x1F)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

void append_utf8(std::string& text, std::uint32_t code) {
  // what is no code point becomes 0xFF, which no UTF-8 text holds: the name check refuses it
  if (code > 0x10FFFF) {
    text += '\xFF';
  } else if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(code < 0x10000 ? 0xE0 | code >> 12 : 0xF0 | code >> 18);
    if (code >= 0x10000) text += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::vector<std::size_t> NpyArray::strides() const {
  std::vector<std::size_t> strides(shape.size());
  std::size_t step = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = fortran_order ? i : shape.size() - 1 - i;
    strides[axis] = step;
    step *= static_cast<std::size_t>(shape[axis]);
  }
  return strides;
}

std::uint64_t NpyArray::raw(std::size_t offset, std::size_t size) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from = big_endian ? offset + i : offset + size - 1 - i;
    value = value << 8 | std::to_integer<std::uint64_t>(data[from]);
  }
  return value;
}

std::uint64_t NpyArray::raw_at(std::size_t position) const { return raw(position * item_size, item_size); }

double NpyArray::number_at(std::size_t position) const {
  const std::uint64_t bits = raw_at(position);
  switch (kind) {
    case NpyKind::kBool:
      return bits != 0 ? 1 : 0;
    case NpyKind::kSigned: {
      const auto unused = static_cast<int>(64 - 8 * item_size);
      return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);  // extends the sign
    }
    case NpyKind::kFloat:
      if (item_size == 2) return half_number(bits);
      return item_size == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : std::bit_cast<double>(bits);
    default:
      return static_cast<double>(bits);
  }
}

std::string NpyArray::label_at(std::size_t position) const {
  if (is_text()) return text_at(position);
  if (kind == NpyKind::kSigned && item_size == 8) {
    return std::to_string(static_cast<std::int64_t>(raw_at(position)));  // exact above 2^53
  }
  if (kind == NpyKind::kUnsigned) return std::to_string(raw_at(position));
  return number_text(number_at(position));
}

std::string NpyArray::text_at(std::size_t position) const {
  const std::size_t begin = position * item_size;
  std::string text;
  if (kind == NpyKind::kBytes) {
    text = files::as_text(data.subspan(begin, item_size));
  } else {
    for (std::size_t at = begin; at < begin + item_size; at += 4) {
      append_utf8(text, static_cast<std::uint32_t>(raw(at, 4)));
    }
  }
  text.erase(text.find_last_not_of('\0') + 1);  // NumPy pads with NULs
  return text;
}

Result<NpyArray> parse_npy(files::Bytes bytes, const std::string& name) {
  STANDFAST_TRY(const Frame frame, parse_frame(bytes, name));
  STANDFAST_TRY(NpyHeader header, parse_npy_header(frame.header, name));
  STANDFAST_TRY(const ElementType type, parse_descr(header.descr, name));
  const files::Bytes data = bytes.subspan(frame.data_offset);
  const auto count = bounded_product(header.shape, data.size() / type.item_size);
  if (!count || *count * type.item_size != data.size()) {
    return Error{ErrorCode::kBadShape, fmt::format("{}: shape ({}) of {}-byte elements does not fit the {} bytes found",
                                                   name, fmt::join(header.shape, ", "), type.item_size, data.size())};
  }
  if (header.shape.empty()) return Error{ErrorCode::kBadShape, fmt::format("{}: holds one number, no array", name)};
  NpyArray array;
  array.kind = type.kind;
  array.item_size = type.item_size;
  array.big_endian = type.big_endian;
  array.fortran_order = header.fortran_order;
  array.shape = std::move(header.shape);
  array.data = data;
  return array;
}

}  // namespace standfast::data
