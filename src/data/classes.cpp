// Class names get numbers in the order in which they appear. At the end they are sorted and the labels renumbered, so
// that the numbers depend on the names and not on the order of the rows.
#include "data/classes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "data/text.hpp"
#include "data/words.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

/// Replaces class number k by new_numbers[k].
void renumber(Dataset& data, std::span<const std::int32_t> new_numbers) {
  for (auto& label : data.labels) label = new_numbers[static_cast<std::size_t>(label)];
}

bool all_numbers(std::span<const std::string> names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    const auto value = parse_number(name);
    return value && std::isfinite(*value);
  });
}

}  // namespace

Result<std::int32_t> ClassNames::number_of(std::string_view name) {
  if (const auto known = numbers_.find(std::string(name)); known != numbers_.end()) return known->second;
  if (name.empty()) return Error{ErrorCode::kBadValue, "the label is missing"};
  if (!is_name_text(name)) {
    return Error{ErrorCode::kBadValue,
                 fmt::format("found label {}, expected UTF-8 text", files::quote_for_message(name))};
  }
  if (names_.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return Error{ErrorCode::kUnsupported, "there are more than 2^31 - 1 different labels"};
  }
  const auto number = static_cast<std::int32_t>(names_.size());
  names_.emplace_back(name);
  numbers_.emplace(name, number);
  return number;
}

void sort_classes(Dataset& data) {
  const auto& names = data.class_names;
  const bool by_value = all_numbers(names);
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (by_value && *parse_number(names[a]) != *parse_number(names[b])) {
      return *parse_number(names[a]) < *parse_number(names[b]);
    }
    return names[a] < names[b];
  });
  std::vector<std::string> sorted;
  std::vector<std::int32_t> new_numbers(names.size());
  for (const std::size_t old : order) {
    new_numbers[old] = static_cast<std::int32_t>(sorted.size());
    sorted.push_back(names[old]);
  }
  data.class_names = std::move(sorted);
  renumber(data, new_numbers);
}

Result<Dataset> select_classes(const Dataset& data, std::span<const std::string> classes) {
  if (data.labels.empty()) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: holds no labels, so that no classes can be chosen", data.source)};
  }
  std::vector<std::int32_t> new_numbers(data.class_names.size(), -1);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    STANDFAST_TRY(const std::int32_t old, data.class_index(classes[i]));
    auto& slot = new_numbers[static_cast<std::size_t>(old)];
    if (slot >= 0) return Error{ErrorCode::kBadOption, fmt::format("class \"{}\" is named twice", classes[i])};
    slot = static_cast<std::int32_t>(i);
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < data.count(); ++i) {
    if (new_numbers[static_cast<std::size_t>(data.labels[i])] >= 0) kept.push_back(i);
  }
  Dataset chosen = data.subset(kept);
  renumber(chosen, new_numbers);
  chosen.class_names.assign(classes.begin(), classes.end());
  return chosen;
}

namespace {

Dataset merge_others(Dataset data, const std::string& sensitive) {
  std::vector<std::int32_t> new_numbers;
  for (const std::string& name : data.class_names) new_numbers.push_back(name == sensitive ? 0 : 1);
  renumber(data, new_numbers);
  data.notes.push_back(fmt::format("{}: the class {} against the rest, {} other classes", data.source,
                                   files::quote_for_message(sensitive), std::ranges::count(new_numbers, 1)));
  data.class_names = {sensitive, name_of_the_rest(sensitive)};
  return data;
}

}  // namespace

Result<Dataset> put_against_rest(Dataset data, const std::string& sensitive) {
  if (data.labels.empty())
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: holds no labels, so that no class can be put against the rest", data.source)};
  STANDFAST_TRY(const std::int32_t found, data.class_index(sensitive));
  static_cast<void>(found);
  const std::string rest = name_of_the_rest(sensitive);
  if (std::ranges::find(data.class_names, rest) != data.class_names.end())
    return Error{ErrorCode::kBadOption, fmt::format("{}: a class is called {}, which is what the rest is called",
                                                    data.source, files::quote_for_message(rest))};
  return merge_others(std::move(data), sensitive);
}

Result<Dataset> put_against_rest_unless_done(Dataset data, const std::string& sensitive) {
  const std::string rest = name_of_the_rest(sensitive);
  const auto known = [&](const std::string& name) { return name == sensitive || name == rest; };
  if (data.labels.empty() || std::ranges::all_of(data.class_names, known)) return data;
  if (std::ranges::find(data.class_names, rest) != data.class_names.end())
    return put_against_rest(std::move(data), sensitive);
  return merge_others(std::move(data), sensitive);
}

Result<Dataset> concatenate_datasets(Dataset first, const Dataset& second) {
  if (first.is_text() != second.is_text() || (!first.is_text() && first.input_shape != second.input_shape)) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: inputs are ({}), expected ({}) as in {}", second.source,
                             fmt::join(second.input_shape, ", "), fmt::join(first.input_shape, ", "), first.source)};
  }
  if (first.labels.empty() != second.labels.empty()) {
    return Error{ErrorCode::kBadFormat, fmt::format("{} has {}labels and {} has {}, expected labels for both or none",
                                                    first.source, first.labels.empty() ? "no " : "", second.source,
                                                    second.labels.empty() ? "none" : "some")};
  }
  ClassNames classes;
  for (const auto& name : first.class_names) STANDFAST_CHECK(classes.number_of(name));
  const auto offset = static_cast<std::int64_t>(first.count());
  for (const auto index : second.source_index) first.source_index.push_back(offset + index);
  first.source_names.insert(first.source_names.end(), second.source_names.begin(), second.source_names.end());
  for (const auto label : second.labels) {
    STANDFAST_TRY(const auto number, classes.number_of(second.class_names[static_cast<std::size_t>(label)]));
    first.labels.push_back(number);
  }
  if (first.is_text()) append_messages(first, second);
  first.features.insert(first.features.end(), second.features.begin(), second.features.end());
  first.notes.insert(first.notes.end(), second.notes.begin(), second.notes.end());
  first.class_names = classes.names();
  first.is_image = first.is_image && second.is_image;
  sort_classes(first);
  return first;
}

}  // namespace standfast::data

namespace standfast {

std::string name_of_the_rest(std::string_view sensitive) { return fmt::format("not {}", sensitive); }

}  // namespace standfast
