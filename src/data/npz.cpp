// ZIP by libzip, from memory. A member is found by its name, checked by what the directory says of it, and unpacked in
// pieces that are counted against the limit; libzip verifies the checksum at its end.
#include "data/npz.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <zip.h>

#include "base/try.hpp"
#include "data/gzip.hpp"

namespace standfast::data {
namespace {

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;

Result<Archive> open_archive(files::Bytes bytes, const std::string& file) {
  const Error damaged{ErrorCode::kBadFormat, fmt::format("{}: is not an NPZ file, or a damaged one", file)};
  if (bytes.empty()) return damaged;  // libzip takes it for an archive without members
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  const int code = zip_error_code_zip(&error);
  zip_error_fini(&error);
  if (archive != nullptr) return Archive(archive);
  if (source != nullptr) zip_source_free(source);
  if (code == ZIP_ER_MEMORY) return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", file)};
  return damaged;
}

Status check_member(const zip_stat_t& stat, const std::string& place) {
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((stat.valid & kNeeded) != kNeeded) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: has no size or method", place)};
  }
  if (stat.encryption_method != ZIP_EM_NONE) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: is encrypted, expected plain data", place)};
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: has compression method {}, expected stored or deflated", place, stat.comp_method)};
  }
  if (stat.size > kMaxUnpackedBytes) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: unpacks to more than {} bytes", place, kMaxUnpackedBytes)};
  }
  return {};
}

/// NumPy takes the last of members with one name, other programs the first: nobody can tell which is meant.
Status check_unique(zip_t* archive, const std::string& entry, const std::string& place) {
  std::size_t count = 0;
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (name != nullptr && entry == name) ++count;
  }
  if (count <= 1) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: is there {} times, expected once", place, count)};
}

Result<files::Buffer> unpack_member(zip_t* archive, zip_uint64_t index, std::uint64_t stated, std::uint64_t packed,
                                    const std::string& place) {
  const std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(archive, index, 0));
  const Error damaged{ErrorCode::kBadFormat, fmt::format("{}: is damaged or truncated", place)};
  if (!member) return damaged;
  files::Buffer out;
  out.reserve(std::min<std::uint64_t>(stated, most_unpacked(packed)));  // growing would hold the old and the new
  files::Buffer chunk(std::size_t{1} << 18);  // smaller ones cost more calls, larger ones more memory
  for (;;) {
    const zip_int64_t got = zip_fread(member.get(), chunk.data(), chunk.size());
    if (got < 0) return damaged;
    if (got == 0) return out;
    if (static_cast<std::size_t>(got) > kMaxUnpackedBytes - out.size()) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: unpacks to more than {} bytes", place, kMaxUnpackedBytes)};
    }
    out.insert(out.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  }
}

}  // namespace

Result<std::optional<NpzMember>> find_npz_member(files::Bytes archive, std::span<const std::string_view> names,
                                                 const std::string& file) {
  STANDFAST_TRY(const Archive opened, open_archive(archive, file));
  for (const std::string_view name : names) {
    const std::string entry = std::string(name) + ".npy";
    const zip_int64_t index = zip_name_locate(opened.get(), entry.c_str(), ZIP_FL_ENC_RAW);
    if (index < 0) continue;
    const std::string place = fmt::format("{}: array {}", file, name);
    STANDFAST_CHECK(check_unique(opened.get(), entry, place));
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(opened.get(), static_cast<zip_uint64_t>(index), 0, &stat) != 0) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: cannot be found in the archive", place)};
    }
    STANDFAST_CHECK(check_member(stat, place));
    STANDFAST_TRY(files::Buffer bytes,
                  unpack_member(opened.get(), static_cast<zip_uint64_t>(index), stat.size, archive.size(), place));
    return std::optional(NpzMember{std::string(name), std::move(bytes)});
  }
  return std::optional<NpzMember>();
}

}  // namespace standfast::data
