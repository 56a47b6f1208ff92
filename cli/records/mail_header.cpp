// A header is taken to end where mail servers say (RFC 5322): at a blank line, or before a line that cannot stand in a
// header. Programs that read on after such a line must not meet a forged field either, so it is renamed there as well.
#include "cli/records/mail_header.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace standfast::cli {
namespace {

/// Renamed by this in front, so that nothing is lost.
constexpr std::string_view kRenamed = "Old-";

std::string_view first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

/// Up to the end of a line as any reader may see it: some take a CR alone for one.
std::string_view shortest_first_line(std::string_view text) {
  const std::size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return text;
  return text.substr(0, end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
}

bool is_blank_line(std::string_view line) { return line == "\n" || line == "\r\n"; }

/// The name before the colon; empty if the line begins no field.
std::string_view name_of_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  std::string_view name = line.substr(0, colon);
  name = name.substr(0, name.find_last_not_of(" \t") + 1);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return is_name ? name : std::string_view();
}

bool is_verdict_field(std::string_view line) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(name_of_field(line), kVerdictField, {}, lower, lower);
}

/// Lengths of the pieces that a message begins with.
struct HeaderParts {
  std::size_t mailbox_lines = 0;  ///< `From ...` and `>From ...`; 0 if there are none.
  std::size_t fields_end = 0;     ///< Where the last field ends, from the front.
  std::size_t all_end = 0;        ///< Where the blank line begins, or the message ends.
};

HeaderParts header_parts(std::string_view message) {
  HeaderParts parts;
  std::size_t at = 0;
  for (std::string_view rest = message; rest.starts_with("From ") || rest.starts_with(">From ");
       rest = message.substr(at))
    at += first_line(rest).size();
  parts.mailbox_lines = at;
  bool are_fields = true;
  parts.fields_end = at;
  while (at < message.size()) {
    const std::string_view line = first_line(message.substr(at));
    if (is_blank_line(line)) break;
    const bool continues = at > parts.mailbox_lines && (line.starts_with(' ') || line.starts_with('\t'));
    are_fields = are_fields && (continues || !name_of_field(line).empty());
    if (!are_fields && parts.fields_end == parts.mailbox_lines) break;  // no header at all
    at += line.size();
    if (are_fields) parts.fields_end = at;
  }
  parts.all_end = at;
  return parts;
}

/// Appends `header` up to its last forged field, renamed as all of them. The value is what comes after, as it was.
std::string_view append_with_forged_fields_renamed(std::string_view header, std::string& renamed) {
  std::size_t done = 0;
  for (std::size_t at = 0; at < header.size();) {
    const std::string_view line = shortest_first_line(header.substr(at));
    at += line.size();
    if (!is_verdict_field(line)) continue;
    const std::size_t begin = at - line.size();
    renamed += header.substr(done, begin - done);
    renamed += kRenamed;
    renamed += line;
    done = at;
  }
  return header.substr(done);
}

}  // namespace

MailPieces add_verdict_field(std::string_view message, std::string_view value, bool is_whole) {
  HeaderParts parts = header_parts(message);
  const bool is_cut = !is_whole && parts.all_end == message.size();
  const bool has_fields = parts.fields_end > parts.mailbox_lines;
  if (is_cut) parts.fields_end = parts.mailbox_lines;
  const std::string_view front = message.substr(0, parts.fields_end);
  const std::string end = first_line(message).ends_with("\r\n") ? "\r\n" : "\n";

  std::string whole;
  whole += append_with_forged_fields_renamed(front, whole);
  const bool lacks_end = !whole.empty() && !whole.ends_with('\n');  // a header that just stops stops as before
  if (lacks_end) whole += end;
  whole += kVerdictField;
  whole += ": ";
  whole += value;
  if (!lacks_end) whole += end;
  const std::string_view rest = message.substr(parts.fields_end);
  if (!has_fields && !is_cut && !rest.empty() && !is_blank_line(first_line(rest))) whole += end;
  const std::string_view kept =
      append_with_forged_fields_renamed(message.substr(parts.fields_end, parts.all_end - parts.fields_end), whole);
  return {std::move(whole), message.substr(parts.all_end - kept.size())};
}

std::string field_value(std::string_view text) {
  std::string value(text.substr(0, 200));
  for (char& c : value) c = c >= 0x20 && c < 0x7F ? c : '?';
  return value;
}

}  // namespace standfast::cli
