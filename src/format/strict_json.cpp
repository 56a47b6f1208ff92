// A SAX pass that only looks: duplicate keys would make two readers see two models.
#include "format/strict_json.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace standfast {
namespace {

using nlohmann::json;

class StrictReader final : public nlohmann::json_sax<json> {
 public:
  explicit StrictReader(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    message_ = fmt::format("key {} is there twice, expected once", quote_for_message(name));
    return false;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    message_ = fmt::format("byte {} is not what JSON allows there", position);
    return false;
  }

  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  bool enter() {
    keys_.emplace_back();
    if (keys_.size() <= max_depth_) return true;
    message_ = fmt::format("nests deeper than {} levels", max_depth_);
    return false;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  std::vector<std::set<std::string>> keys_;
  std::string message_;
};

}  // namespace

Error bad_format(const std::string& place, std::string_view what) {
  return {ErrorCode::kBadFormat, fmt::format("{}: {}", place, what)};
}

Status check_strict_json(std::string_view text, std::size_t max_depth, const std::string& place) {
  StrictReader reader(max_depth);
  if (json::sax_parse(text, &reader)) return {};
  return bad_format(place, reader.message());
}

std::string quote_for_message(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  // the cut may fall inside a character, which `replace` makes visible
  return json(std::string(text.substr(0, kLongest))).dump(-1, ' ', true, json::error_handler_t::replace) +
         (cut ? "..." : "");
}

}  // namespace standfast
