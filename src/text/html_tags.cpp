// Reads a page as the HTML standard's tokenizer does and writes each token again in its plainest form. What the tree
// builder then sees is bounded: attributes in a tag, tags, open elements, formatting elements that it may open again.
// (It compares each attribute of a tag with each other, and looks through all open elements at each tag.)
#include "text/html_tags.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "text/ascii.hpp"
#include "text/html_names.hpp"

namespace standfast::text {
namespace {

/// Tags of a page; those after them are left out. A tree builder takes a few hundred bytes for each.
constexpr std::size_t kMaxTags = 100'000;
/// Longer names are no elements of HTML.
constexpr std::size_t kMaxTagNameLength = 32;
/// A formatting element's values are copied as often as it is opened again; those of other elements once.
constexpr std::size_t kMaxFormattingValue = 256;
constexpr std::size_t kMaxValue = 4096;
/// Hides nothing.
constexpr std::string_view kUnreadableStyle = "!";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool ends_name(char c) { return is_blank(c) || c == '/' || c == '>'; }
bool is_plain_in_name(char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == ':'; }

/// As much of it as tells a name from others.
std::string lower_name(std::string_view name) { return ascii_lower(name.substr(0, kMaxTagNameLength + 1)); }

struct Tag {
  std::string name;
  std::array<std::string_view, kKept.size()> values;  // of kKept
  std::array<bool, kKept.size()> has_value{};
};

class Tamer {
 public:
  explicit Tamer(std::string_view html) : rest_(html) {
    const auto brackets = static_cast<std::size_t>(std::count(html.begin(), html.end(), '<'));
    const std::size_t tags = std::min(std::max<std::size_t>(brackets, 1), kMaxTags);
    max_open_formatting_ = std::min(kMaxReopenedElements / tags, kMaxOpenElements);
    tame_.reserve(html.size() + html.size() / 8);
  }

  TamePage run() && {
    read_all();
    return {std::move(tame_), is_whole_};
  }

 private:
  void read_all() {
    while (!rest_.empty()) {
      const std::size_t bracket = std::min(rest_.find('<'), rest_.size());
      tame_ += rest_.substr(0, bracket);
      rest_.remove_prefix(bracket);
      if (!rest_.empty()) read_markup();
    }
  }

  /// Requires: the rest begins with `<`.
  void read_markup() {
    const char next = rest_.size() > 1 ? rest_[1] : '\0';
    const char after = rest_.size() > 2 ? rest_[2] : '\0';
    if (is_ascii_letter(next)) {
      read_tag(1);
    } else if (next == '/' && is_ascii_letter(after)) {
      read_tag(2);
    } else if (next == '!' || next == '?' || (next == '/' && rest_.size() > 2)) {
      skip_comment();
    } else {
      tame_ += "&lt;";
      rest_.remove_prefix(1);
    }
  }

  void skip_past(std::size_t position, std::size_t length) {
    rest_.remove_prefix(position == std::string_view::npos ? rest_.size() : position + length);
  }

  void skip_comment() {
    if (!rest_.starts_with("<!--")) {
      skip_past(rest_.find('>'), 1);
    } else if (rest_.starts_with("<!-->")) {
      rest_.remove_prefix(5);
    } else if (rest_.starts_with("<!--->")) {
      rest_.remove_prefix(6);
    } else {
      std::size_t end = rest_.find("--", 4);
      while (end != std::string_view::npos && !rest_.substr(end + 2).starts_with('>') &&
             !rest_.substr(end + 2).starts_with("!>"))
        end = rest_.find("--", end + 1);
      skip_past(end == std::string_view::npos ? end : rest_.find('>', end), 1);
    }
    leave_mark();
  }

  /// What is left out parts an entity: `&am<!---->p;` is none.
  void leave_mark() { tame_ += "<!---->"; }

  /// Leaves a tag out. That of an element that is not known to stay on its line parts words.
  void leave_out(std::string_view name) {
    if (is_one_of(name, kFormatting) || name == "span")
      leave_mark();
    else
      tame_ += ' ';
  }

  void read_tag(std::size_t name_begin) {
    rest_.remove_prefix(name_begin);
    Tag tag;
    const auto* end = std::find_if(rest_.begin(), rest_.end(), ends_name);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    tag.name = lower_name(rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (!read_attributes(tag)) return;  // the page ends inside of it: browsers drop it
    const bool is_plain = std::all_of(tag.name.begin(), tag.name.end(), is_plain_in_name);
    if (!is_plain || tag.name.size() > kMaxTagNameLength) tag.name = "x-unknown";
    if (tag.name == "svg" || tag.name == "math") has_foreign_ = true;
    if (name_begin == 2) {
      write_end(tag.name);
    } else if (is_one_of(tag.name, kSkipped)) {
      skip_content(tag.name);
    } else if (is_one_of(tag.name, kVerbatim)) {
      write_verbatim(tag.name);
    } else {
      write_start(tag);
    }
  }

  /// Reads up to and with the `>` of a tag; false if there is none.
  bool read_attributes(Tag& tag) {
    while (true) {
      while (!rest_.empty() && (is_blank(rest_[0]) || rest_[0] == '/')) rest_.remove_prefix(1);
      if (rest_.empty()) return false;
      if (rest_[0] == '>') {
        rest_.remove_prefix(1);
        return true;
      }
      const auto* end = std::find_if(rest_.begin() + 1, rest_.end(), [](char c) { return ends_name(c) || c == '='; });
      const std::string_view name = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
      rest_.remove_prefix(name.size());
      keep_attribute(tag, name, read_value());
    }
  }

  std::string_view read_value() {
    std::string_view ahead = rest_;
    const auto skip_blanks = [&] {
      while (!ahead.empty() && is_blank(ahead[0])) ahead.remove_prefix(1);
    };
    skip_blanks();
    if (!ahead.starts_with('=')) return {};
    ahead.remove_prefix(1);
    skip_blanks();
    rest_ = ahead;
    if (rest_.empty() || rest_[0] == '>') return {};
    const bool is_quoted = rest_[0] == '"' || rest_[0] == '\'';
    if (is_quoted) {
      const std::size_t end = rest_.find(rest_[0], 1);
      const std::string_view value = rest_.substr(1, end == std::string_view::npos ? end : end - 1);
      skip_past(end, 1);
      return value;
    }
    const auto* end = std::find_if(rest_.begin(), rest_.end(), [](char c) { return is_blank(c) || c == '>'; });
    const std::string_view value = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(value.size());
    return value;
  }

  /// The first of a name counts.
  static void keep_attribute(Tag& tag, std::string_view name, std::string_view value) {
    const std::string lowered = lower_name(name);
    for (std::size_t k = 0; k < kKept.size(); ++k) {
      if (lowered != kKept[k] || tag.has_value[k]) continue;
      tag.values[k] = value;
      tag.has_value[k] = true;
    }
  }

  /// The text up to the end tag of `name`, which is taken off with it.
  std::string_view content_of(std::string_view name) {
    const std::string_view whole = rest_;
    for (std::size_t at = rest_.find("</"); at != std::string_view::npos; at = rest_.find("</", at + 2)) {
      const std::string_view found = rest_.substr(at + 2);
      if (found.size() <= name.size() || lower_name(found.substr(0, name.size())) != name) continue;
      if (!ends_name(found[name.size()])) continue;
      rest_ = found.substr(name.size());
      Tag end;
      read_attributes(end);
      return whole.substr(0, at);
    }
    rest_ = {};
    return whole;
  }

  /// Within `svg` and `math` the content is parsed as any other, and what is found there can leave them and be seen.
  /// (Where they end depends on the tree, so all after them is taken to be within.) Its text is kept then, without its
  /// elements, since they could hide what follows.
  void skip_content(const std::string& name) {
    leave_mark();
    if (is_text_only_) return;
    const std::string_view content = content_of(name);
    if (!has_foreign_) return;
    const std::string_view after = std::exchange(rest_, content);
    is_text_only_ = true;
    tame_ += ' ';
    read_all();
    tame_ += ' ';
    is_text_only_ = false;
    rest_ = after;
  }

  void write_verbatim(std::string_view name) {
    const std::string_view content = name == "plaintext" ? std::exchange(rest_, {}) : content_of(name);
    // A text area has letters of its own size, whatever stands around it.
    tame_ += name == "textarea" ? "<div style=\"!\">" : "<div>";
    for (const char c : content) {
      if (c == '<')
        tame_ += "&lt;";
      else if (c == '&' && name != "textarea")
        tame_ += "&amp;";
      else
        tame_ += c;
    }
    tame_ += "</div>";
  }

  void write_start(const Tag& tag) {
    const bool is_formatting = is_one_of(tag.name, kFormatting);
    if (is_one_of(tag.name, kIgnored)) return leave_mark();
    if (is_text_only_) return leave_out(tag.name);
    if (tags_ == kMaxTags || !has_room_for(tag.name, is_formatting)) {
      is_whole_ = false;
      if (!is_one_of(tag.name, kVoid)) ++open_[tag.name].left_out;
      return leave_out(tag.name);
    }
    ++tags_;
    tame_ += '<';
    tame_ += tag.name;
    const std::size_t max_length = is_formatting ? kMaxFormattingValue : kMaxValue;
    for (std::size_t k = 0; k < kKept.size(); ++k) {
      if (!tag.has_value[k]) continue;
      // Half of a style could hide what the whole of it shows.
      const bool is_cut_style = kKept[k] == "style" && tag.values[k].size() > max_length;
      write_attribute(kKept[k], is_cut_style ? kUnreadableStyle : tag.values[k].substr(0, max_length));
    }
    tame_ += '>';
  }

  void write_attribute(std::string_view name, std::string_view value) {
    tame_ += ' ';
    tame_ += name;
    tame_ += "=\"";
    for (const char c : value) {
      if (c == '"')
        tame_ += "&quot;";
      else
        tame_ += c;
    }
    tame_ += '"';
  }

  /// Counts an element that opens, if it may.
  bool has_room_for(const std::string& name, bool is_formatting) {
    if (is_one_of(name, kVoid) || is_one_of(name, kSelfClosing)) return true;
    Open& open = open_[name];
    const bool closes_its_kind = name == "a" || name == "nobr" || (is_one_of(name, kItems) && name == last_item_);
    if (is_one_of(name, kItems)) last_item_ = name;
    if (closes_its_kind && open.count > 0) return true;
    if (open_elements_ == kMaxOpenElements || (is_formatting && open_formatting_ >= max_open_formatting_)) return false;
    ++open.count;
    ++open_elements_;
    if (is_formatting) ++open_formatting_;
    return true;
  }

  void write_end(const std::string& name) {
    if (is_one_of(name, kIgnored) || is_one_of(name, kSkipped) || is_one_of(name, kVerbatim)) return leave_mark();
    if (is_text_only_) return leave_out(name);
    Open& open = open_[name];
    if (open.left_out > 0) {
      --open.left_out;
      return leave_out(name);
    }
    if (open.count > 0) {
      --open.count;
      --open_elements_;
      if (is_one_of(name, kFormatting)) --open_formatting_;
    } else if (tags_ == kMaxTags || !is_one_of(name, kSelfClosing)) {
      if (name != "br") return leave_mark();  // browsers take </br> as <br>, and </p> opens one
    }
    ++tags_;
    tame_ += "</" + name + '>';
  }

  struct Open {
    std::size_t count = 0;
    std::size_t left_out = 0;
  };

  std::string_view rest_;
  std::string tame_;
  std::unordered_map<std::string, Open> open_;
  std::string last_item_;
  std::size_t open_elements_ = 0;
  std::size_t open_formatting_ = 0;
  std::size_t max_open_formatting_ = 0;
  std::size_t tags_ = 0;
  bool is_whole_ = true;
  bool has_foreign_ = false;   // has an `svg` or `math` begun?
  bool is_text_only_ = false;  // are tags left out?
};

}  // namespace

TamePage tame_html(std::string_view html) { return Tamer(html).run(); }

}  // namespace standfast::text
