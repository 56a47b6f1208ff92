// SHA-256 of a text; that of files and inputs is in standfast/certificate.hpp.
#pragma once

#include <string>
#include <string_view>

namespace standfast {

/// In lower-case hexadecimal digits; empty where the cryptographic library has no SHA-256 to give.
std::string sha256_of_text(std::string_view text);

}  // namespace standfast
