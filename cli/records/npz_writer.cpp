// A NumPy archive, byte by byte.
//
// Written from NumPy's description of the .npy format 1.0 and PKWARE's APPNOTE (local header, central directory, end
// record).
#include "cli/records/npz_writer.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

namespace standfast::cli {
namespace {

void append_u16(std::string& bytes, std::uint32_t value) {
  bytes += static_cast<char>(value & 0xff);
  bytes += static_cast<char>((value >> 8) & 0xff);
}

void append_u32(std::string& bytes, std::uint32_t value) {
  append_u16(bytes, value & 0xffff);
  append_u16(bytes, value >> 16);
}

/// `dtype` is NumPy's name for the element type, such as "<f8"; `shape` is a tuple as Python writes it.
std::string npy_header(const std::string& dtype, const std::string& shape) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", dtype, shape);
  // magic, version and length take 10 bytes; the data must start at a multiple of 64
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  append_u16(bytes, static_cast<std::uint32_t>(header.size()));
  return bytes + header;
}

std::string row_of(std::size_t count) { return fmt::format("({},)", count); }

template <class T>
std::string npy(const std::string& header, const std::vector<T>& values) {
  static_assert(std::numeric_limits<T>::is_specialized);
  std::string bytes = header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return bytes;
}

/// UTF-8 to code points; a byte that is not UTF-8 stands for itself, as in Latin-1.
std::vector<std::uint32_t> code_points(const std::string& text) {
  std::vector<std::uint32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t extra = lead >= 0xf0 && lead < 0xf8 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    std::uint32_t point = extra == 0 ? lead : lead & (0x3fU >> extra);
    bool valid = i + extra < text.size() && lead < 0xf8;
    for (std::size_t k = 1; valid && k <= extra; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      valid = (next & 0xc0) == 0x80;
      point = (point << 6) | (next & 0x3fU);
    }
    points.push_back(valid && point <= 0x10ffff ? point : lead);
    i += valid ? extra + 1 : 1;
  }
  return points;
}

std::string npy(const std::vector<std::string>& values) {
  std::size_t longest = 1;
  for (const auto& value : values) longest = std::max(longest, code_points(value).size());
  std::string bytes = npy_header(fmt::format("<U{}", longest), row_of(values.size()));
  for (const auto& value : values) {
    auto points = code_points(value);
    points.resize(longest);
    for (const auto point : points) append_u32(bytes, point);
  }
  return bytes;
}

/// What the local header and the directory share, from "version needed" to "extra length".
std::string member_fields(const std::string& name, const std::string& contents) {
  constexpr std::uint32_t kVersion = 20, kFirstOfJanuary1980 = 0x21;
  const auto size = static_cast<std::uint32_t>(contents.size());
  const auto* data = reinterpret_cast<const Bytef*>(contents.data());
  std::string fields;
  append_u16(fields, kVersion);
  append_u16(fields, 0);  // flags
  append_u16(fields, 0);  // stored
  append_u16(fields, 0);  // time
  append_u16(fields, kFirstOfJanuary1980);
  append_u32(fields, static_cast<std::uint32_t>(crc32_z(0, data, contents.size())));
  append_u32(fields, size);
  append_u32(fields, size);
  append_u16(fields, static_cast<std::uint32_t>(name.size()));
  append_u16(fields, 0);  // extra length
  return fields;
}

}  // namespace

Status NpzWriter::add(const std::string& name, const std::vector<std::int64_t>& values) {
  return add_member(name, npy(npy_header("<i8", row_of(values.size())), values));
}

Status NpzWriter::add(const std::string& name, const std::vector<float>& values) {
  return add_member(name, npy(npy_header("<f4", row_of(values.size())), values));
}

Status NpzWriter::add(const std::string& name, const std::vector<double>& values) {
  return add_member(name, npy(npy_header("<f8", row_of(values.size())), values));
}

Status NpzWriter::add(const std::string& name, const std::vector<std::string>& values) {
  return add_member(name, npy(values));
}

Status NpzWriter::add(const std::string& name, const std::vector<float>& values, std::size_t rows,
                      std::size_t columns) {
  return add_member(name, npy(npy_header("<f4", fmt::format("({}, {})", rows, columns)), values));
}

Status NpzWriter::add_member(const std::string& name, const std::string& contents) {
  const std::string file = name + ".npy";
  if (bytes_.size() + contents.size() > std::numeric_limits<std::uint32_t>::max() - (1U << 20))
    return Error{ErrorCode::kUnsupported, "--format npz: the archive would pass 4 GiB; use csv, or --limit"};
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  const std::string fields = member_fields(file, contents);
  bytes_ += "PK\x03\x04" + fields + file + contents;
  directory_ += std::string("PK\x01\x02") + std::string("\x14\x00", 2) + fields;
  append_u16(directory_, 0);  // comment length
  append_u16(directory_, 0);  // first disk
  append_u16(directory_, 0);  // internal attributes
  append_u32(directory_, 0);  // external attributes
  append_u32(directory_, offset);
  directory_ += file;
  ++members_;
  return {};
}

std::string NpzWriter::finish() && {
  const auto directory_offset = static_cast<std::uint32_t>(bytes_.size());
  bytes_ += directory_ + std::string("PK\x05\x06") + std::string(4, '\0');
  append_u16(bytes_, members_);
  append_u16(bytes_, members_);
  append_u32(bytes_, static_cast<std::uint32_t>(directory_.size()));
  append_u32(bytes_, directory_offset);
  append_u16(bytes_, 0);
  return std::move(bytes_);
}

}  // namespace standfast::cli
