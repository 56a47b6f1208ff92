// Results of an earlier `reproduce` as hostile text: whatever is read can be written, read again and drawn.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lab/study/study.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = standfast::recipe_result_from_json(text, "fuzz.json");
  if (!result.ok()) {
    if (result.error().message.empty()) std::abort();
    return 0;
  }
  const std::string written = standfast::to_json(*result);
  const auto again = standfast::recipe_result_from_json(written, "again.json");
  if (!again.ok() || standfast::to_json(*again) != written) std::abort();
  const standfast::Study study{{*result, *again}, {}};
  if (standfast::to_html(study).empty() || standfast::to_text(study).empty() || standfast::to_json(study).empty())
    std::abort();
  return 0;
}
