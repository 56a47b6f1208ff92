// Gzip (RFC 1952) by zlib, member by member and piece by piece. The lengths that the file states are not believed: what
// has been unpacked is counted against the limit.
#include "data/gzip.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "base/try.hpp"

namespace standfast::data {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::size_t kChunk = std::size_t{1} << 18;  // smaller ones cost more calls, larger ones more memory

/// One zlib stream that frees itself.
class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, kGzipOnly) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

/// Unpacks the member at the start of `bytes`; returns how many bytes it took.
Result<std::size_t> inflate_member(files::Bytes bytes, const std::string& name, std::size_t limit, files::Buffer& out) {
  Inflater inflater;
  if (!inflater.ready()) return Error{ErrorCode::kIo, fmt::format("{}: zlib cannot start", name)};
  z_stream& stream = inflater.stream();
  files::Buffer chunk(kChunk);
  std::size_t fed = 0;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const std::size_t part = std::min<std::size_t>(bytes.size() - fed, std::numeric_limits<uInt>::max());
      // zlib's older interface takes its input without const, and does not write to it
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data() + fed));
      stream.avail_in = static_cast<uInt>(part);
      fed += part;
    }
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = chunk.size() - stream.avail_out;
    if (status == Z_BUF_ERROR) return Error{ErrorCode::kBadFormat, fmt::format("{}: ends inside its gzip data", name)};
    if (status != Z_OK && status != Z_STREAM_END) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: has damaged gzip data near byte {}", name, stream.total_in)};
    }
    if (got > limit - out.size()) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: unpacks to more than {} bytes", name, limit)};
    }
    out.insert(out.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return fed - stream.avail_in;
}

/// The length that the last member states, modulo 2^32: the whole length of nearly every file. Growing a buffer step by
/// step would hold the old and the new one.
std::uint64_t stated_size(files::Bytes bytes) {
  if (bytes.size() < 4) return 0;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::to_integer<std::uint64_t>(bytes[bytes.size() - 4 + i]) << (8 * i);
  return size;
}

}  // namespace

bool is_gzip(files::Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

Result<files::Buffer> inflate_gzip(files::Bytes bytes, const std::string& name, std::size_t limit) {
  files::Buffer out;
  out.reserve(std::min<std::uint64_t>({stated_size(bytes), most_unpacked(bytes.size()), limit}));
  while (!bytes.empty()) {
    if (!is_gzip(bytes)) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: {} bytes follow its gzip data", name, bytes.size())};
    }
    STANDFAST_TRY(const std::size_t taken, inflate_member(bytes, name, limit, out));
    bytes = bytes.subspan(taken);
  }
  return out;
}

}  // namespace standfast::data
