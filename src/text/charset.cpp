// Conversions are those of the C library (iconv) but for UTF-8 and windows-1252, which need to take every byte.
// Source of the labels that mean more than they say: the Encoding standard of WHATWG, section 4.2.
#include "text/charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <iconv.h>

#include "files/utf8.hpp"
#include "text/ascii.hpp"

namespace standfast::text {
namespace {

constexpr std::string_view kUnreadable = "\xEF\xBF\xBD";
constexpr std::size_t kMaxCharsetName = 40;

/// Appends if there is room, and says whether there was.
bool append_character(std::string& text, std::string_view character, std::size_t max_bytes) {
  if (text.size() + character.size() > max_bytes) return false;
  if (character != std::string_view("\0", 1)) text += character;
  return true;
}

std::string decode_utf8(std::string_view bytes, std::size_t max_bytes) {
  std::string text;
  text.reserve(std::min(bytes.size(), max_bytes));
  while (!bytes.empty()) {
    const std::size_t length = files::utf8_character_length(bytes);
    if (!append_character(text, length == 0 ? kUnreadable : bytes.substr(0, length), max_bytes)) break;
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

/// Of 0x80 to 0x9F; the five that windows-1252 leaves open are the control characters of ISO 8859-1.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                        0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

std::string decode_windows_1252(std::string_view bytes, std::size_t max_bytes) {
  std::string text;
  text.reserve(std::min(bytes.size(), max_bytes));
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    const unsigned code = byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte;
    std::string character;
    if (code < 0x80) {
      character = c;
    } else if (code < 0x800) {
      character = {static_cast<char>(0xC0U | code >> 6U), static_cast<char>(0x80U | (code & 0x3FU))};
    } else {
      character = {static_cast<char>(0xE0U | code >> 12U), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
                   static_cast<char>(0x80U | (code & 0x3FU))};
    }
    if (!append_character(text, character, max_bytes)) break;
  }
  return text;
}

class Converter {
 public:
  explicit Converter(const std::string& name) : handle_(iconv_open("UTF-8", name.c_str())) {}
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }  // NOLINT(performance-no-int-to-ptr)

  /// What it cannot read is U+FFFD, byte by byte.
  std::string decode(std::string_view bytes, std::size_t max_bytes) {
    std::string text;
    std::array<char, 4096> room{};
    char* in = const_cast<char*>(bytes.data());  // iconv reads it only
    std::size_t in_left = bytes.size();
    while (in_left > 0 && text.size() < max_bytes) {
      char* out = room.data();
      std::size_t out_left = room.size();
      const std::size_t before = in_left;
      const bool is_bad =
          iconv(handle_, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1) && errno != E2BIG;
      text.append(room.data(), room.size() - out_left);
      if (!is_bad && (in_left < before || out_left < room.size())) continue;
      text += kUnreadable;
      if (in_left > 0) ++in, --in_left;
    }
    // What was shown by shift states, overlong runs and NUL goes the way of all UTF-8.
    return decode_utf8(text, max_bytes);
  }

 private:
  iconv_t handle_;
};

bool is_name_character(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
}

/// In lower case; empty if it cannot be the name of a character set.
std::string plain_name(std::string_view declared) {
  std::string name = ascii_lower(declared.substr(0, kMaxCharsetName));
  return std::all_of(name.begin(), name.end(), is_name_character) ? name : std::string();
}

/// The character set that mail with this label is really in: mostly a larger one.
std::string real_name(const std::string& name) {
  constexpr auto kReal = std::to_array<std::pair<std::string_view, std::string_view>>({{"iso-8859-9", "windows-1254"},
                                                                                       {"iso-8859-11", "windows-874"},
                                                                                       {"tis-620", "windows-874"},
                                                                                       {"gb2312", "gb18030"},
                                                                                       {"gbk", "gb18030"},
                                                                                       {"gb_2312-80", "gb18030"},
                                                                                       {"x-gbk", "gb18030"},
                                                                                       {"ks_c_5601-1987", "cp949"},
                                                                                       {"ks_c_5601", "cp949"},
                                                                                       {"euc-kr", "cp949"},
                                                                                       {"shift_jis", "cp932"},
                                                                                       {"shift-jis", "cp932"},
                                                                                       {"sjis", "cp932"},
                                                                                       {"x-sjis", "cp932"},
                                                                                       {"big5", "big5-hkscs"},
                                                                                       {"iso-8859-8-i", "iso-8859-8"},
                                                                                       {"iso-8859-8-e", "iso-8859-8"}});
  for (const auto& [label, real] : kReal) {
    if (name == label) return std::string(real);
  }
  return name;
}

bool is_windows_1252(const std::string& name) {
  return name.empty() || name == "us-ascii" || name == "ascii" || name == "ansi_x3.4-1968" || name == "iso-8859-1" ||
         name == "iso8859-1" || name == "iso_8859-1" || name == "latin1" || name == "windows-1252" || name == "cp1252";
}

/// These say with bytes of ASCII what is not ASCII.
bool hides_in_ascii(std::string_view name) {
  for (const std::string_view kind : {"iso-2022-", "utf-7", "unicode-1-1-utf-7", "hz"}) {
    if (name.starts_with(kind)) return true;
  }
  return is_wide_charset(name);
}

/// Mostly UTF-8, with errors: more characters of several bytes than bytes that belong to none.
bool is_nearly_utf8(std::string_view bytes) {
  std::size_t good = 0;
  std::size_t bad = 0;
  while (!bytes.empty()) {
    const std::size_t length = files::utf8_character_length(bytes);
    if (length > 1) ++good;
    if (length == 0) ++bad;
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return good > bad;
}

/// `wide` is the text in units of 16 or 32 bits, `plain` in bytes. Each has half of the room for sure.
std::string both_readings(Converter&& converter, std::string_view wide, std::string_view plain, std::size_t max_bytes) {
  std::string text;
  const std::size_t other = std::min(plain.size() + 1, max_bytes / 2);
  if (converter.is_open()) text = converter.decode(wide, max_bytes - other);
  if (!text.empty() && text.size() < max_bytes) text += '\n';
  return text + decode_utf8(plain, max_bytes - text.size());
}

}  // namespace

bool is_wide_charset(std::string_view name) {
  const std::string lowered = ascii_lower(name.substr(0, kMaxCharsetName));
  if (lowered.find("utf-7") != std::string::npos) return false;
  for (const std::string_view kind : {"utf-16", "utf16", "utf-32", "utf32", "ucs-", "ucs2", "ucs4", "iso-10646",
                                      "csiso10646", "csunicode", "csucs", "csutf16", "csutf32", "unicode", "wchar_t"}) {
    if (lowered.starts_with(kind)) return true;
  }
  return false;
}

std::string decode_text(files::Bytes bytes, std::string_view declared, std::size_t max_bytes) {
  std::string_view text = files::as_text(bytes);
  std::string name = real_name(plain_name(declared));
  if (text.starts_with("\xEF\xBB\xBF")) return decode_utf8(text.substr(3), max_bytes);
  const bool has_mark = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  if (has_mark) name = "utf-16";
  const std::string_view unmarked = text.substr(has_mark ? 2 : 0);
  if (is_wide_charset(name) && unmarked.find('\0') == std::string_view::npos && files::is_utf8(unmarked))
    return both_readings(Converter(name), text, unmarked, max_bytes);
  if (!hides_in_ascii(name) && files::is_utf8(text)) return decode_utf8(text, max_bytes);
  const bool says_utf8 = name == "utf-8" || name == "utf8";
  if ((says_utf8 || name.empty()) && is_nearly_utf8(text)) return decode_utf8(text, max_bytes);
  if (says_utf8 || is_windows_1252(name)) return decode_windows_1252(text, max_bytes);
  Converter converter(name);
  return converter.is_open() ? converter.decode(text, max_bytes) : decode_windows_1252(text, max_bytes);
}

}  // namespace standfast::text
