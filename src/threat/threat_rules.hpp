// A threat file after parsing: settings for some features, later rules before earlier ones.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::threat {

enum class Change { kAny, kIncreaseOnly, kDecreaseOnly, kFrozen };

/// What one table of the file says; a key that it does not have leaves the earlier value.
struct ThreatSettings {
  std::optional<double> cost;
  std::optional<double> lower;
  std::optional<double> upper;
  std::optional<double> max_decrease;
  std::optional<double> max_increase;
  std::optional<Change> change;
};

/// The features that a rule is for.
struct FeaturePattern {
  std::string text;
  bool wildcards = false;  ///< Whether `*` stands for any run of characters.
  std::size_t line = 0;    ///< The line of the file, for messages.
};

struct ThreatRule {
  bool every_feature = false;  ///< [default]; otherwise the patterns pick.
  std::vector<FeaturePattern> patterns = {};
  ThreatSettings settings = {};
  std::size_t line = 0;  ///< The line of the file, for messages.
};

/// The model that the rules describe, each applied over the ones before it.
///
/// A category's column is meant by its name, by `*` and by [default], a feature that is one of its values by its exact
/// name only. A column takes the cost, and whether it is frozen; a value, in which direction it may change.
/// Shape: feature_names is empty (features are "0", "1", ...) or has dim names; of equal names each is meant.
/// Fails: kBadShape for another number of names, kBadOption for a pattern without a feature, kBadValue for lower >
/// upper, kBadOption for a setting that a category's column or value cannot have; as ThreatModel::validate for
/// categories. Cost: one comparison per feature and pattern with `*`, one look-up for each other name.
Result<ThreatModel> apply_rules(std::span<const ThreatRule> rules, const std::string& file,
                                std::span<const std::string> feature_names, std::size_t dim,
                                std::span<const Category> categories = {});

/// Text of a file as it may stand in a message: quoted, shortened, control characters as \xNN.
std::string quoted(std::string_view text);

}  // namespace standfast::threat
