// Source: the URL standard of WHATWG, section 4.4, as far as the host.
#include "text/links.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "text/ascii.hpp"

namespace standfast::text {
namespace {

/// A longer name is no host (RFC 1035).
constexpr std::size_t kMaxHostLength = 253;

/// Without control characters and blanks, in lower case as far as it is ASCII, and with `/` for `\`.
std::string plain_address(std::string_view address) {
  std::string plain;
  for (const char c : address.substr(0, 2048)) {
    const bool is_blank = static_cast<unsigned char>(c) <= 0x20;
    if (is_blank) continue;
    if (c == '\\')
      plain += '/';
    else
      plain += ascii_lower(c);
  }
  return plain;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string decode_percent(std::string_view host) {
  std::string decoded;
  for (std::size_t k = 0; k < host.size(); ++k) {
    const bool is_code =
        host[k] == '%' && k + 2 < host.size() && hex_digit(host[k + 1]) >= 0 && hex_digit(host[k + 2]) >= 0;
    if (!is_code) {
      decoded += host[k];
      continue;
    }
    const char c = static_cast<char>(hex_digit(host[k + 1]) * 16 + hex_digit(host[k + 2]));
    decoded += ascii_lower(c);
    k += 2;
  }
  return decoded;
}

}  // namespace

std::string link_host(std::string_view address) {
  const std::string plain = plain_address(address);
  std::string_view rest = plain;
  for (const std::string_view scheme : {"http:", "https:", "ftp:"}) {
    if (!rest.starts_with(scheme)) continue;
    rest.remove_prefix(scheme.size());
    break;
  }
  if (!rest.starts_with("//")) return {};
  rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) authority.remove_prefix(user + 1);
  // A port follows the last colon; an address in brackets has colons of its own.
  const std::size_t port =
      authority.find(':', authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0);
  const std::string host = decode_percent(authority.substr(0, port));
  return host.empty() || host.size() > kMaxHostLength ? std::string() : "http://" + host;
}

}  // namespace standfast::text
