// Rules onto features: names are looked up once, settings are merged key by key, and the model is checked as a whole.
#include "threat/threat_rules.hpp"

#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/names.hpp"
#include "threat/wildcard.hpp"

namespace standfast::threat {
namespace {

/// One feature's settings and the last line that touched its bounds.
struct FeatureState {
  ThreatSettings settings;
  std::size_t bounds_line = 0;
};

class FeatureTable {
 public:
  FeatureTable(std::span<const std::string> names, std::size_t dim) : names_(names.begin(), names.end()) {
    for (std::size_t i = names_.size(); i < dim; ++i) names_.push_back(fmt::format("{}", i));
    for (std::size_t i = 0; i < dim; ++i) by_name_[names_[i]].push_back(i);
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& name(std::size_t feature) const { return names_[feature]; }

  [[nodiscard]] std::vector<std::size_t> find(const FeaturePattern& pattern) const {
    if (!pattern.wildcards || pattern.text.find('*') == std::string::npos) {
      const auto found = by_name_.find(pattern.text);
      return found == by_name_.end() ? std::vector<std::size_t>{} : found->second;
    }
    std::vector<std::size_t> features;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (matches_wildcard(pattern.text, names_[i])) features.push_back(i);
    }
    return features;
  }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_;
};

template <class T>
void override_with(std::optional<T>& value, const std::optional<T>& newer) {
  if (newer) value = newer;
}

void apply_rule(const ThreatRule& rule, FeatureState& state) {
  override_with(state.settings.cost, rule.settings.cost);
  override_with(state.settings.lower, rule.settings.lower);
  override_with(state.settings.upper, rule.settings.upper);
  override_with(state.settings.max_decrease, rule.settings.max_decrease);
  override_with(state.settings.max_increase, rule.settings.max_increase);
  override_with(state.settings.change, rule.settings.change);
  if (rule.settings.lower || rule.settings.upper) state.bounds_line = rule.line;
}

Error no_such_feature(const FeaturePattern& pattern, const FeatureTable& table, const std::string& file) {
  const bool by_pattern = pattern.wildcards && pattern.text.find('*') != std::string::npos;
  return {ErrorCode::kBadOption,
          fmt::format("{}:{}: {} {}, expected {} of the {} features{}", file, pattern.line, quoted(pattern.text),
                      by_pattern ? "matches no feature" : "is not a feature",
                      by_pattern ? "a pattern for some" : "the name of one", table.names().size(),
                      by_pattern ? "" : files::suggest_name(pattern.text, table.names()))};
}

Result<std::vector<std::size_t>> features_of(const ThreatRule& rule, const FeatureTable& table, const std::string& file,
                                             std::size_t dim) {
  std::vector<std::size_t> features;
  if (rule.every_feature) {
    features.resize(dim);
    std::iota(features.begin(), features.end(), std::size_t{0});
    return features;
  }
  for (const auto& pattern : rule.patterns) {
    const auto found = table.find(pattern);
    if (found.empty()) return no_such_feature(pattern, table, file);
    features.insert(features.end(), found.begin(), found.end());
  }
  return features;
}

// A vector stays empty, which means the default, if no feature sets its key.
template <class Read>
std::vector<double> collect_column(const std::vector<FeatureState>& states, double otherwise, Read read) {
  std::vector<double> values(states.size(), otherwise);
  bool any = false;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::optional<double> value = read(states[i].settings);
    any = any || value.has_value();
    values[i] = value.value_or(otherwise);
  }
  return any ? values : std::vector<double>{};
}

std::optional<double> largest_decrease(const ThreatSettings& settings) {
  const auto change = settings.change.value_or(Change::kAny);
  if (change == Change::kIncreaseOnly || change == Change::kFrozen) return 0.0;
  return settings.max_decrease;
}

std::optional<double> largest_increase(const ThreatSettings& settings) {
  const auto change = settings.change.value_or(Change::kAny);
  if (change == Change::kDecreaseOnly || change == Change::kFrozen) return 0.0;
  return settings.max_increase;
}

Status check_bounds(const std::vector<FeatureState>& states, const FeatureTable& table, const std::string& file) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    const double lower = states[i].settings.lower.value_or(-kInfinity);
    const double upper = states[i].settings.upper.value_or(kInfinity);
    if (lower <= upper) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}:{}: feature {} has lower = {} and upper = {}, expected lower <= upper", file,
                             states[i].bounds_line, quoted(table.name(i)), lower, upper)};
  }
  return {};
}

}  // namespace

Result<ThreatModel> apply_rules(std::span<const ThreatRule> rules, const std::string& file,
                                std::span<const std::string> feature_names, std::size_t dim) {
  if (!feature_names.empty() && feature_names.size() != dim) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: there are {} feature names, expected {}", file, feature_names.size(), dim)};
  }
  const FeatureTable table(feature_names, dim);
  std::vector<FeatureState> states(dim);
  for (const auto& rule : rules) {
    STANDFAST_TRY(const auto features, features_of(rule, table, file, dim));
    for (const auto feature : features) apply_rule(rule, states[feature]);
  }
  STANDFAST_CHECK(check_bounds(states, table, file));
  ThreatModel threat;
  threat.cost = collect_column(states, 1, [](const ThreatSettings& settings) { return settings.cost; });
  threat.lower = collect_column(states, -kInfinity, [](const ThreatSettings& settings) { return settings.lower; });
  threat.upper = collect_column(states, kInfinity, [](const ThreatSettings& settings) { return settings.upper; });
  threat.max_decrease = collect_column(states, kInfinity, largest_decrease);
  threat.max_increase = collect_column(states, kInfinity, largest_increase);
  STANDFAST_CHECK(threat.validate(dim));
  return threat;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;  // enough to recognise a name, and a message stays a line or two
  std::string result = "'";
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + (text.size() > kShown ? "...'" : "'");
}

}  // namespace standfast::threat
