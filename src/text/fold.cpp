// A flat table of 16 bits per code point says what it is or which replacement it has: built once, from the text of
// fold_table.txt. Hangul syllables are taken apart by the arithmetic of the Unicode Standard, section 3.12.
#include "text/fold.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstddef>
#include <utility>
#include <vector>

#include "files/utf8.hpp"

namespace standfast {

// src/text/fold_table.txt, made part of the program by cmake/EmbedFile.cmake
extern const unsigned char kFoldTable[];
extern const std::size_t kFoldTableSize;

namespace text {
namespace {

constexpr std::uint32_t kCodePoints = 0x110000;
constexpr std::uint32_t kFirstSyllable = 0xAC00, kSyllables = 11172;
constexpr std::uint32_t kFirstLead = 0x1100, kFirstVowel = 0x1161, kBeforeTail = 0x11A7;
constexpr std::uint32_t kTails = 28, kVowelsTimesTails = 588;

/// Splits off what stands before the separator, or everything.
std::string_view next_field(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view field = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return field;
}

std::uint32_t hexadecimal(std::string_view digits) {
  std::uint32_t value = 0;
  [[maybe_unused]] const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  assert(error == std::errc() && end == digits.data() + digits.size() && "tools/make_fold_table writes numbers");
  return value;
}

class FoldTable {
 public:
  FoldTable() : meanings_(kCodePoints, static_cast<std::uint16_t>(Kind::kSeparator)) {
    const std::string_view table(reinterpret_cast<const char*>(kFoldTable), kFoldTableSize);
    replacements_.resize(kFirstReplacement);
    std::vector<std::pair<std::uint32_t, std::u32string>> replaced;
    for (std::string_view rest = table; !rest.empty();) {
      const std::string_view line = next_field(rest, '\n');
      if (!line.starts_with('#')) read_line(line, replaced);
    }
    // only now the kind of every target is known
    for (const auto& [code_point, targets] : replaced) add_replacement(code_point, targets);
  }

  void append(FoldedText& folded, std::uint32_t code_point) const {
    if (code_point - kFirstSyllable < kSyllables) return append_syllable(folded, code_point - kFirstSyllable);
    const std::uint16_t meaning = meanings_[code_point];
    if (meaning >= kFirstReplacement) {
      folded.bytes += replacements_[meaning].bytes;
      folded.kinds += replacements_[meaning].kinds;
    } else if (meaning != kNothing) {
      append_unchanged(folded, code_point);
    }
  }

 private:
  static constexpr std::uint16_t kNothing = 0;             // unlike every Kind
  static constexpr std::uint16_t kFirstReplacement = 256;  // above every Kind

  void read_line(std::string_view line, std::vector<std::pair<std::uint32_t, std::u32string>>& replaced) {
    std::string_view span = next_field(line, ' ');
    const std::uint32_t first = hexadecimal(next_field(span, '-'));
    const std::uint32_t last = span.empty() ? first : hexadecimal(span);
    const std::string_view what = next_field(line, ' ');
    if (what == "to" || what == "along") {
      std::u32string targets;
      while (!line.empty()) targets += static_cast<char32_t>(hexadecimal(next_field(line, ' ')));
      for (std::uint32_t c = first; c <= last; ++c) {
        replaced.emplace_back(c, targets);
        if (what == "along") ++targets.front();
      }
      return;
    }
    for (std::uint32_t c = first; c <= last; ++c) meanings_[c] = meaning_of(what);
  }

  static std::uint16_t meaning_of(std::string_view what) {
    if (what == "nothing") return kNothing;
    if (what == "letter") return static_cast<std::uint16_t>(Kind::kLetter);
    if (what == "digit") return static_cast<std::uint16_t>(Kind::kDigit);
    if (what == "mark") return static_cast<std::uint16_t>(Kind::kMark);
    assert(what == "ideograph" && "tools/make_fold_table writes no other word");
    return static_cast<std::uint16_t>(Kind::kIdeograph);
  }

  void add_replacement(std::uint32_t code_point, const std::u32string& targets) {
    FoldedText replacement;
    for (const char32_t target : targets) append_unchanged(replacement, target);
    meanings_[code_point] = static_cast<std::uint16_t>(replacements_.size());
    replacements_.push_back(std::move(replacement));
  }

  /// Appends what folding leaves alone, or a blank for what separates words beyond ASCII.
  void append_unchanged(FoldedText& folded, std::uint32_t code_point) const {
    const std::uint16_t kind = meanings_[code_point];
    const bool blank = kind == static_cast<std::uint16_t>(Kind::kSeparator) && code_point >= 0x80;
    files::append_code_point(folded.bytes, blank ? ' ' : code_point);
    folded.kinds.resize(folded.bytes.size(), static_cast<char>(kind));
  }

  void append_syllable(FoldedText& folded, std::uint32_t syllable) const {
    append(folded, kFirstLead + syllable / kVowelsTimesTails);
    append(folded, kFirstVowel + syllable % kVowelsTimesTails / kTails);
    if (syllable % kTails != 0) append(folded, kBeforeTail + syllable % kTails);
  }

  std::vector<std::uint16_t> meanings_;
  std::vector<FoldedText> replacements_;
};

bool is_beyond_ascii(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

/// What the table says of ASCII, a byte each: most mail is nothing else.
struct AsciiTable {
  std::array<char, 128> byte{};  ///< The folded byte.
  std::array<char, 128> kind{};  ///< Its kind, or 0 if the byte vanishes.

  explicit AsciiTable(const FoldTable& table) {
    for (std::size_t c = 0; c < byte.size(); ++c) {
      FoldedText folded;
      table.append(folded, static_cast<std::uint32_t>(c));
      if (folded.bytes.empty()) continue;
      byte[c] = folded.bytes.front();
      kind[c] = folded.kinds.front();
    }
  }

  /// Appends the ASCII that the text begins with. Returns how many bytes that is.
  std::size_t append_run(FoldedText& folded, std::string_view text) const {
    text = text.substr(0, static_cast<std::size_t>(std::ranges::find_if(text, is_beyond_ascii) - text.begin()));
    const std::size_t before = folded.bytes.size();
    folded.bytes.resize(before + text.size());
    folded.kinds.resize(before + text.size());
    char* bytes = folded.bytes.data() + before;
    char* kinds = folded.kinds.data() + before;
    std::size_t written = 0;
    for (const char letter : text) {
      const auto c = static_cast<unsigned char>(letter);
      bytes[written] = byte[c];
      kinds[written] = kind[c];
      written += kind[c] != 0 ? 1 : 0;  // without a branch
    }
    folded.bytes.resize(before + written);
    folded.kinds.resize(before + written);
    return text.size();
  }
};

}  // namespace

FoldedText fold(std::string_view utf8) {
  static const FoldTable table;
  static const AsciiTable ascii(table);
  FoldedText folded;
  folded.bytes.reserve(utf8.size());
  folded.kinds.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    i += ascii.append_run(folded, utf8.substr(i));
    if (i == utf8.size()) break;
    const std::size_t length = files::utf8_character_length(utf8.substr(i));
    if (length == 0) {
      folded.bytes += ' ';
      folded.kinds += static_cast<char>(Kind::kSeparator);
    } else {
      table.append(folded, files::code_point_of(utf8.substr(i, length)));
    }
    i += length == 0 ? 1 : length;
  }
  return folded;
}

}  // namespace text
}  // namespace standfast
