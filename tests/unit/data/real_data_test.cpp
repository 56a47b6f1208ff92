// Needs the real data sets: compiled in where the build knows their folder (STANDFAST_DATA).
#ifdef STANDFAST_DATA

#include <algorithm>
#include <map>

#include "unit/data/data_support.hpp"

namespace standfast {
namespace {

const std::string kData = STANDFAST_DATA;

void expect_classes(const std::string& source, const std::map<std::string, std::size_t>& expected) {
  const auto data = test::read(kData + "/" + source);
  ASSERT_TRUE(data.ok()) << data.error().message;
  std::map<std::string, std::size_t> counts;
  for (const auto label : data->labels) ++counts[data->class_names[static_cast<std::size_t>(label)]];
  EXPECT_EQ(counts, expected) << source;
}

double mean(const Dataset& data) {
  double sum = 0;
  for (const float value : data.features) sum += value;
  return sum / static_cast<double>(data.features.size());
}

TEST(RealData, TheEmbeddedSetIsUcisOwnTable) {
  const auto embedded = test::read("spam");
  const auto table = test::read(kData + "/spambase/spambase.csv");
  ASSERT_TRUE(embedded.ok() && table.ok());
  EXPECT_EQ(embedded->feature_names, table->feature_names);
  EXPECT_EQ(embedded->features, table->features);
  ASSERT_EQ(embedded->count(), table->count());
  for (std::size_t i = 0; i < table->count(); ++i) {
    const bool spam = embedded->class_names[static_cast<std::size_t>(embedded->labels[i])] == "spam";
    const bool one = table->class_names[static_cast<std::size_t>(table->labels[i])] == "1";
    EXPECT_EQ(spam, one) << i;
  }
}

TEST(RealData, MnistHasItsDigits) {
  expect_classes("mnist_38:train", {{"3", 6131}, {"8", 5851}});
  expect_classes("mnist_38:test", {{"3", 1010}, {"8", 974}});
  expect_classes("mnist_38", {{"3", 7141}, {"8", 6825}});
  EXPECT_NEAR(mean(*test::read(kData + "/mnist_38:train")), 0.14574, 5e-6);  // five digits are published
}

TEST(RealData, FashionMnistHasItsShirts) {
  expect_classes("fashion_mnist_shirts:train", {{"0", 6000}, {"6", 6000}});
  expect_classes("fashion_mnist_shirts:test", {{"0", 1000}, {"6", 1000}});
  EXPECT_NEAR(mean(*test::read(kData + "/fashion_mnist_shirts:train")), 0.32870, 5e-6);
}

TEST(RealData, CifarHasItsCatsAndDogs) {
  expect_classes("cifar10_catsdogs:train", {{"3", 5000}, {"5", 5000}});
  expect_classes("cifar10_catsdogs:test", {{"3", 1000}, {"5", 1000}});
  const auto test = test::read(kData + "/cifar10_catsdogs:test");
  EXPECT_EQ(test->input_shape, (std::vector<std::int64_t>{3, 32, 32}));
  EXPECT_NEAR(mean(*test), (0.50137 + 0.46490 + 0.42057) / 3, 5e-6);
}

}  // namespace
}  // namespace standfast

#endif  // STANDFAST_DATA
