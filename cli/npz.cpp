// Certificates as a NumPy archive: one array per column, stored uncompressed in a zip file.
//
// Written from NumPy's description of the .npy format 1.0 and PKWARE's APPNOTE (local header, central directory, end
// record).
#include <cstdint>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "cli/records.hpp"
#include "cli/try.hpp"

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

/// The header of a one-dimensional array. `dtype` is NumPy's name for the element type, such as "<f8".
std::string npy_header(const std::string& dtype, std::size_t count) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", dtype, count);
  // magic, version and length take 10 bytes; the data must start at a multiple of 64
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  append_u16(bytes, static_cast<std::uint32_t>(header.size()));
  return bytes + header;
}

template <class T>
std::string npy(const std::string& dtype, const std::vector<T>& values) {
  static_assert(std::numeric_limits<T>::is_specialized);
  std::string bytes = npy_header(dtype, values.size());
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
  std::string bytes = npy_header(fmt::format("<U{}", longest), values.size());
  for (const auto& value : values) {
    auto points = code_points(value);
    points.resize(longest);
    for (const auto point : points) append_u32(bytes, point);
  }
  return bytes;
}

/// A zip file whose members are stored as they are, with a fixed date: the same records give the same bytes.
class ZipWriter {
 public:
  Status add(const std::string& name, const std::string& contents) {
    if (bytes_.size() + contents.size() > std::numeric_limits<std::uint32_t>::max() - (1U << 20))
      return Error{ErrorCode::kUnsupported, "--format npz: the archive would pass 4 GiB; use csv, or --limit"};
    const auto offset = static_cast<std::uint32_t>(bytes_.size());
    const std::string fields = member_fields(name, contents);
    bytes_ += "PK\x03\x04" + fields + name + contents;
    directory_ += std::string("PK\x01\x02") + std::string("\x14\x00", 2) + fields;
    append_u16(directory_, 0);  // comment length
    append_u16(directory_, 0);  // first disk
    append_u16(directory_, 0);  // internal attributes
    append_u32(directory_, 0);  // external attributes
    append_u32(directory_, offset);
    directory_ += name;
    ++members_;
    return {};
  }

  std::string finish() && {
    const auto directory_offset = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += directory_ + std::string("PK\x05\x06") + std::string(4, '\0');
    append_u16(bytes_, members_);
    append_u16(bytes_, members_);
    append_u32(bytes_, static_cast<std::uint32_t>(directory_.size()));
    append_u32(bytes_, directory_offset);
    append_u16(bytes_, 0);
    return std::move(bytes_);
  }

 private:
  /// What the local header and the directory share, from "version needed" to "extra length".
  static std::string member_fields(const std::string& name, const std::string& contents) {
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

  std::string bytes_;
  std::string directory_;
  std::uint32_t members_ = 0;
};

}  // namespace

Result<std::string> to_npz(const Records& records) {
  const auto& data = records.data;
  const auto& certificates = records.certificates;
  std::vector<std::int64_t> indices;
  std::vector<std::string> verdicts, labels;
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    indices.push_back(static_cast<std::int64_t>(i));
    verdicts.emplace_back(certificates.sensitive(i) ? "sensitive" : "other");
    if (!data.labels.empty()) labels.push_back(label_name(data, i));
  }
  ZipWriter zip;
  CLI_CHECK(zip.add("index.npy", npy("<i8", indices)));
  CLI_CHECK(zip.add("verdict.npy", npy(verdicts)));
  CLI_CHECK(zip.add("logit.npy", npy("<f4", certificates.logits)));
  for (std::size_t n = 0; n < certificates.norms.size(); ++n) {
    std::vector<double> radii;
    for (std::size_t i = 0; i < certificates.count(); ++i) radii.push_back(certificates.radius(i, n));
    CLI_CHECK(zip.add("radius_" + certificates.norms[n].name() + ".npy", npy("<f8", radii)));
  }
  if (!labels.empty()) CLI_CHECK(zip.add("label.npy", npy(labels)));
  return std::move(zip).finish();
}

}  // namespace standfast::cli
