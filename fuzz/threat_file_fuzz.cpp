// Threat files as hostile text: whatever parses must be a valid threat model.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/threat.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> kNames = {"word_freq_free", "word_freq_650", "capital_run", "a*b", ""};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto threat = standfast::parse_threat(text, "fuzz.toml", kNames, kNames.size());
  if (!threat) {
    if (threat.error().message.empty()) std::abort();
    return 0;
  }
  if (!threat->validate(kNames.size())) std::abort();
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto interval = threat->interval_rounded_out(i, 0.5);
    if (!(interval.lo <= 0 && interval.hi >= 0)) std::abort();
  }
  return 0;
}
