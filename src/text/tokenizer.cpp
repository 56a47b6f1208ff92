// One pass over the folded text. Words are views of it until the end, but for those that do not stand in it as they
// are: links, and words that were spelt letter by letter.
#include "text/tokenizer.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "text/fold.hpp"
#include "text/word_set.hpp"

namespace standfast::text {
namespace {

constexpr std::size_t kLongestWord = 32;           // characters; what is longer is no word of a language
constexpr std::size_t kLongestHost = 64;           // characters
constexpr std::string_view kNumbers = "00000000";  // a number is as many of them as it has digits, or all
constexpr std::size_t kWidestGap = 3;  // characters between letters of a word that is spelt: "f - r - e - e"

bool is(char kind, Kind expected) { return kind == static_cast<char>(expected); }
bool is_part_of_word(char kind) { return is(kind, Kind::kLetter) || is(kind, Kind::kDigit); }
bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The first `count` characters of well-formed UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  if (text.size() <= count) return text;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!is_continuation(text[i]) && count-- == 0) return text.substr(0, i);
  return text;
}

bool is_one_character(std::string_view text) { return first_characters(text, 1).size() == text.size(); }

bool is_white(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
bool ends_link(char byte) { return is_white(byte) || byte == '"' || byte == '<' || byte == '>'; }

bool has_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

/// "www.host.example" without what many hosts begin with, and without stray points at the ends.
std::string_view bare_host(std::string_view host) {
  constexpr std::string_view kStray = ".-_", kUsual = "www.";
  while (!host.empty() && kStray.find(host.back()) != std::string_view::npos) host.remove_suffix(1);
  for (;;) {
    if (!host.empty() && kStray.find(host.front()) != std::string_view::npos) {
      host.remove_prefix(1);
    } else if (host.starts_with(kUsual) && host.find('.', kUsual.size()) != std::string_view::npos) {
      host.remove_prefix(kUsual.size());
    } else {
      return host;
    }
  }
}

class Scanner {
 public:
  explicit Scanner(const FoldedText& text) : text_(text.bytes), kinds_(text.kinds) {}

  std::vector<std::string> words() {
    for (std::size_t at = 0; at < text_.size();) {
      const char kind = kinds_[at];
      if (is_part_of_word(kind)) {
        const std::optional<std::size_t> host = host_start(at);
        at = host ? take_link(*host) : take_word(at);
      } else if (is(kind, Kind::kSeparator)) {
        ++at;
      } else if (is(kind, Kind::kMark)) {
        at = take_marks(at);
      } else {
        at = take_ideograph(at);
      }
    }
    finish_spelt_word();
    return words_.sorted();
  }

 private:
  /// The first position from `at` on whose kind is no letter or digit.
  [[nodiscard]] std::size_t end_of_run(std::size_t at) const {
    while (at < kinds_.size() && is_part_of_word(kinds_[at])) ++at;
    return at;
  }

  /// Where the host begins of a link that begins at `at`; nothing if none does.
  [[nodiscard]] std::optional<std::size_t> host_start(std::size_t at) const {
    if (text_[at] != 'h' && text_[at] != 'w') return std::nullopt;
    const std::string_view rest = text_.substr(at);
    for (const std::string_view start : {"http://", "https://"})
      if (rest.starts_with(start)) return at + start.size();
    return rest.starts_with("www.") ? std::optional(at) : std::nullopt;
  }

  std::size_t take_link(std::size_t at) {
    finish_spelt_word();
    std::size_t end = at;
    while (end < text_.size() && !ends_link(text_[end])) ++end;
    std::string_view host = text_.substr(at, end - at);
    host = host.substr(0, host.find_first_of("/?#\\"));
    host.remove_prefix(host.rfind('@') + 1);  // npos + 1 is 0
    const auto start = static_cast<std::size_t>(host.data() - text_.data());
    std::size_t size = 0;
    while (size < host.size() && is_in_host(start + size)) ++size;
    host = bare_host(first_characters(host.substr(0, size), kLongestHost));
    if (!host.empty()) {
      const bool is_address = has_only(host, ".0123456789");
      made_.push_back("http://" + std::string(is_address ? "0" : host));
      words_.insert(made_.back());
    }
    return end;
  }

  [[nodiscard]] bool is_in_host(std::size_t at) const {
    return is_part_of_word(kinds_[at]) || is(kinds_[at], Kind::kIdeograph) ||
           std::string_view(".-_").find(text_[at]) != std::string_view::npos;
  }

  std::size_t take_word(std::size_t at) {
    const std::size_t end = end_of_run(at);
    const std::string_view run = text_.substr(at, end - at);
    if (is(kinds_[at], Kind::kLetter) && is_one_character(run)) {
      spell(at, run);
    } else {
      finish_spelt_word();
      add_word(run);
    }
    return end;
  }

  void add_word(std::string_view run) {
    run = first_characters(run, kLongestWord);
    if (has_only(run, "0123456789")) run = kNumbers.substr(0, run.size());
    words_.insert(run);
  }

  /// Where the character at `at` ends.
  [[nodiscard]] std::size_t end_of_character(std::size_t at) const {
    return at + first_characters(text_.substr(at, 4), 1).size();
  }

  /// A row of the same mark is the mark, or the mark twice: "!!!" shouts louder than "!".
  std::size_t take_marks(std::size_t at) {
    const std::size_t size = end_of_character(at) - at;
    const std::string_view mark = text_.substr(at, size);
    std::size_t end = at + size;
    while (text_.substr(end).starts_with(mark)) end += size;
    words_.insert(text_.substr(at, std::min(end - at, 2 * size)));
    return end;
  }

  std::size_t take_ideograph(std::size_t at) {
    finish_spelt_word();
    const std::size_t end = end_of_character(at);
    words_.insert(text_.substr(at, end - at));
    return end;
  }

  /// A letter that stands alone: the next one of a word that is spelt with the same gap everywhere, or the first one.
  void spell(std::size_t at, std::string_view letter) {
    const std::string_view gap = text_.substr(spelt_end_, at - spelt_end_);
    const bool is_second = is_one_character(spelt_);
    const bool fits = is_second ? first_characters(gap, kWidestGap).size() == gap.size() : gap == gap_;
    if (!fits) finish_spelt_word();
    if (!spelt_.empty()) gap_ = gap;
    spelt_ += letter;
    spelt_end_ = at + letter.size();
  }

  void finish_spelt_word() {
    if (!is_one_character(spelt_)) {
      made_.push_back(std::move(spelt_));
      add_word(made_.back());
    }
    spelt_.clear();
  }

  std::string_view text_;
  std::string_view kinds_;
  std::string spelt_;          // the letters so far
  std::string_view gap_;       // what stands between each two of them
  std::size_t spelt_end_ = 0;  // behind the last of them
  std::deque<std::string> made_;
  WordSet words_;
};

}  // namespace

std::vector<std::string> words_of(std::string_view utf8) {
  const FoldedText folded = fold(utf8);
  return Scanner(folded).words();
}

}  // namespace standfast::text
