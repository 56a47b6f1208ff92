// Mail that breaks the rules is split where its readers would.
#include "text/mime_entity.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "text/ascii.hpp"

namespace standfast::text {
namespace {

bool begins_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) { return a == ascii_lower(b); });
}

/// The first line with its end.
std::string_view first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view without_blanks_at_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

std::string_view without_mailbox_lines(std::string_view text) {
  while (text.starts_with("From ") || text.starts_with(">From ")) text.remove_prefix(first_line(text).size());
  return text;
}

bool continues_field(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// The name of a field at the front; empty if there is none. Some mailers put blanks before the colon.
std::string_view field_name(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = without_blanks_at_end(line.substr(0, colon));
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return is_name ? name : std::string_view();
}

/// Is the line `--boundary`, or the last one `--boundary--`? Blanks may follow.
bool is_delimiter(std::string_view line, std::string_view boundary) {
  if (!line.starts_with("--") || line.substr(2, boundary.size()) != boundary) return false;
  std::string_view rest = line.substr(2 + boundary.size());
  if (rest.starts_with("--")) rest.remove_prefix(2);
  return without_blanks_at_end(rest).empty();
}

/// Where the next line `--boundary` begins, at `from` or later, which is where a line begins; npos if there is none.
std::size_t find_delimiter(std::string_view body, std::string_view boundary, std::size_t from) {
  const std::string start = "\n--" + std::string(boundary);
  if (is_delimiter(first_line(body.substr(from)), boundary)) return from;
  for (std::size_t at = body.find(start, from); at != std::string_view::npos; at = body.find(start, at + 1))
    if (is_delimiter(first_line(body.substr(at + 1)), boundary)) return at + 1;
  return std::string_view::npos;
}

/// What follows `--` in a line before one that begins with `Content-`; empty if there is no such line.
std::string_view guess_boundary(std::string_view body) {
  for (std::string_view rest = body; !rest.empty(); rest.remove_prefix(first_line(rest).size())) {
    const std::string_view line = first_line(rest);
    if (line.starts_with("--") && begins_with_ignoring_case(rest.substr(line.size()), "content-"))
      return without_blanks_at_end(line.substr(2));
  }
  return {};
}

}  // namespace

Entity split_entity(std::string_view bytes) {
  bytes = without_mailbox_lines(bytes);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::string_view line = first_line(rest);
    const std::string_view header = bytes.substr(0, bytes.size() - rest.size());
    if (without_end(line).empty()) return {header, rest.substr(line.size())};
    if (field_name(line).empty() && (header.empty() || !continues_field(line))) return {header, rest};
    rest.remove_prefix(line.size());
  }
  return {bytes, {}};
}

bool begins_with_header(std::string_view text) { return !field_name(first_line(without_mailbox_lines(text))).empty(); }

std::vector<std::string> fields_named(std::string_view header, std::string_view name) {
  std::vector<std::string> values;
  bool is_wanted = false;
  for (; !header.empty(); header.remove_prefix(first_line(header).size())) {
    const std::string_view line = first_line(header);
    std::string_view value = without_end(line);
    if (!continues_field(line)) {
      const std::string_view found = field_name(line);
      is_wanted = found.size() == name.size() && begins_with_ignoring_case(found, name);
      value.remove_prefix(std::min(value.find(':') + 1, value.size()));
      if (is_wanted) values.emplace_back();
    }
    if (!is_wanted) continue;
    std::string& whole = values.back();
    value = value.substr(0, kMaxFieldBytes - std::min(whole.size(), kMaxFieldBytes));
    std::copy_if(value.begin(), value.end(), std::back_inserter(whole), [](char c) { return c != '\0'; });
  }
  return values;
}

std::vector<std::string_view> split_multipart(std::string_view body, std::string_view boundary, std::size_t max_parts) {
  std::size_t at = boundary.empty() ? std::string_view::npos : find_delimiter(body, boundary, 0);
  if (at == std::string_view::npos) {
    boundary = guess_boundary(body);
    if (!boundary.empty()) at = find_delimiter(body, boundary, 0);
  }
  std::vector<std::string_view> parts;
  while (at != std::string_view::npos && parts.size() < max_parts) {
    const std::string_view line = first_line(body.substr(at));
    if (line.substr(2 + boundary.size()).starts_with("--")) break;
    const std::size_t begin = at + line.size();
    at = find_delimiter(body, boundary, begin);
    // The end of line before a delimiter belongs to the delimiter.
    const std::string_view part = without_end(body.substr(begin, at == std::string_view::npos ? at : at - begin));
    if (!without_blanks_at_end(part).empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace standfast::text
