// Labels by name: collected while reading, then ordered and chosen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Numbers class names in the order in which they appear.
class ClassNames {
 public:
  /// The number of a name, new or known. Fails: kBadValue for a name that is empty or not UTF-8.
  Result<std::int32_t> number_of(std::string_view name);
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int32_t> numbers_;
};

/// Puts the class names in order, numbers by value and anything else by bytes, and renumbers the labels.
void sort_classes(Dataset& data);

/// Keeps the rows of the given classes, numbered in the order given.
/// Fails: kBadOption for unlabelled data, an unknown class (naming those that exist) or one named twice.
Result<Dataset> select_classes(const Dataset& data, std::span<const std::string> classes);

/// One class against all others, which become one; the class that is named comes first.
///
/// Fails: kBadOption for unlabelled data, and for a class "not A" among the others, which cannot be told from the rest.
Result<Dataset> put_against_rest(Dataset data, const std::string& sensitive);
/// The same for data that may be of these two classes already, and may lack the class that is named, or labels.
Result<Dataset> put_against_rest_unless_done(Dataset data, const std::string& sensitive);

/// The rows of `first` and then those of `second`, whose records are counted on from those of `first`.
/// Fails: kBadShape if the inputs differ in shape, kBadFormat if only one of the two has labels.
Result<Dataset> concatenate_datasets(Dataset first, const Dataset& second);

}  // namespace standfast::data
