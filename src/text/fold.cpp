// The lines of fold_table.txt, read once and searched by halves: in half a millisecond a filter can begin. Hangul
// syllables are taken apart by the arithmetic of the Unicode Standard, section 3.12.
#include "text/fold.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

#include "files/utf8.hpp"

namespace standfast {

// src/text/fold_table.txt, made part of the program by cmake/EmbedFile.cmake
extern const unsigned char kFoldTable[];
extern const std::size_t kFoldTableSize;

namespace text {
namespace {

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
  FoldTable() {
    lines_.reserve(kFoldTableSize / kBytesPerLine);
    for (std::string_view rest(reinterpret_cast<const char*>(kFoldTable), kFoldTableSize); !rest.empty();) {
      const std::string_view line = next_field(rest, '\n');
      if (!line.starts_with('#')) read_line(line);
    }
  }

  void append(FoldedText& folded, std::uint32_t code_point) const {
    if (code_point - kFirstSyllable < kSyllables) return append_syllable(folded, code_point - kFirstSyllable);
    const Line* line = line_of(code_point);
    if (line == nullptr) return append_kind(folded, code_point < 0x80 ? code_point : ' ', Kind::kSeparator);
    const std::span<const std::uint32_t> targets = std::span(targets_).subspan(line->targets, line->target_count);
    switch (line->what) {
      case What::kStays:
        return append_kind(folded, code_point, line->kind);
      case What::kAlong:
        return append_unchanged(folded, targets.front() + (code_point - line->first));
      case What::kBecomes:
        for (const std::uint32_t target : targets) append_unchanged(folded, target);
    }
  }

 private:
  static constexpr std::size_t kBytesPerLine = 12;  // at least: room for lines is made once

  enum class What : std::uint8_t { kStays, kBecomes, kAlong };

  struct Line {
    std::uint32_t first, last;  ///< Code points.
    What what;
    Kind kind;  ///< Of what stays.
    std::uint16_t target_count;
    std::uint32_t targets;  ///< Where they begin in targets_. What becomes nothing has none.
  };

  void read_line(std::string_view line) {
    std::string_view span = next_field(line, ' ');
    const std::uint32_t first = hexadecimal(next_field(span, '-'));
    const std::uint32_t last = span.empty() ? first : hexadecimal(span);
    assert((lines_.empty() || lines_.back().last < first) && first <= last && "the lines are in order");
    const std::string_view what = next_field(line, ' ');
    const std::size_t targets = targets_.size();
    while (!line.empty()) targets_.push_back(hexadecimal(next_field(line, ' ')));
    lines_.push_back({first, last, what_of(what), kind_of(what), static_cast<std::uint16_t>(targets_.size() - targets),
                      static_cast<std::uint32_t>(targets)});
  }

  static What what_of(std::string_view word) {
    if (word == "along") return What::kAlong;
    return word == "to" || word == "nothing" ? What::kBecomes : What::kStays;
  }

  static Kind kind_of(std::string_view word) {
    if (word == "letter") return Kind::kLetter;
    if (word == "digit") return Kind::kDigit;
    if (word == "mark") return Kind::kMark;
    return word == "ideograph" ? Kind::kIdeograph : Kind::kSeparator;
  }

  /// The line that holds the code point, or nothing.
  [[nodiscard]] const Line* line_of(std::uint32_t code_point) const {
    const auto after = std::ranges::upper_bound(lines_, code_point, {}, &Line::first);
    if (after == lines_.begin() || std::prev(after)->last < code_point) return nullptr;
    return &*std::prev(after);
  }

  static void append_kind(FoldedText& folded, std::uint32_t code_point, Kind kind) {
    files::append_code_point(folded.bytes, code_point);
    folded.kinds.resize(folded.bytes.size(), static_cast<char>(kind));
  }

  /// Appends a target: folding leaves it alone.
  void append_unchanged(FoldedText& folded, std::uint32_t code_point) const {
    const Line* line = line_of(code_point);
    append_kind(folded, code_point, line == nullptr ? Kind::kSeparator : line->kind);
  }

  void append_syllable(FoldedText& folded, std::uint32_t syllable) const {
    append(folded, kFirstLead + syllable / kVowelsTimesTails);
    append(folded, kFirstVowel + syllable % kVowelsTimesTails / kTails);
    if (syllable % kTails != 0) append(folded, kBeforeTail + syllable % kTails);
  }

  std::vector<Line> lines_;  // ascending
  std::vector<std::uint32_t> targets_;
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
