// One pass over the text without copies: a field is a view of it. Only a quoted field with escaped quotes is copied.
// Grammar: RFC 4180, with LF beside CRLF. What the grammar does not allow is an error with its line.
#include "data/csv.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"

namespace standfast::data {

CsvScanner::CsvScanner(std::string_view text, std::string name, char separator, std::size_t first_line, Quotes quotes)
    : text_(text), name_(std::move(name)), separator_(separator), quotes_(quotes), line_(first_line) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

Result<bool> CsvScanner::next_record() {
  fields_.clear();
  unescaped_.clear();
  record_line_ = line_;
  if (text_.find_first_not_of("\r\n", at_) == std::string_view::npos) return false;
  blank_ = at_line_end();
  for (;;) {
    const bool quoted = quotes_ == Quotes::kEnclose && at_ < text_.size() && text_[at_] == '"';
    STANDFAST_TRY(const std::string_view field, quoted ? quoted_field() : plain_field());
    if (fields_.size() == kMaxCsvFields) return error(record_line_, fmt::format("more than {} fields", kMaxCsvFields));
    fields_.push_back(field);
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      continue;
    }
    if (at_ < text_.size()) at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
    ++line_;
    return true;
  }
}

Result<std::string_view> CsvScanner::plain_field() {
  const std::size_t begin = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == separator_ || c == '\n') break;
    if (c == '\r') {
      if (at_line_end()) break;
      return error(line_, "a carriage return alone, expected lines that end in LF or CRLF");
    }
    if (c == '"' && quotes_ == Quotes::kEnclose) return error(line_, "a quote inside an unquoted field");
  }
  return text_.substr(begin, at_ - begin);
}

Result<std::string_view> CsvScanner::quoted_field() {
  const std::size_t first_line = line_;
  std::size_t begin = ++at_;
  std::string joined;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) return error(first_line, "a quote that never closes");
    const auto part = text_.substr(begin, quote - begin);
    line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    at_ = quote + 1;
    const bool escaped = at_ < text_.size() && text_[at_] == '"';
    if (!escaped) {
      if (at_ < text_.size() && text_[at_] != separator_ && !at_line_end())
        return error(line_, "text after a closing quote");
      if (joined.empty()) return part;
      joined += part;
      return std::string_view(unescaped_.emplace_back(std::move(joined)));
    }
    joined += part;
    joined += '"';
    begin = ++at_;
  }
}

/// A carriage return ends the last line too. Requires: at_ is inside the text.
bool CsvScanner::at_line_end() const {
  return text_[at_] == '\n' || (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
}

Error CsvScanner::error(std::size_t line, std::string_view what) const {
  return {ErrorCode::kBadFormat, fmt::format("{}: line {}: found {}", name_, line, what)};
}

}  // namespace standfast::data
