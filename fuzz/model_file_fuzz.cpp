// The model file reader on arbitrary bytes: it refuses, or gives a model that survives being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "format/model_file.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = standfast::format::parse_model(std::as_bytes(std::span(data, size)), "fuzz");
  if (!model.ok()) return 0;
  const auto bytes = standfast::format::serialise_model(*model);
  require(bytes.ok());
  const auto again = standfast::format::parse_model(std::as_bytes(std::span(*bytes)), "fuzz again");
  require(again.ok() && *again == *model);
  require(*standfast::format::serialise_model(*again) == *bytes);
  return 0;
}
