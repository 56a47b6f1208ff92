// Grammar: numpy.lib.format, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }" padded with spaces.
#include "data/npy_header.hpp"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

constexpr std::size_t kMaxDimensions = 32;  // NumPy's own limit

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  Result<NpyHeader> parse() {
    if (!take_token("{")) return unexpected("'{'");
    while (!take_token("}")) {
      STANDFAST_TRY(const std::string key, parse_string());
      if (!take_token(":")) return unexpected("':'");
      STANDFAST_CHECK(parse_value(key));
      if (!take_token(",") && !next_is('}')) return unexpected("',' or '}'");
    }
    skip_space();
    if (!rest_.empty()) return unexpected("the end of the header");
    if (!has_descr_ || !has_order_ || !has_shape_) {
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: NPY header lacks one of descr, fortran_order and shape", name_)};
    }
    return header_;
  }

 private:
  void skip_space() {
    const auto first = rest_.find_first_not_of(" \n");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }

  bool take_token(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool next_is(char c) {
    skip_space();
    return rest_.starts_with(c);
  }

  [[nodiscard]] Error unexpected(std::string_view expected) const {
    return {ErrorCode::kBadFormat, fmt::format("{}: NPY header: found {}, expected {}", name_,
                                               files::quote_for_message(rest_.substr(0, 12)), expected)};
  }

  Result<std::string> parse_string() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return unexpected("a quoted string");
    const auto end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return unexpected("a string that ends");
    std::string value(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return value;
  }

  Status parse_value(const std::string& key) {
    if (key == "descr") return parse_descr();
    if (key == "fortran_order") return parse_order();
    if (key == "shape") return parse_shape();
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: NPY header has unknown key {}", name_, files::quote_for_message(key))};
  }

  Status parse_descr() {
    if (next_is('[')) {
      return Error{ErrorCode::kUnsupported, fmt::format("{}: holds a structured array, expected plain numbers", name_)};
    }
    STANDFAST_TRY(header_.descr, parse_string());
    has_descr_ = true;
    return {};
  }

  Status parse_order() {
    header_.fortran_order = take_token("True");
    if (!header_.fortran_order && !take_token("False")) return unexpected("True or False");
    has_order_ = true;
    return {};
  }

  Status parse_shape() {
    header_.shape.clear();
    if (!take_token("(")) return unexpected("'('");
    while (!take_token(")")) {
      std::int64_t extent = 0;
      skip_space();
      const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (code != std::errc{}) return unexpected("an array extent below 2^63");
      if (extent < 0) {
        return Error{ErrorCode::kBadShape, fmt::format("{}: NPY header has a negative extent {}", name_, extent)};
      }
      if (header_.shape.size() == kMaxDimensions) return unexpected("at most 32 dimensions");
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2 wrote long integers so: (6L, 3L)
      header_.shape.push_back(extent);
      if (!take_token(",") && !next_is(')')) return unexpected("',' or ')'");
    }
    has_shape_ = true;
    return {};
  }

  std::string_view rest_;
  const std::string& name_;
  NpyHeader header_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text, const std::string& name) {
  return HeaderParser(text, name).parse();
}

}  // namespace standfast::data
