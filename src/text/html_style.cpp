// Declarations of a `style` attribute, the last of a property wins: display, visibility, opacity, font-size.
// Source: CSS 2.1, chapters 4, 9 and 11.
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

/// In lower case and without comments.
std::string plain_style(std::string_view style) {
  std::string plain;
  while (!style.empty()) {
    if (style.starts_with("/*")) {
      const std::size_t end = style.find("*/", 2);
      style.remove_prefix(end == std::string_view::npos ? style.size() : end + 2);
      continue;
    }
    const char c = style[0];
    plain += ascii_lower(c);
    style.remove_prefix(1);
  }
  return plain;
}

/// Is the number at the front 0? `0`, `.0em` and `0.00px` are, `0.5` and `none` are not.
bool begins_with_zero(std::string_view value) {
  if (value.starts_with('+') || value.starts_with('-')) value.remove_prefix(1);
  const std::size_t end = std::min(value.find_first_not_of("0123456789."), value.size());
  const std::string_view number = value.substr(0, end);
  return number.find('0') != std::string_view::npos && number.find_first_not_of("0.") == std::string_view::npos;
}

/// A size relative to the size outside: part of nothing is nothing.
bool is_relative_size(std::string_view value) {
  return value.ends_with('%') || (value.ends_with("em") && !value.ends_with("rem")) || value.ends_with("ex") ||
         value == "smaller" || value == "larger" || value == "inherit";
}

void apply_size(std::string_view value, const Visibility& outside, Visibility& inside) {
  inside.is_sizeless = begins_with_zero(value) || (is_relative_size(value) && outside.is_sizeless);
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
  const std::string plain = plain_style(declarations);
  for (std::string_view rest = plain; !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view declaration = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(declaration.substr(0, colon));
    const std::string_view stressed = declaration.substr(colon + 1);  // perhaps with `!important`
    const std::string_view value = trim(stressed.substr(0, stressed.find('!')));
    if (name == "display") apply_display(value, style);
    if (name == "visibility") style.visibility.is_unseen = value == "hidden" || value == "collapse";
    if (name == "opacity") is_transparent = begins_with_zero(value);
    if (name == "font-size") apply_size(value, outside, style.visibility);
  }
  if (is_transparent) style.visibility.is_gone = true;
  return style;
}

}  // namespace standfast::text
