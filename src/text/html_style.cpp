// Declarations of a `style` attribute, the last of a property wins: display, visibility, opacity, font-size.
// A style that could mean something else than it says at first sight hides nothing. Source: CSS 2.1, chapters 4, 9
// and 11.
#include "text/html_style.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "text/ascii.hpp"

namespace standfast::text {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f";
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t end = text.find_last_not_of(kBlanks);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

/// Strings, brackets, escapes, comments and `!important` can turn the meaning of a declaration around.
bool is_plain(std::string_view style) {
  return style.find_first_of("\"'\\!()[]{}") == std::string_view::npos && style.find("/*") == std::string_view::npos;
}

/// What stands behind a number that is 0 (`0px`, `.0em`, `0.00`, but not `0.` or `0.5`); `none` if there is no such
/// number.
std::string_view unit_of_zero(std::string_view value, std::string_view none) {
  if (value.starts_with('+') || value.starts_with('-')) value.remove_prefix(1);
  const std::string_view number = value.substr(0, value.find_first_not_of("0123456789."));
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  const bool is_number = point == number.size() ? point > 0 : !fraction.empty();
  const bool is_zero = number.substr(0, point).find_first_not_of('0') == std::string_view::npos &&
                       fraction.find_first_not_of('0') == std::string_view::npos;
  return is_number && is_zero ? value.substr(number.size()) : none;
}

bool is_size_of_zero(std::string_view value) {
  const std::string_view unit = unit_of_zero(value, "none");
  for (const std::string_view known : {"", "px", "pt", "em", "ex", "%", "rem", "pc", "in", "cm", "mm"}) {
    if (unit == known) return true;
  }
  return false;
}

bool is_opacity_of_zero(std::string_view value) {
  const std::string_view unit = unit_of_zero(value, "none");
  return unit.empty() || unit == "%";
}

/// A size relative to the size outside: part of nothing is nothing.
bool is_relative_size(std::string_view value) {
  return value.ends_with('%') || (value.ends_with("em") && !value.ends_with("rem")) || value.ends_with("ex") ||
         value == "smaller" || value == "larger" || value == "inherit";
}

void apply_size(std::string_view value, const Visibility& outside, Visibility& inside) {
  inside.is_sizeless = is_size_of_zero(value) || (is_relative_size(value) && outside.is_sizeless);
}

void apply_display(std::string_view value, Style& style) {
  style.visibility.is_gone = value == "none";
  if (value == "contents")
    style.flow = Flow::kInline;
  else
    style.flow = value.starts_with("inline") ? Flow::kInline : Flow::kBlock;
}

}  // namespace

Style apply_style(std::string_view declarations, const Visibility& outside) {
  Style style{outside};
  bool is_transparent = false;
  bool has_no_box = false;  // and so nothing that opacity could apply to
  const std::string plain = ascii_lower(declarations);
  bool is_certain = is_plain(plain);
  for (std::string_view rest = plain; !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view declaration = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(declaration.substr(0, colon));
    const std::string_view value = trim(declaration.substr(colon + 1));
    if (name == "font" || name == "all") is_certain = false;  // they set sizes, or everything, anew
    if (name == "display") apply_display(value, style);
    if (name == "display" && value == "contents") has_no_box = true;
    if (name == "visibility") style.visibility.is_unseen = value == "hidden" || value == "collapse";
    if (name == "opacity") is_transparent = is_opacity_of_zero(value);
    if (name == "font-size") apply_size(value, outside, style.visibility);
  }
  if (is_transparent && !has_no_box) style.visibility.is_gone = true;
  if (!is_certain) style.visibility = {};
  return style;
}

}  // namespace standfast::text
