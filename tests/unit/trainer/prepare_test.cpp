// The numbers that training runs on: maps of the training rows, batches in seeded order, moved images.
#include "trainer/prepare.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "model/knots.hpp"
#include "trainer/batches.hpp"
#include "trainer/knots.hpp"

namespace standfast::trainer {
namespace {

Dataset table(std::size_t rows) {
  Dataset data;
  data.source = "table";
  data.input_shape = {3};
  data.feature_names = {"a", "b", "c"};
  data.class_names = {"mail", "spam"};
  Random random(1);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool spam = i % 3 == 0;
    data.features.push_back(static_cast<float>(random.normal() + (spam ? 2 : 0)));
    data.features.push_back(static_cast<float>(100 * random.uniform()));
    data.features.push_back(5);  // never changes
    data.labels.push_back(spam ? 1 : 0);
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

Dataset images(std::size_t count) {
  Dataset data;
  data.source = "images";
  data.input_shape = {2, 3, 4};
  data.class_names = {"3", "8"};
  data.is_image = true;
  Random random(2);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t pixel = 0; pixel < 24; ++pixel)
      data.features.push_back(static_cast<float>(pixel < 12 ? random.uniform() : 0.5 * random.uniform()));
    data.labels.push_back(static_cast<std::int32_t>(i % 2));
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

TrainOptions options_for(InputMap map, const std::string& sensitive) {
  TrainOptions options;
  options.feature_map = map;
  options.sensitive = sensitive;
  options.validation_share = 0.2;
  return options;
}

TEST(Prepare, StandardisesByTheTrainingRowsAlone) {
  const auto data = prepare_training(table(300), options_for(InputMap::kStandardise, "spam"));
  ASSERT_TRUE(data.ok()) << data.error().message;
  const std::size_t count = data->train.count();
  for (const std::size_t feature : {0U, 1U}) {
    double mean = 0;
    double square = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double value = data->train.features[i * 3 + feature];
      mean += value / static_cast<double>(count);
      square += value * value / static_cast<double>(count);
    }
    EXPECT_NEAR(mean, 0, 1e-4);
    EXPECT_NEAR(square, 1, 1e-4);
  }
  EXPECT_EQ(count + data->validation.count(), 300U);
  EXPECT_EQ(data->other_class, "mail");
}

/// The table of 60 rows with other values in its last column.
Dataset table_with(const std::function<float(std::size_t row)>& column, std::size_t rows = 400) {
  Dataset data = table(rows);
  for (std::size_t i = 0; i < rows; ++i) data.features[3 * i + 2] = column(i);
  return data;
}

TEST(Prepare, AColumnThatNeverChangesIsNotScaledWhateverItsSize) {
  for (const float value : {23117.0F, 65535.0F, 2010.0F, 0.1F, 3e38F, -1e-40F, 0.0F}) {
    const auto data =
        prepare_training(table_with([&](std::size_t) { return value; }), options_for(InputMap::kStandardise, "spam"));
    ASSERT_TRUE(data.ok()) << data.error().message;
    EXPECT_EQ(data->map[0].values.values[2], value);  // its mean is exact
    EXPECT_EQ(data->map[1].values.values[2], 1.0F) << value;
    EXPECT_EQ(data->notes,
              std::vector<std::string>{
                  "1 of 3 columns never changes in the training rows, and the model leaves it out: \"c\""});
  }
}

TEST(Prepare, AColumnThatChangesByRoundingOnlyIsNotScaled) {
  const auto noise = [](std::size_t i) { return i % 2 == 0 ? 23117.0F : std::nextafterf(23117.0F, 3e4F); };
  const auto data = prepare_training(table_with(noise), options_for(InputMap::kStandardise, "spam"));
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->map[1].values.values[2], 1.0F);
  EXPECT_TRUE(data->constant[2]);
}

TEST(Prepare, ASmallColumnThatChangesIsScaled) {
  for (const double size : {1e-13, 1e-30, 1.0, 1e20}) {
    const auto column = [&](std::size_t i) { return static_cast<float>(size * static_cast<double>(i % 10)); };
    const auto data = prepare_training(table_with(column), options_for(InputMap::kStandardise, "spam"));
    ASSERT_TRUE(data.ok()) << data.error().message;
    EXPECT_NEAR(data->map[1].values.values[2] * size, 1 / 2.87, 0.01) << size;
    EXPECT_TRUE(data->notes.empty());
  }
  // one rare row is a change; and what cannot be scaled within float32 is left as it is
  const auto rare = [](std::size_t i) { return i % 40 == 3 ? 23118.0F : 23117.0F; };
  EXPECT_GT(prepare_training(table_with(rare), options_for(InputMap::kStandardise, "spam"))->map[1].values.values[2],
            5);
  const auto tiny = [](std::size_t i) { return static_cast<float>(i % 3) * 1e-44F; };
  EXPECT_EQ(prepare_training(table_with(tiny), options_for(InputMap::kStandardise, "spam"))->map[1].values.values[2],
            1);
}

TEST(Prepare, GivesAConstantFeatureTheScaleOne) {
  const auto data = prepare_training(table(60), options_for(InputMap::kStandardise, "spam"));
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->map[1].values.values[2], 1.0F);
}

TEST(Prepare, ShrinksLargeFeaturesToAMeanSquareOfOneAndLeavesSmallOnes) {
  const auto data = prepare_training(table(300), options_for(InputMap::kAbs, "spam"));
  ASSERT_TRUE(data.ok());
  const std::size_t count = data->train.count();
  double mean_square = 0;
  for (const std::size_t k : {0U, 1U, 3U, 4U}) {
    double square = 0;
    for (std::size_t i = 0; i < count; ++i)
      square += std::pow(data->train.features[i * 6 + k], 2) / static_cast<double>(count);
    EXPECT_NEAR(data->conditioner[k], 1 / std::max(std::sqrt(square), 1.0), 1e-4) << k;
    mean_square += square;
  }
  EXPECT_NEAR(data->mean_square / mean_square, 1, 1e-4);
  EXPECT_LT(data->conditioner[1], 0.05F);  // 0 to 100
  // what never changes is not learnt
  EXPECT_EQ(data->constant, (std::vector<bool>{false, false, true, false, false, true}));
  EXPECT_EQ(data->conditioner[2], 0x1p-20F);
}

TEST(Prepare, DoublesTheFeaturesOfAbs) {
  const auto data = prepare_training(table(60), options_for(InputMap::kStandardiseAbs, "spam"));
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->feature_shape, model::Shape{6});
  for (std::size_t i = 0; i < data->train.count(); ++i)
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_EQ(data->train.features[i * 6 + 3 + k], std::abs(data->train.features[i * 6 + k]));
}

TEST(Prepare, CentresImagesByChannel) {
  const auto data = prepare_training(images(40), options_for(InputMap::kAbs, "3"));
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_shape, (model::Shape{4, 3, 4}));
  const auto& mean = data->map[0].values.values;
  ASSERT_EQ(mean.size(), 24U);
  EXPECT_TRUE(std::all_of(mean.begin(), mean.begin() + 12, [&](float value) { return value == mean[0]; }));
  EXPECT_NEAR(mean[0], 0.5, 0.05);
  EXPECT_NEAR(mean[12], 0.25, 0.05);
  EXPECT_EQ(data->background[0], -mean[0]);
  EXPECT_EQ(data->background[24], mean[0]);
}

TEST(Prepare, SpreadsTheKinksOfAColumnOverItsDistinctValues) {
  Dataset data = table(300);
  // mostly 0, as word frequencies are: the quantiles of the rows would all be 0
  for (std::size_t i = 0; i < 300; ++i) data.features[i * 3] = i % 10 == 0 ? static_cast<float>(i) / 100 : 0;
  TrainOptions options = options_for(InputMap::kStandardiseAbs, "spam");
  options.kinks = 3;
  const auto prepared = prepare_training(data, options);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->feature_shape, model::Shape{18});
  const model::MapStep& copies = prepared->map[2];
  ASSERT_EQ(copies.kind, model::MapKind::kLinear);
  const double mean = prepared->map[0].values.values[0], scale = prepared->map[1].values.values[0];
  std::vector<double> kinks;
  for (std::size_t j = 0; j < 3; ++j) kinks.push_back(mean - copies.bias.values[j * 3] / scale);
  EXPECT_NEAR(kinks[0], 0.75, 0.3);
  EXPECT_NEAR(kinks[1], 1.5, 0.3);
  EXPECT_NEAR(kinks[2], 2.25, 0.3);
  for (std::size_t row = 0; row < prepared->train.count(); ++row) {
    const float* u = prepared->train.features.data() + row * 18;
    for (std::size_t k = 0; k < 9; ++k) EXPECT_EQ(u[9 + k], std::abs(u[k]));
    for (std::size_t j = 1; j < 3; ++j)
      EXPECT_NEAR(u[j * 3 + 1] - u[1], copies.bias.values[j * 3 + 1] - copies.bias.values[1], 1e-5);
  }
}

TEST(Prepare, SharesTheKinksOfAChannel) {
  TrainOptions options = options_for(InputMap::kAbs, "3");
  options.kinks = 2;
  const auto data = prepare_training(images(40), options);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_shape, (model::Shape{8, 3, 4}));
  const model::MapStep& copies = data->map[1];
  ASSERT_EQ(copies.kind, model::MapKind::kConv2d);
  const auto mean = [&](std::size_t channel) { return data->map[0].values.values[12 * channel]; };
  // uniform in [0, 1] and in [0, 0.5]
  EXPECT_NEAR(mean(0) - copies.bias.values[0], 1.0 / 3, 0.05);
  EXPECT_NEAR(mean(1) - copies.bias.values[1], 0.5 / 3, 0.05);
  EXPECT_NEAR(mean(0) - copies.bias.values[2], 2.0 / 3, 0.05);
  EXPECT_NEAR(mean(1) - copies.bias.values[3], 1.0 / 3, 0.05);
  EXPECT_EQ(data->background[12 * 3], copies.bias.values[3] - mean(1));
  EXPECT_EQ(data->background[12 * 7], std::abs(copies.bias.values[3] - mean(1)));
}

TEST(Prepare, RefusesKinksWhoseLinearStepWouldBeHuge) {
  Dataset wide;
  wide.source = "wide";
  wide.input_shape = {3000};
  wide.class_names = {"a", "b"};
  wide.features.assign(20 * 3000, 1);
  for (std::size_t i = 0; i < 20; ++i) {
    wide.labels.push_back(static_cast<std::int32_t>(i % 2));
    wide.source_index.push_back(static_cast<std::int64_t>(i));
    wide.features[i * 3000] = static_cast<float>(i);
  }
  TrainOptions options = options_for(InputMap::kAbs, "a");
  options.kinks = 2;
  const auto result = prepare_training(wide, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "--kinks: 2 kinks of 3000 features take a linear step of 6000 x 3000, expected at most 16777216 entries");
}

TEST(Prepare, RefusesWhatItCannotTrainOn) {
  const auto message = [](const Dataset& data, const TrainOptions& options) {
    const auto result = prepare_training(data, options);
    return result.ok() ? std::string() : result.error().message;
  };
  Dataset three = table(60);
  three.class_names.emplace_back("fraud");
  EXPECT_EQ(message(three, options_for(InputMap::kAbs, "spam")),
            "--classes: table has 3 classes, expected the names of two of them");
  EXPECT_NE(message(table(60), options_for(InputMap::kAbs, "ham")), "");
  Dataset unlabelled = table(60);
  unlabelled.labels.clear();
  EXPECT_EQ(message(unlabelled, options_for(InputMap::kAbs, "spam")),
            "table: 60 rows and 0 labels, expected labelled rows");
  Dataset empty = table(0);
  EXPECT_EQ(message(empty, options_for(InputMap::kAbs, "spam")), "table: 0 rows and 0 labels, expected labelled rows");
  Dataset one_class = table(60);
  std::ranges::fill(one_class.labels, 0);
  EXPECT_NE(message(one_class, options_for(InputMap::kAbs, "spam")).find("0 rows of the sensitive class"),
            std::string::npos);
  TrainOptions flips = options_for(InputMap::kAbs, "spam");
  flips.flip = true;
  EXPECT_EQ(message(table(60), flips), "--crop, --flip: table holds no images");
}

TEST(Prepare, ReadsWhatBoundsTheChanges) {
  TrainOptions options = options_for(InputMap::kIdentity, "spam");
  EXPECT_TRUE(prepare_training(table(60), options)->threat.unbounded());
  options.domain = {-9, 200};
  const auto bounded = prepare_training(table(60), options);
  EXPECT_EQ(bounded->threat.lower, std::vector<double>(3, -9));
  EXPECT_EQ(bounded->threat.upper, std::vector<double>(3, 200));
  options.domain.clear();
  options.threat = "absent.toml";
  EXPECT_EQ(prepare_training(table(60), options).error().code, ErrorCode::kIo);
}

TEST(DataHash, ChangesWithEveryValueAndLabel) {
  const Dataset data = table(10);
  Dataset other = data;
  EXPECT_EQ(hash_rows(other), hash_rows(data));
  other.labels[3] = 1 - other.labels[3];
  EXPECT_NE(hash_rows(other), hash_rows(data));
  other = data;
  other.features[7] += 1;
  EXPECT_NE(hash_rows(other), hash_rows(data));
  EXPECT_EQ(hash_rows(Dataset{}), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Batches, CoverEveryRowOnceInANewOrderEachTime) {
  const auto data = prepare_training(table(50), options_for(InputMap::kIdentity, "spam"));
  ASSERT_TRUE(data.ok());
  Batches batches(*data, 16, 0, false, 5);
  EXPECT_EQ(batches.per_epoch(), (data->train.count() + 15) / 16);
  std::vector<std::vector<float>> orders;
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::vector<float> seen;
    batches.shuffle();
    for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
      const Batch& batch = batches.next();
      for (std::size_t row = 0; row < batch.count(); ++row) seen.push_back(batch.features[row * 3]);
    }
    orders.push_back(seen);
    std::vector<float> all;
    for (std::size_t row = 0; row < data->train.count(); ++row) all.push_back(data->train.features[row * 3]);
    EXPECT_TRUE(std::ranges::is_permutation(seen, all));
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST(Batches, MovedImagesAreTheMapOfTheMovedPixels) {
  const auto data = prepare_training(images(10), options_for(InputMap::kAbs, "3"));
  ASSERT_TRUE(data.ok());
  Batches batches(*data, 8, 1, true, 6);
  std::set<std::vector<float>> allowed;
  for (std::size_t row = 0; row < data->train.count(); ++row)
    for (int down = -1; down <= 1; ++down)
      for (int right = -1; right <= 1; ++right)
        for (const bool mirror : {false, true}) {
          std::vector<float> moved;
          for (int channel = 0; channel < 4; ++channel)
            for (int y = 0; y < 3; ++y)
              for (int x = 0; x < 4; ++x) {
                const int from_y = y - down;
                const int from_x = (mirror ? 3 - x : x) - right;
                const bool inside = from_y >= 0 && from_y < 3 && from_x >= 0 && from_x < 4;
                moved.push_back(
                    inside
                        ? data->train.features[row * 48 + static_cast<std::size_t>(channel * 12 + from_y * 4 + from_x)]
                        : data->background[static_cast<std::size_t>(channel * 12)]);
              }
          allowed.insert(moved);
        }
  std::set<std::vector<float>> seen;
  for (int epoch = 0; epoch < 20; ++epoch) {
    batches.shuffle();
    const Batch& batch = batches.next();
    for (std::size_t row = 0; row < batch.count(); ++row) {
      const auto begin = batch.features.begin() + static_cast<std::ptrdiff_t>(row * 48);
      const std::vector<float> image(begin, begin + 48);
      EXPECT_TRUE(allowed.contains(image));
      seen.insert(image);
    }
  }
  EXPECT_GT(seen.size(), 50U);
}

/// Columns: a Gaussian, a count with a heavy tail, a signed amount with two heavy tails, a flag, and 5.
Dataset mixed_table(std::size_t rows) {
  Dataset data = table(rows);
  data.input_shape = {5};
  data.feature_names = {"gauss", "count", "amount", "flag", "same"};
  data.features.clear();
  Random random(7);
  for (std::size_t i = 0; i < rows; ++i) {
    data.features.push_back(static_cast<float>(random.normal()));
    data.features.push_back(static_cast<float>(std::floor(std::exp(2 * random.normal()))));
    data.features.push_back(static_cast<float>((random.chance(0.5) ? 1 : -1) * std::exp(2 * random.normal())));
    data.features.push_back(random.chance(0.1) ? 3.0F : 1.0F);
    data.features.push_back(5);
  }
  return data;
}

TEST(PrepareKnots, AutoBendsWhatHasAHeavyTail) {
  const Dataset data = mixed_table(2000);
  const auto prepared = prepare_training(data, options_for(InputMap::kAuto, "spam"));
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->map.size(), 3U);
  const model::MapStep& knots = prepared->map[0];
  ASSERT_EQ(knots.kind, model::MapKind::kKnots);
  const auto bends = [&](std::size_t column) {
    const auto slopes = model::slopes_of(knots, column);
    return std::ranges::adjacent_find(slopes, std::not_equal_to<>()) != slopes.end();
  };
  EXPECT_FALSE(bends(0));
  EXPECT_TRUE(bends(1));
  EXPECT_TRUE(bends(2));
  EXPECT_FALSE(bends(3));
  EXPECT_FALSE(bends(4));
  EXPECT_EQ(prepared->map[2].values.values[3], 0.5F) << "the flag's values become one apart";
  ASSERT_EQ(prepared->notes.size(), 2U);
  EXPECT_EQ(prepared->notes[1],
            R"(feature map by column: 2 log ("count", "amount"); 2 two values ("flag", "same"); 1 standard ("gauss"))");
}

TEST(PrepareKnots, EveryColumnIsStandardised) {
  for (const InputMap map : {InputMap::kAuto, InputMap::kLog, InputMap::kRank}) {
    const auto prepared = prepare_training(mixed_table(3000), options_for(map, "spam"));
    ASSERT_TRUE(prepared.ok()) << prepared.error().message;
    for (const std::size_t column : {0, 1, 2}) {
      double mean = 0, square = 0;
      for (std::size_t row = 0; row < prepared->train.count(); ++row) {
        const double u = prepared->train.features[row * 5 + column];
        mean += u / static_cast<double>(prepared->train.count());
        square += u * u / static_cast<double>(prepared->train.count());
      }
      EXPECT_NEAR(mean, 0, 1e-4) << word_for(map) << column;
      EXPECT_NEAR(square, 1, 1e-3) << word_for(map) << column;
    }
    for (std::size_t row = 0; row < prepared->train.count(); ++row) EXPECT_EQ(prepared->train.features[row * 5 + 4], 0);
  }
}

TEST(PrepareKnots, ALogarithmIsFollowedWithinAFewPercentOfItsRange) {
  const Dataset data = mixed_table(2000);
  std::vector<std::size_t> rows(data.count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const model::MapStep knots = choose_knots(data, rows, InputMap::kLog).step;
  const auto slopes = model::slopes_of(knots, 1), places = model::knots_of(knots, 1);
  EXPECT_EQ(places.front(), 0) << "a count bends from 0 on";
  const double c = 1, top = std::log1p(c * places.back());  // a tenth of the counts above 0 are 1
  std::vector<float> x(5), u(5);
  for (float count = 0; count < places.back(); count = count * 1.3F + 1) {
    x[1] = count;
    model::run_knots(knots, 1, std::span<const float>(x), std::span(u));
    EXPECT_NEAR(u[1] / top, std::log1p(c * count) / top, 0.02) << count;
  }
  EXPECT_TRUE(std::ranges::is_sorted(slopes.subspan(1), std::greater<>()));
  EXPECT_EQ(slopes.front(), slopes.back()) << "values below 0 have not been seen";
  const auto amounts = model::knots_of(knots, 2);
  for (std::size_t j = 0; j < amounts.size(); ++j)
    EXPECT_NEAR(amounts[j], -amounts[amounts.size() - 1 - j], 1e-5 * std::abs(amounts[j])) << "either side alike";
}

TEST(PrepareKnots, ARankRisesInEqualSteps) {
  const Dataset data = mixed_table(2000);
  std::vector<std::size_t> rows(data.count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const model::MapStep knots = choose_knots(data, rows, InputMap::kRank).step;
  std::vector<float> column;
  for (const std::size_t row : rows) column.push_back(data.row(row)[1]);
  std::ranges::sort(column);
  column.erase(std::unique(column.begin(), column.end()), column.end());
  std::vector<float> x(5), u(5);
  for (std::size_t rank = 0; rank < column.size(); ++rank) {
    x[1] = column[rank];
    model::run_knots(knots, 1, std::span<const float>(x), std::span(u));
    // exact at the knots, a chord between them: off by no more than the values between two knots
    EXPECT_NEAR(u[1], static_cast<double>(rank), 1 + static_cast<double>(column.size()) / 15) << rank;
  }
}

TEST(PrepareKnots, FewValuesAndHugeOnesMakeAValidStep) {
  Dataset data = table(4);
  data.input_shape = {3};
  data.features = {0, 1e-38F, -3e38F, 0, 2e-38F, 0, 1, 3e-38F, 3e38F, 2, 3e38F, 1};
  const std::vector<std::size_t> rows = {0, 1, 2, 3};
  for (const InputMap map : {InputMap::kAuto, InputMap::kLog, InputMap::kRank}) {
    const model::FeatureMap step = {choose_knots(data, rows, map).step};
    const auto shapes = model::infer_map_shapes(step, data.input_shape);
    EXPECT_TRUE(shapes.ok()) << word_for(map) << ": " << shapes.error().message;
  }
}

TEST(PrepareKnots, ImagesAreRefused) {
  const auto prepared = prepare_training(images(40), options_for(InputMap::kAuto, "3"));
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().message, "--feature-map: auto is for tables, images holds images");
}

}  // namespace
}  // namespace standfast::trainer
