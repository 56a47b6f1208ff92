// Records of a CSV text (RFC 4180): quoted fields, LF or CRLF, one separator for the whole text.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::data {

/// No record has more fields than this.
inline constexpr std::size_t kMaxCsvFields = std::size_t{1} << 20;

/// What a quotation mark is in a table.
enum class Quotes {
  kEnclose,  ///< It encloses fields, as RFC 4180 says.
  kLiteral   ///< It is a character like any other, as in tab-separated text.
};

/// Walks over a text record by record. The text must outlive the scanner.
class CsvScanner {
 public:
  /// `name` stands for the text in messages; a byte order mark is skipped. `first_line` is the number of its first
  /// line.
  CsvScanner(std::string_view text, std::string name, char separator = ',', std::size_t first_line = 1,
             Quotes quotes = Quotes::kEnclose);

  /// Moves to the next record; false at the end. Empty lines at the end are no records.
  ///
  /// Fails: kBadFormat for a quote that does not close, text after a closing quote, a quote inside an unquoted field,
  /// a carriage return that ends no line, and more than kMaxCsvFields fields; named with their line.
  Result<bool> next_record();

  /// The fields of the current record; valid until the next call of next_record().
  [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
  /// The line, from 1, on which the current record starts.
  [[nodiscard]] std::size_t line() const { return record_line_; }
  /// Whether the current record is a line without a character.
  [[nodiscard]] bool at_blank_line() const { return blank_; }

 private:
  Result<std::string_view> quoted_field();
  Result<std::string_view> plain_field();
  [[nodiscard]] bool at_line_end() const;
  [[nodiscard]] Error error(std::size_t line, std::string_view what) const;

  std::string_view text_;
  std::string name_;
  char separator_;
  Quotes quotes_;
  std::size_t at_ = 0;
  std::size_t line_;
  bool blank_ = false;
  std::size_t record_line_ = 0;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;  // a deque: views of its strings stay valid as it grows
};

}  // namespace standfast::data
