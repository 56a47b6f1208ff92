// The last error of each thread, in memory that is there from the start: keeping one cannot fail.
#include <algorithm>
#include <array>
#include <cstring>

#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

struct LastError {
  standfast_status status = STANDFAST_OK;
  std::array<char, 1024> message = {};
};
thread_local LastError last_error;

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

void keep_last_error(standfast_status status, const char* message) noexcept {
  last_error.status = status;
  std::size_t length = std::min(std::strlen(message), last_error.message.size() - 1);
  if (message[length] != '\0')  // cut: not in the middle of a character
    while (length > 0 && continues_a_character(message[length])) --length;
  std::memcpy(last_error.message.data(), message, length);
  last_error.message[length] = '\0';
}

}  // namespace standfast::capi

const char* standfast_last_error(void) noexcept { return standfast::capi::last_error.message.data(); }
standfast_status standfast_last_status(void) noexcept { return standfast::capi::last_error.status; }
const char* standfast_version(void) noexcept { return STANDFAST_VERSION; }
std::int32_t standfast_abi(void) noexcept { return STANDFAST_ABI; }
