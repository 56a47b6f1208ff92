// Threat files: TOML into rules. The format is in docs/threat-files.md; the syntax is toml++'s, the meaning ours.
#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/read_file.hpp"
#include "standfast/threat.hpp"
#include "threat/threat_rules.hpp"
#include "threat/toml_text.hpp"

namespace {

constexpr void require(bool expectation) {
  if (!expectation) throw std::logic_error("unexpected character");
}

}  // namespace

// toml++ asserts what it expects of a text, and some texts break that ("[%]"); a released build would go on regardless.
// Compiled here with assertions that throw, such a text ends at the catch below. The shared library cannot be told so.
#undef NDEBUG
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(expression) require(static_cast<bool>(expression))
#include <toml++/toml.h>

namespace standfast {
namespace {

// A megabyte has room for 10,000 features of 100 bytes; the parser's tree takes many times the text.
constexpr std::size_t kMaxFileSize = std::size_t{1} << 20;
// Each one is tried on every feature: without a limit a small file could keep a program busy for hours.
constexpr std::size_t kMaxPatterns = 10'000;

class ThreatParser {
 public:
  explicit ThreatParser(const std::string& file) : file_(file) {}

  Result<std::vector<threat::ThreatRule>> read_rules(const toml::table& document) {
    for (const auto& [key, node] : document) {
      if (key == "default" || key == "feature" || key == "group") {
        if (!node.is_table()) return wrong_type(key, node, "a table");
        continue;
      }
      if (key == "price_unit") {
        if (!node.is_string()) return wrong_type(key, node, "a string");
        continue;
      }
      return error(ErrorCode::kBadFormat, line_of(key),
                   "unknown key {}, expected price_unit, default, feature or group",
                   threat::quoted(threat::percent_decoded(key.str())));
    }
    std::vector<threat::ThreatRule> rules;
    STANDFAST_CHECK(add_default(document["default"].as_table(), rules));
    STANDFAST_CHECK(add_groups(document["group"].as_table(), rules));
    STANDFAST_CHECK(add_features(document["feature"].as_table(), rules));
    return rules;
  }

 private:
  Status add_default(const toml::table* table, std::vector<threat::ThreatRule>& rules) {
    if (table == nullptr) return {};
    threat::ThreatRule rule{.every_feature = true, .line = line_of(*table)};
    STANDFAST_TRY(rule.settings, read_settings(*table, false));
    rules.push_back(std::move(rule));
    return {};
  }

  Status add_groups(const toml::table* groups, std::vector<threat::ThreatRule>& rules) {
    if (groups == nullptr) return {};
    const auto first = static_cast<std::ptrdiff_t>(rules.size());
    for (const auto& [key, node] : *groups) {
      const auto* table = node.as_table();
      if (table == nullptr) return wrong_type(key, node, "a table");
      threat::ThreatRule rule{.line = line_of(key)};
      STANDFAST_TRY(rule.patterns, read_patterns(*table, key));
      STANDFAST_TRY(rule.settings, read_settings(*table, true));
      rules.push_back(std::move(rule));
    }
    // toml++ sorts its tables by name; a later group of the file comes over an earlier one.
    std::stable_sort(rules.begin() + first, rules.end(),
                     [](const threat::ThreatRule& a, const threat::ThreatRule& b) { return a.line < b.line; });
    return {};
  }

  Status add_features(const toml::table* features, std::vector<threat::ThreatRule>& rules) {
    if (features == nullptr) return {};
    for (const auto& [key, node] : *features) {
      const auto* table = node.as_table();
      if (table == nullptr) return wrong_type(key, node, "a table");
      threat::ThreatRule rule{.line = line_of(key)};
      rule.patterns.push_back({threat::percent_decoded(key.str()), false, line_of(key)});
      STANDFAST_TRY(rule.settings, read_settings(*table, false));
      rules.push_back(std::move(rule));
    }
    return {};
  }

  Result<std::vector<threat::FeaturePattern>> read_patterns(const toml::table& table, const toml::key& group) {
    const auto* array = table["features"].as_array();
    if (array == nullptr || array->empty()) {
      return error(ErrorCode::kBadFormat, line_of(group), "group {} has no list of features, expected features = [...]",
                   threat::quoted(threat::percent_decoded(group.str())));
    }
    std::vector<threat::FeaturePattern> patterns;
    for (const auto& node : *array) {
      const auto* text = node.as_string();
      if (text == nullptr) {
        return error(ErrorCode::kBadFormat, line_of(node), "an entry of features is {}, expected a string",
                     type_name(node));
      }
      if (++pattern_count_ > kMaxPatterns) {
        return error(ErrorCode::kUnsupported, line_of(node), "the groups name more than {} features, expected fewer",
                     kMaxPatterns);
      }
      patterns.push_back({threat::percent_decoded(text->get()), true, line_of(node)});
    }
    return patterns;
  }

  Result<threat::ThreatSettings> read_settings(const toml::table& table, bool in_group) {
    threat::ThreatSettings settings;
    for (const auto& [key, node] : table) {
      if (in_group && key == "features") continue;
      STANDFAST_CHECK(add_setting(key, node, settings));
    }
    return settings;
  }

  Status add_setting(const toml::key& key, const toml::node& node, threat::ThreatSettings& settings) {
    const auto positive = [](double v) { return v > 0 && std::isfinite(v); };
    const auto not_negative = [](double v) { return v >= 0; };
    if (key == "cost") return read_number(key, node, "a finite number > 0", positive, settings.cost);
    if (key == "lower")
      return read_number(
          key, node, "a number or -inf", [](double v) { return v < kInfinity; }, settings.lower);
    if (key == "upper")
      return read_number(
          key, node, "a number or inf", [](double v) { return v > -kInfinity; }, settings.upper);
    if (key == "max_decrease")
      return read_number(key, node, "a number >= 0 or inf", not_negative, settings.max_decrease);
    if (key == "max_increase")
      return read_number(key, node, "a number >= 0 or inf", not_negative, settings.max_increase);
    if (key == "change") return read_change(node, settings.change);
    if (key == "unit" || key == "note") return node.is_string() ? Status{} : wrong_type(key, node, "a string");
    return error(ErrorCode::kBadFormat, line_of(key),
                 "unknown key {}, expected cost, change, lower, upper, max_decrease, max_increase, unit or note",
                 threat::quoted(threat::percent_decoded(key.str())));
  }

  template <class Predicate>
  Status read_number(const toml::key& key, const toml::node& node, const char* expected, Predicate allowed,
                     std::optional<double>& target) {
    if (!node.is_number()) return wrong_type(key, node, expected);
    const double value =
        node.is_integer() ? static_cast<double>(node.as_integer()->get()) : node.as_floating_point()->get();
    if (!allowed(value)) {
      return error(ErrorCode::kBadValue, line_of(node), "{} is {}, expected {}", key.str(), value, expected);
    }
    target = value;
    return {};
  }

  Status read_change(const toml::node& node, std::optional<threat::Change>& target) {
    const auto text = node.value_or(std::string_view{});
    if (text == "any")
      target = threat::Change::kAny;
    else if (text == "increase-only")
      target = threat::Change::kIncreaseOnly;
    else if (text == "decrease-only")
      target = threat::Change::kDecreaseOnly;
    else if (text == "frozen")
      target = threat::Change::kFrozen;
    else
      return error(node.is_string() ? ErrorCode::kBadValue : ErrorCode::kBadFormat, line_of(node),
                   "change is {}, expected any, increase-only, decrease-only or frozen",
                   node.is_string() ? threat::quoted(threat::percent_decoded(text)) : type_name(node));
    return {};
  }

  static std::string type_name(const toml::node& node) {
    switch (node.type()) {
      case toml::node_type::table:
        return "a table";
      case toml::node_type::array:
        return "an array";
      case toml::node_type::string:
        return "a string";
      case toml::node_type::integer:
        return "an integer";
      case toml::node_type::floating_point:
        return "a number";
      case toml::node_type::boolean:
        return "a boolean";
      default:
        return "a date or time";
    }
  }

  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }
  static std::size_t line_of(const toml::key& key) { return key.source().begin.line; }

  Error wrong_type(const toml::key& key, const toml::node& node, const char* expected) const {
    return error(ErrorCode::kBadFormat, line_of(key), "{} is {}, expected {}",
                 threat::quoted(threat::percent_decoded(key.str())), type_name(node), expected);
  }

  template <class... Args>
  Error error(ErrorCode code, std::size_t line, fmt::format_string<Args...> format, Args&&... args) const {
    return {code, fmt::format("{}:{}: {}", file_, line, fmt::format(format, std::forward<Args>(args)...))};
  }

  const std::string& file_;
  std::size_t pattern_count_ = 0;
};

// The edge where toml++'s exceptions end.
Result<toml::table> parse_toml(std::string_view text, const std::string& name) {
  const std::string ascii = threat::percent_encoded(text);
  try {
    return toml::parse(std::string_view(ascii), name);
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}:{}: found text that is not TOML ({}), expected a threat file",
                                                    name, error.source().begin.line, error.description())};
  } catch (const std::exception& error) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: cannot be parsed ({}), expected TOML", name, error.what())};
  }
}

}  // namespace

Result<ThreatModel> parse_threat(std::string_view text, const std::string& name,
                                 std::span<const std::string> feature_names, std::size_t dim,
                                 std::span<const Category> categories) {
  if (text.size() > kMaxFileSize) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: larger than {} bytes, expected a threat file of at most that", name, kMaxFileSize)};
  }
  STANDFAST_TRY(const auto document, parse_toml(text, name));
  STANDFAST_TRY(const auto rules, ThreatParser(name).read_rules(document));
  STANDFAST_TRY(ThreatModel threat, threat::apply_rules(rules, name, feature_names, dim, categories));
  threat.price_unit = threat::percent_decoded(document["price_unit"].value_or(std::string_view{}));
  return threat;
}

Result<ThreatModel> read_threat_file(const std::string& path, std::span<const std::string> feature_names,
                                     std::size_t dim, std::span<const Category> categories) {
  const auto bytes = files::read_any_file(path, "a threat file", kMaxFileSize);
  if (bytes.ok()) return parse_threat(files::as_text(*bytes), path, feature_names, dim, categories);
  const bool too_large = bytes.error().code == ErrorCode::kBadFormat;
  return Error{too_large ? ErrorCode::kUnsupported : bytes.error().code, bytes.error().message};
}

}  // namespace standfast
