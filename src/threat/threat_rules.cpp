// Rules onto features: names are looked up once, settings are merged key by key, and the model is checked as a whole.
#include "threat/threat_rules.hpp"

#include <unordered_map>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/names.hpp"
#include "threat/wildcard.hpp"

namespace standfast::threat {
namespace {

/// Settings of one feature, or of one category's column, and the last line that touched its bounds.
struct FeatureState {
  ThreatSettings settings;
  std::size_t bounds_line = 0;
};

/// What a file can name: the features, and behind them the columns of the categories.
class FeatureTable {
 public:
  FeatureTable(std::span<const std::string> names, std::size_t dim, std::span<const Category> categories)
      : names_(names.begin(), names.end()), dim_(dim), category_of_(dim + categories.size()) {
    for (std::size_t i = names_.size(); i < dim; ++i) names_.push_back(fmt::format("{}", i));
    for (std::size_t k = 0; k < categories.size(); ++k) {
      names_.push_back(categories[k].name);
      for (const std::uint32_t feature : categories[k].features) category_of_[feature] = k + 1;
    }
    for (std::size_t i = 0; i < names_.size(); ++i) by_name_[names_[i]].push_back(i);
  }

  [[nodiscard]] bool is_column(std::size_t at) const { return at >= dim_; }
  /// Whether it is a feature that stands for one value of a category.
  [[nodiscard]] bool is_value(std::size_t at) const { return category_of_[at] > 0; }
  [[nodiscard]] const std::string& column_of(std::size_t value) const { return names_[dim_ + category_of_[value] - 1]; }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& name(std::size_t feature) const { return names_[feature]; }

  [[nodiscard]] std::vector<std::size_t> find(const FeaturePattern& pattern) const {
    if (!pattern.wildcards || pattern.text.find('*') == std::string::npos) {
      const auto found = by_name_.find(pattern.text);
      return found == by_name_.end() ? std::vector<std::size_t>{} : found->second;
    }
    std::vector<std::size_t> features;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!is_value(i) && matches_wildcard(pattern.text, names_[i])) features.push_back(i);
    }
    return features;
  }

 private:
  std::vector<std::string> names_;
  std::size_t dim_;
  std::vector<std::size_t> category_of_;  // one more than its category; 0 for features of none, and for columns
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

Result<std::vector<std::size_t>> features_of(const ThreatRule& rule, const FeatureTable& table,
                                             const std::string& file) {
  std::vector<std::size_t> features;
  if (rule.every_feature) {
    for (std::size_t i = 0; i < table.names().size(); ++i) {
      if (!table.is_value(i)) features.push_back(i);
    }
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
std::vector<double> collect_column(std::span<const FeatureState> states, double otherwise, Read read) {
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

bool moves_one_way(const ThreatSettings& settings) {
  return settings.change == Change::kIncreaseOnly || settings.change == Change::kDecreaseOnly;
}

/// A table for one name says only what that can have; a default and a group say it for those that can.
Status check_categories(const ThreatRule& rule, std::span<const std::size_t> named, const FeatureTable& table,
                        const std::string& file) {
  const ThreatSettings& s = rule.settings;
  const bool has_amounts = s.lower || s.upper || s.max_decrease || s.max_increase;
  const bool names_one = !rule.every_feature && rule.patterns.size() == 1 && !rule.patterns.front().wildcards;
  for (const std::size_t at : named) {
    if (table.is_column(at) && names_one && (has_amounts || moves_one_way(s))) {
      return Error{
          ErrorCode::kBadOption,
          fmt::format("{}:{}: {} is a category, which has no amounts and no direction, expected cost, or change "
                      "= \"any\" or \"frozen\"",
                      file, rule.line, quoted(table.name(at)))};
    }
    if (table.is_value(at) && (has_amounts || s.cost)) {
      return Error{ErrorCode::kBadOption,
                   fmt::format("{}:{}: {} is a value of the category {}, expected change alone; the cost is the "
                               "category's",
                               file, rule.line, quoted(table.name(at)), quoted(table.column_of(at)))};
    }
  }
  return {};
}

/// The categories as the columns' settings have them; the values of a frozen one are frozen.
std::vector<Category> settled_categories(std::span<const Category> categories, std::span<const FeatureState> columns,
                                         std::span<FeatureState> features) {
  std::vector<Category> settled(categories.begin(), categories.end());
  for (std::size_t k = 0; k < settled.size(); ++k) {
    settled[k].cost = columns[k].settings.cost.value_or(settled[k].cost);
    if (columns[k].settings.change != Change::kFrozen) continue;
    for (const std::uint32_t feature : settled[k].features) features[feature].settings.change = Change::kFrozen;
  }
  return settled;
}

Status check_bounds(std::span<const FeatureState> states, const FeatureTable& table, const std::string& file) {
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
                                std::span<const std::string> feature_names, std::size_t dim,
                                std::span<const Category> categories) {
  if (!feature_names.empty() && feature_names.size() != dim) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: there are {} feature names, expected {}", file, feature_names.size(), dim)};
  }
  ThreatModel threat;
  threat.categories.assign(categories.begin(), categories.end());
  STANDFAST_CHECK(threat.validate(dim));
  const FeatureTable table(feature_names, dim, categories);
  std::vector<FeatureState> all(dim + categories.size());
  for (const auto& rule : rules) {
    STANDFAST_TRY(const auto named, features_of(rule, table, file));
    STANDFAST_CHECK(check_categories(rule, named, table, file));
    // of a default or a group: a column has no direction, and keeps what it was told before
    ThreatRule of_column = rule;
    if (moves_one_way(rule.settings)) of_column.settings.change.reset();
    for (const auto at : named) apply_rule(table.is_column(at) ? of_column : rule, all[at]);
  }
  const std::span<FeatureState> states = std::span(all).first(dim);
  STANDFAST_CHECK(check_bounds(states, table, file));
  threat.categories = settled_categories(categories, std::span(all).subspan(dim), states);
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
