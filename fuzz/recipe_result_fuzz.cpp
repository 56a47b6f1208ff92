// Results of an earlier `reproduce` as hostile text: whatever is read can be written, read again and drawn.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lab/study/study.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = standfast::lab::recipe_result_from_json(text, "fuzz.json");
  if (!result.ok()) {
    if (result.error().message.empty()) std::abort();
    return 0;
  }
  const std::string written = standfast::lab::to_json(*result);
  const auto again = standfast::lab::recipe_result_from_json(written, "again.json");
  if (!again.ok() || standfast::lab::to_json(*again) != written) std::abort();
  const standfast::lab::Study study{{*result, *again}, {}};
  if (standfast::lab::to_html(study).empty() || standfast::lab::to_text(study).empty() ||
      standfast::lab::to_json(study).empty())
    std::abort();
  return 0;
}
