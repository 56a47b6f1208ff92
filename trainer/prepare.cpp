// The feature map's mean and deviation come from the training rows only: the validation share must stay unseen.
#include "trainer/prepare.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "files/message.hpp"
#include "files/sha256.hpp"
#include "model/knots.hpp"
#include "trainer/kinks.hpp"
#include "trainer/knots.hpp"
#include "trainer/words/prepare_words.hpp"

namespace standfast::trainer {
namespace {

// what is nothing but rounding is learnt a million times more slowly than other features: not at all
constexpr double kConstantSize = 1 << 20;

struct Moments {
  std::vector<float> mean;
  std::vector<float> inverse_deviation;  ///< 1 for a feature that never changes.
  std::vector<bool> constant;            ///< Per group: whether it changes by no more than rounding.
};

/// Features that share their mean and deviation: all pixels of a channel, or one column of a table.
std::size_t group_size(const Dataset& data) {
  if (!data.is_image || data.input_shape.size() != 3) return 1;
  return static_cast<std::size_t>(data.input_shape[1] * data.input_shape[2]);
}

struct Range {
  float smallest = std::numeric_limits<float>::infinity();
  float largest = -std::numeric_limits<float>::infinity();

  /// Whether the values differ by no more than a few roundings of float32, relative to their own magnitude: then their
  /// deviation is rounding too, and dividing by it would make noise out of nothing.
  [[nodiscard]] bool is_rounding() const {
    constexpr double kRoundings = 4;  // as many as a short computation of the column may have made
    const double magnitude = std::max(std::abs(double{smallest}), std::abs(double{largest}));
    return double{largest} - double{smallest} <= kRoundings * std::numeric_limits<float>::epsilon() * magnitude;
  }
};

Moments training_moments(const Dataset& data, const std::vector<std::size_t>& rows) {
  const std::size_t dim = data.dim();
  const std::size_t group = group_size(data);
  const std::size_t groups = dim / group;
  const auto count = static_cast<double>(rows.size() * group);
  std::vector<double> mean(groups);
  std::vector<double> square(groups);
  std::vector<Range> ranges(groups);
  for (const auto row : rows)
    for (std::size_t i = 0; i < dim; ++i) {
      const float value = data.row(row)[i];
      mean[i / group] += value / count;
      Range& range = ranges[i / group];
      range.smallest = std::min(range.smallest, value);
      range.largest = std::max(range.largest, value);
    }
  for (const auto row : rows)
    for (std::size_t i = 0; i < dim; ++i) {
      const double centred = data.row(row)[i] - mean[i / group];
      square[i / group] += centred * centred / count;
    }
  // one number serves a map whose features all share it
  const std::size_t repeats = groups == 1 ? 1 : group;
  Moments moments;
  for (const Range& range : ranges) moments.constant.push_back(range.is_rounding());
  for (std::size_t i = 0; i < groups * repeats; ++i) {
    const std::size_t g = i / repeats;
    const bool never_changes = ranges[g].smallest == ranges[g].largest;
    // the mean of equal values is the value itself, which their sum misses by its roundings
    moments.mean.push_back(never_changes ? ranges[g].smallest : static_cast<float>(mean[g]));
    const auto inverse = static_cast<float>(1 / std::sqrt(square[g]));
    moments.inverse_deviation.push_back(!moments.constant[g] && std::isfinite(inverse) ? inverse : 1.0F);
  }
  return moments;
}

/// "a", "b" and 3 more.
std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMostShown = 5;
  std::string text = fmt::format("{}", fmt::join(std::span(names).first(std::min(names.size(), kMostShown)), ", "));
  if (names.size() > kMostShown) text += fmt::format(" and {} more", names.size() - kMostShown);
  return text;
}

/// Says which columns of a table teach nothing.
std::vector<std::string> constant_notes(const Dataset& data, const Moments& moments) {
  if (group_size(data) != 1) return {};
  std::set<std::size_t> others;  // what no training row has, and other rows may
  for (const CategoryColumn& category : category_columns(data.columns)) others.insert(category.features.back());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < data.dim(); ++i)
    if (moments.constant[i] && !others.contains(i))
      names.push_back(data.feature_names.empty() ? fmt::format("feature {}", i)
                                                 : files::quote_for_message(data.feature_names[i]));
  if (names.empty()) return {};
  return {fmt::format("{} of {} columns never change{} in the training rows, and the model leaves {} out: {}",
                      names.size(), data.dim(), names.size() == 1 ? "s" : "", names.size() == 1 ? "it" : "them",
                      list_names(names))};
}

std::vector<std::string> names_of(const Dataset& data, const KnotsChoice& knots, ColumnMap map) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < data.dim(); ++i)
    if (knots.columns[i] == map)
      names.push_back(data.feature_names.empty() ? fmt::format("feature {}", i)
                                                 : files::quote_for_message(data.feature_names[i]));
  return names;
}

/// Says which columns go through which function.
std::vector<std::string> knots_notes(const Dataset& data, const KnotsChoice& knots) {
  std::vector<std::string> parts;
  for (const ColumnMap map : {ColumnMap::kLog, ColumnMap::kRank, ColumnMap::kTwo, ColumnMap::kStandard}) {
    const std::vector<std::string> names = names_of(data, knots, map);
    if (!names.empty())
      parts.push_back(fmt::format("{} {} ({})", names.size(), column_map_name(map), list_names(names)));
  }
  return {fmt::format("feature map by column: {}", fmt::join(parts, "; "))};
}

/// Knots, and then the mean and deviation of what they make of the training rows.
model::FeatureMap knots_map(const Dataset& data, const std::vector<std::size_t>& rows, const Moments& raw,
                            KnotsChoice knots) {
  Dataset mapped = data.subset(rows);
  mapped.features = apply_map({knots.step}, mapped.features, data.dim());
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  Moments moments = training_moments(mapped, all);
  for (std::size_t i = 0; i < data.dim(); ++i) {
    const float apart = knots.columns[i] == ColumnMap::kTwo ? 1 / knots.spread[i] : moments.inverse_deviation[i];
    moments.inverse_deviation[i] = raw.constant[i] || !std::isfinite(apart) || !(apart > 0) ? 1.0F : apart;
  }
  model::FeatureMap map = model::standardise_map(std::move(moments.mean), std::move(moments.inverse_deviation));
  map.insert(map.begin(), std::move(knots.step));
  return map;
}

Result<model::FeatureMap> make_map(const Dataset& data, const std::vector<std::size_t>& rows, Moments moments,
                                   const TrainOptions& options, std::vector<std::string>& notes) {
  if (has_knots(options.feature_map)) {
    KnotsChoice knots = choose_knots(data, rows, options.feature_map);
    const std::vector<std::string> added = knots_notes(data, knots);
    notes.insert(notes.end(), added.begin(), added.end());
    return knots_map(data, rows, moments, std::move(knots));
  }
  const bool scales = options.feature_map == InputMap::kStandardise || options.feature_map == InputMap::kStandardiseAbs;
  model::FeatureMap map = scales ? model::standardise_map(std::move(moments.mean), std::move(moments.inverse_deviation))
                                 : model::identity_map(std::move(moments.mean));
  if (!has_abs(options.feature_map)) return map;
  if (options.kinks == 1) return model::with_abs(std::move(map));
  const std::vector<float> mapped = apply_map(map, data.subset(rows).features, data.dim());
  return with_kinks(std::move(map), mapped, data.input_shape, data.is_image, options.kinks);
}

FeatureRows make_rows(const Dataset& data, const std::vector<std::size_t>& rows, const model::FeatureMap& map,
                      std::int32_t sensitive) {
  const Dataset part = data.subset(rows);
  FeatureRows result;
  result.features = apply_map(map, part.features, data.dim());
  for (const auto label : part.labels) result.labels.push_back(label == sensitive ? 1.0F : 0.0F);
  return result;
}

/// `row(i)` is what input i consists of.
std::size_t count_different_rows(std::size_t count, auto row) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order,
                    [&](std::size_t a, std::size_t b) { return std::ranges::lexicographical_compare(row(a), row(b)); });
  const auto equal = [&](std::size_t a, std::size_t b) { return std::ranges::equal(row(a), row(b)); };
  return static_cast<std::size_t>(std::ranges::unique(order, equal).begin() - order.begin());
}

std::size_t count_different_rows(const Dataset& data) {
  if (data.is_text()) return count_different_rows(data.count(), [&](std::size_t i) { return data.words.row(i); });
  return count_different_rows(data.count(), [&](std::size_t i) { return data.row(i); });
}

/// Equal rows stay on one side of the split, so that it is the different ones that count.
Status check_both_classes(const FeatureRows& rows, const char* side, const Dataset& data) {
  const auto sensitive = static_cast<std::size_t>(std::ranges::count(rows.labels, 1.0F));
  if (sensitive > 0 && sensitive < rows.count()) return {};
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: the {} split has {} rows of the sensitive class and {} of the other, expected some of "
                           "both: {} of its {} rows differ{}, and equal rows stay on one side",
                           data.source, side, sensitive, rows.count() - sensitive, count_different_rows(data),
                           data.count(), data.is_text() ? " in their words" : " in float32")};
}

/// The network reads words as they are, and changes of a message are counted in words.
Status check_message_options(const Dataset& data, const TrainOptions& options) {
  if (options.network != Network::kMlp)
    return Error{ErrorCode::kBadOption, fmt::format("--network: {} is for images, {} holds messages, expected mlp",
                                                    word_for(options.network), data.source)};
  if (options.feature_map != InputMap::kIdentity)
    return Error{ErrorCode::kBadOption, fmt::format("--feature-map: {} is for numbers, {} holds messages, expected "
                                                    "identity",
                                                    word_for(options.feature_map), data.source)};
  if (options.certify_norm)
    return Error{ErrorCode::kBadOption,
                 fmt::format("--certify-for: found {}:{}, and {} holds messages; expected words:R or added-words:R",
                             options.certify_norm->name().substr(1), options.certify_radius, data.source)};
  return {};
}

Status check_no_words(const Dataset& data, const TrainOptions& options) {
  if (options.certify_words == 0 && options.certify_added_words == 0) return {};
  return Error{ErrorCode::kBadOption,
               fmt::format("--certify-for: words and added-words are for messages, {} holds {}; expected NORM:RADIUS",
                           data.source, data.is_image ? "images" : "a table of numbers")};
}

Status check_request(const Dataset& data, const TrainOptions& options) {
  if (data.labels.size() != data.count() || data.count() == 0)
    return Error{ErrorCode::kBadOption, fmt::format("{}: {} rows and {} labels, expected labelled rows", data.source,
                                                    data.count(), data.labels.size())};
  if (data.class_names.size() != 2)
    return Error{ErrorCode::kBadOption, fmt::format("--classes: {} has {} classes, expected the names of two of them",
                                                    data.source, data.class_names.size())};
  STANDFAST_CHECK(data.is_text() ? check_message_options(data, options) : check_no_words(data, options));
  if (has_knots(options.feature_map) && data.is_image)
    return Error{ErrorCode::kBadOption, fmt::format("--feature-map: {} is for tables, {} holds images",
                                                    word_for(options.feature_map), data.source)};
  if ((options.crop > 0 || options.flip) && !(data.is_image && data.input_shape.size() == 3))
    return Error{ErrorCode::kBadOption, fmt::format("--crop, --flip: {} holds no images", data.source)};
  return {};
}

Result<ThreatModel> training_threat(const Dataset& data, const TrainOptions& options) {
  if (!options.threat.empty())
    return read_threat_file(options.threat, data.feature_names, data.dim(), categories_of(data.columns));
  if (options.domain.empty()) return ThreatModel{};
  return ThreatModel::domain(data.dim(), options.domain[0], options.domain[1]);
}

/// 1 for each feature that the threat file calls increase-only, -1 for a decrease-only one, else 0.
Result<std::vector<std::int8_t>> monotone_features(std::span<const std::string> names, std::size_t dim,
                                                   const Columns& columns, const TrainOptions& options) {
  if (options.monotone.empty()) return std::vector<std::int8_t>();
  STANDFAST_TRY(const ThreatModel threat, read_threat_file(options.monotone, names, dim, categories_of(columns)));
  const auto largest = [](const std::vector<double>& changes, std::size_t i) {
    return changes.empty() ? kInfinity : changes[i];
  };
  std::vector<std::int8_t> signs(dim);
  for (std::size_t i = 0; i < signs.size(); ++i) {
    const bool rises = largest(threat.max_increase, i) > 0, falls = largest(threat.max_decrease, i) > 0;
    if (rises != falls) signs[i] = rises ? 1 : -1;
  }
  if (std::ranges::any_of(signs, [](std::int8_t sign) { return sign != 0; })) return signs;
  return Error{ErrorCode::kBadOption,
               fmt::format("--monotone: {} calls no feature increase-only or decrease-only", options.monotone)};
}

std::vector<double> mean_squares(const FeatureRows& rows, std::size_t dim) {
  std::vector<double> squares(dim);
  for (std::size_t i = 0; i < rows.features.size(); ++i) {
    const double value = rows.features[i];
    squares[i % dim] += value * value / static_cast<double>(rows.count());
  }
  return squares;
}

/// The rows of both sides behind the feature map, and what the training side tells of them.
Status add_numbers(const Dataset& data, const Split& split, const TrainOptions& options, TrainingData& result) {
  STANDFAST_TRY(const std::int32_t sensitive, data.class_index(options.sensitive));
  const Moments moments = training_moments(data, split.first);
  result.notes = constant_notes(data, moments);
  STANDFAST_TRY(result.map, make_map(data, split.first, moments, options, result.notes));
  STANDFAST_TRY(const auto shapes, model::infer_map_shapes(result.map, data.input_shape));
  result.input_shape = data.input_shape;
  result.feature_shape = shapes.back();
  result.feature_names = data.feature_names;
  result.train = make_rows(data, split.first, result.map, sensitive);
  result.validation = make_rows(data, split.second, result.map, sensitive);
  result.background = apply_map(result.map, std::vector<float>(data.dim()), data.dim());
  for (const double square : mean_squares(result.train, result.background.size())) {
    const std::size_t x = result.conditioner.size() % data.dim();
    result.constant.push_back(moments.constant[x / group_size(data)]);
    result.mean_square += square;
    const double size = result.constant.back() ? kConstantSize : std::max(std::sqrt(square), 1.0);
    result.conditioner.push_back(static_cast<float>(1 / size));
  }
  return {};
}

}  // namespace

Result<TrainingData> prepare_training(const Dataset& data, const TrainOptions& options) {
  return prepare_training(data, split_data(data, options.validation_share, options.seed), options);
}

Result<TrainingData> prepare_training(const Dataset& data, const Split& split, const TrainOptions& options) {
  STANDFAST_CHECK(check_request(data, options));
  STANDFAST_TRY(const std::int32_t sensitive, data.class_index(options.sensitive));
  if (split.first.empty()) return Error{ErrorCode::kBadValue, fmt::format("{}: no training rows", data.source)};

  TrainingData result;
  STANDFAST_CHECK(data.is_text() ? add_messages(data, split, options, result)
                                 : add_numbers(data, split, options, result));
  STANDFAST_CHECK(check_both_classes(result.train, "training", data));
  STANDFAST_CHECK(check_both_classes(result.validation, "validation", data));
  STANDFAST_TRY(result.threat, training_threat(data, options));
  const auto dim = static_cast<std::size_t>(model::element_count(result.input_shape));
  STANDFAST_TRY(result.monotone, monotone_features(result.feature_names, dim, data.columns, options));
  result.is_image = data.is_image;
  result.feature_units = data.feature_units;
  result.columns = data.columns;
  result.label_column = data.label_column;
  result.sensitive_class = options.sensitive;
  result.other_class = data.class_names[static_cast<std::size_t>(1 - sensitive)];
  result.data_hash = hash_rows(data);
  return result;
}

std::string hash_rows(const Dataset& data) {
  static_assert(std::endian::native == std::endian::little, "values are hashed as they lie in memory");
  files::Sha256 hash;
  for (std::size_t i = 0; i + 1 < data.words.begin.size(); ++i) {
    std::string lines;
    for (const std::uint32_t word : data.words.row(i)) lines += data.feature_names[word] + "\n";
    lines += '\n';
    hash.add(std::as_bytes(std::span(lines)));
  }
  hash.add(std::as_bytes(std::span(data.features)));
  hash.add(std::as_bytes(std::span(data.labels)));
  return "sha256:" + hash.digits();
}

std::vector<float> dense_rows(const FeatureRows& from, std::size_t dim, std::size_t first, std::size_t rows) {
  if (!from.features.empty()) {
    const auto values = std::span(from.features).subspan(first * dim, rows * dim);
    return {values.begin(), values.end()};
  }
  std::vector<float> values(rows * dim);
  for (std::size_t i = 0; i < rows; ++i)
    for (const std::uint32_t word : from.words.row(first + i)) values[i * dim + word] = 1;
  return values;
}

std::vector<float> apply_map(const model::FeatureMap& map, const std::vector<float>& x, std::size_t dim) {
  std::vector<float> u = x;
  for (const auto& step : map) {
    if (step.kind == model::MapKind::kKnots) {
      const std::vector<float> before = u;
      for (std::size_t row = 0; row < u.size(); row += dim)
        model::run_knots(step, 1, std::span(before).subspan(row, dim), std::span(u).subspan(row, dim));
    }
    const auto& values = step.values.values;
    const auto value = [&](std::size_t i) { return values.size() == 1 ? values[0] : values[i % dim]; };
    if (step.kind == model::MapKind::kCenter)
      for (std::size_t i = 0; i < u.size(); ++i) u[i] -= value(i);
    if (step.kind == model::MapKind::kScale)
      for (std::size_t i = 0; i < u.size(); ++i) u[i] *= value(i);
  }
  if (map.empty() || map.back().kind != model::MapKind::kAbs) return u;
  const model::MapStep* last = map.size() > 1 ? &map[map.size() - 2] : nullptr;
  if (last != nullptr && (last->kind == model::MapKind::kLinear || last->kind == model::MapKind::kConv2d)) {
    u = apply_copies(*last, u, dim);
    dim *= last->bias.values.size() / static_cast<std::size_t>(last->values.shape[1]);
  }
  std::vector<float> both(2 * u.size());
  for (std::size_t i = 0; i < u.size(); ++i) {
    both[i / dim * 2 * dim + i % dim] = u[i];
    both[i / dim * 2 * dim + dim + i % dim] = std::abs(u[i]);
  }
  return both;
}

}  // namespace standfast::trainer
