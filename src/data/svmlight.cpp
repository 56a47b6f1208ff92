// One pass collects the values that are there; once the number of features is known, the rows are written out.
#include "data/svmlight.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

/// What stands before the next blank, which it is taken from.
std::string_view take_field(std::string_view& line) {
  constexpr std::string_view kBlanks = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(field.size());
  return field;
}

/// Where indices begin by the names of a model's features; nothing if these are no such numbers.
std::optional<std::size_t> first_index(std::span<const std::string> known) {
  if (known.empty() || (known.front() != "0" && known.front() != "1")) return std::nullopt;
  const std::size_t first = known.front() == "0" ? 0 : 1;
  for (std::size_t f = 0; f < known.size(); ++f)
    if (known[f] != std::to_string(first + f)) return std::nullopt;
  return first;
}

class SvmlightReader {
 public:
  explicit SvmlightReader(const std::string& name) : name_(name) {}

  Status add_line(std::string_view line, std::size_t number) {
    line = line.substr(0, line.find('#'));
    const std::string_view label = take_field(line);
    if (label.empty()) return {};
    line_ = number;
    STANDFAST_CHECK(add_label(label));
    std::int64_t last = -1;
    for (bool first = true;; first = false) {
      const std::string_view field = take_field(line);
      if (field.empty()) break;
      if (first && field.starts_with("qid:")) continue;
      STANDFAST_CHECK(add_value(field, last));
    }
    begin_.push_back(entries_.size());
    return {};
  }

  Result<Dataset> finish(std::span<const std::string> known) {
    const std::size_t rows = begin_.size() - 1;
    if (rows == 0)
      return Error{ErrorCode::kBadFormat, fmt::format("{}: has no rows, expected LABEL INDEX:VALUE ...", name_)};
    const auto known_first = first_index(known);
    const std::size_t first = zero_seen_ ? 0 : known_first.value_or(1);
    const std::size_t least = known_first == first ? known.size() : 0;
    const std::size_t dim = std::max(least, entries_.empty() ? 0 : largest_ + 1 - first);
    if (dim == 0) return Error{ErrorCode::kBadFormat, fmt::format("{}: holds labels and no features", name_)};
    if (rows > kMaxSparseValues / dim)
      return Error{ErrorCode::kUnsupported,
                   fmt::format("{}: has {} rows of {} features, expected at most {} values in all, zeros counted",
                               name_, rows, dim, kMaxSparseValues)};
    Dataset data;
    data.source = name_;
    data.input_shape = {static_cast<std::int64_t>(dim)};
    for (std::size_t f = 0; f < dim; ++f) data.feature_names.push_back(std::to_string(first + f));
    data.features.resize(rows * dim);
    for (std::size_t i = 0; i < rows; ++i) {
      data.source_index.push_back(static_cast<std::int64_t>(i));
      for (std::size_t k = begin_[i]; k < begin_[i + 1]; ++k)
        data.features[i * dim + entries_[k].index - first] = entries_[k].value;
    }
    data.labels = std::move(labels_);
    data.class_names = classes_.names();
    sort_classes(data);
    data.notes.push_back(fmt::format("{}: {} features, whose indices count from {}", name_, dim, first));
    return data;
  }

 private:
  struct Entry {
    std::uint32_t index;
    float value;
  };

  /// "+1", "1" and "1.0" are one class.
  Status add_label(std::string_view field) {
    const auto value = parse_number(field);
    if (!value || !std::isfinite(*value))
      return error(ErrorCode::kBadValue, fmt::format("found {}, expected a number as the label, before the features",
                                                     files::quote_for_message(field)));
    STANDFAST_TRY(const std::int32_t label, classes_.number_of(number_text(*value)));
    labels_.push_back(label);
    return {};
  }

  Status add_value(std::string_view field, std::int64_t& last) {
    const auto colon = std::min(field.find(':'), field.size());
    std::uint32_t index = 0;
    const auto [end, failed] = std::from_chars(field.data(), field.data() + colon, index);
    if (colon == field.size() || failed != std::errc() || end != field.data() + colon || colon == 0)
      return error(ErrorCode::kBadFormat,
                   fmt::format("found {}, expected INDEX:VALUE", files::quote_for_message(field)));
    if (index > kMaxSparseFeatures)
      return error(ErrorCode::kUnsupported,
                   fmt::format("found index {}, expected at most {} features", index, kMaxSparseFeatures));
    if (static_cast<std::int64_t>(index) <= last)
      return error(ErrorCode::kBadFormat,
                   fmt::format("found index {} after {}, expected indices that ascend", index, last));
    last = index;
    const auto value = parse_number(field.substr(colon + 1));
    const float stored = value ? static_cast<float>(*value) : std::numeric_limits<float>::quiet_NaN();
    if (!std::isfinite(stored))
      return error(ErrorCode::kBadValue, fmt::format("index {}: found {}, expected a finite float32 number", index,
                                                     files::quote_for_message(field.substr(colon + 1))));
    zero_seen_ = zero_seen_ || index == 0;
    largest_ = std::max<std::size_t>(largest_, index);
    entries_.push_back({index, stored});
    return {};
  }

  [[nodiscard]] Error error(ErrorCode code, const std::string& what) const {
    return {code, fmt::format("{}: line {}: {}", name_, line_, what)};
  }

  const std::string& name_;
  std::size_t line_ = 0;
  ClassNames classes_;
  std::vector<std::int32_t> labels_;
  std::vector<std::size_t> begin_ = {0};
  std::vector<Entry> entries_;
  std::size_t largest_ = 0;
  bool zero_seen_ = false;
};

}  // namespace

Result<Dataset> parse_svmlight(std::string_view text, const std::string& name, std::span<const std::string> known) {
  SvmlightReader reader(name);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    STANDFAST_CHECK(reader.add_line(text.substr(0, end), number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish(known);
}

}  // namespace standfast::data
