// The reader of certificate files on arbitrary text: it refuses, or gives what survives being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "format/certificate_file.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = standfast::format::parse_certificates(text, "fuzz");
  if (!file.ok()) {
    require(!file.error().message.empty());
    return 0;
  }
  const auto written = standfast::format::serialise_certificates(*file);
  require(written.ok());
  const auto again = standfast::format::parse_certificates(*written, "fuzz again");
  require(again.ok() && again->inputs.size() == file->inputs.size());
  require(*standfast::format::serialise_certificates(*again) == *written);
  return 0;
}
