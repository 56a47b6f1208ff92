#include "model/model.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "builders.hpp"
#include "files/utf8.hpp"

namespace standfast::model {
namespace {

using test::small_model;

void expect_refused(const std::function<void(Model&)>& damage, ErrorCode code, const std::string& part) {
  Model model = small_model();
  damage(model);
  const Status status = validate(model);
  ASSERT_FALSE(status.ok()) << part;
  EXPECT_EQ(status.error().code, code) << status.error().message;
  EXPECT_NE(status.error().message.find(part), std::string::npos) << status.error().message;
}

TEST(Model, AWholeModelIsAccepted) {
  Model model = small_model();
  EXPECT_TRUE(validate(model).ok()) << validate(model).error().message;
  model.feature_names = {"a", "b", "c", "d"};
  model.feature_units = {"%", "", "kg", "\u00b5m"};
  model.domain = Domain{{0}, {1, 2, 3, kInfinity}};
  model.provenance = {{"seed", "7"}};
  EXPECT_TRUE(validate(model).ok());
}

TEST(Model, AModelOfTextNamesEachFeatureByItsWord) {
  Model model = small_model();
  model.tokenizer = "words/1";
  model.feature_names = {"a", "b", "c", "d"};
  EXPECT_TRUE(validate(model).ok()) << validate(model).error().message;
  const auto text = [](std::vector<std::string> names) {
    return [names](Model& m) {
      m.tokenizer = "words/1";
      m.feature_names = names;
    };
  };
  expect_refused(text({}), ErrorCode::kBadShape, "feature names: are 0, expected a word for each of 4 features");
  expect_refused(text({"a", "c", "b", "d"}), ErrorCode::kBadValue, "feature name 2: comes after a word");
  expect_refused(text({"a", "b", "b", "d"}), ErrorCode::kBadValue, "feature name 2: comes after a word");
  expect_refused([](Model& m) { m.tokenizer = "words/2"; }, ErrorCode::kUnsupported, "tokenizer: is \"words/2\"");
}

TEST(Model, NamesAndUnitsAreOnePerFeature) {
  expect_refused([](Model& m) { m.feature_names = {"a"}; }, ErrorCode::kBadShape, "feature name: found 1");
  expect_refused([](Model& m) { m.feature_units = {"a", "b", "c", "d", "e"}; }, ErrorCode::kBadShape, "feature unit");
  expect_refused([](Model& m) { m.feature_names = {"a", "b", "\xff", "d"}; }, ErrorCode::kBadValue, "feature name 2");
}

TEST(Model, ClassesAreTwoDifferentNames) {
  expect_refused([](Model& m) { m.other_class.clear(); }, ErrorCode::kBadValue, "two different names");
  expect_refused([](Model& m) { m.sensitive_class.clear(); }, ErrorCode::kBadValue, "two different names");
  expect_refused([](Model& m) { m.other_class = m.sensitive_class; }, ErrorCode::kBadValue, "two different names");
  expect_refused([](Model& m) { m.other_class = "\xc0\x80"; }, ErrorCode::kBadValue, "UTF-8");
}

TEST(Model, TheThresholdIsFinite) {
  expect_refused([](Model& m) { m.threshold = std::numeric_limits<float>::quiet_NaN(); }, ErrorCode::kBadValue,
                 "threshold");
  expect_refused([](Model& m) { m.threshold = std::numeric_limits<float>::infinity(); }, ErrorCode::kBadValue,
                 "threshold");
}

TEST(Model, TheDomainIsInOrderAndOfTheRightLength) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_refused([](Model& m) { m.domain = Domain{{0}, {}}; }, ErrorCode::kBadShape, "domain upper: has 0");
  expect_refused([](Model& m) { m.domain = Domain{{0, 0}, {1}}; }, ErrorCode::kBadShape, "domain lower: has 2");
  expect_refused([](Model& m) { m.domain = Domain{{0, 0, 3, 0}, {1}}; }, ErrorCode::kBadValue, "domain of feature 2");
  expect_refused([&](Model& m) { m.domain = Domain{{0}, {nan}}; }, ErrorCode::kBadValue, "domain of feature 0");
  expect_refused([](Model& m) { m.domain = Domain{{kInfinity}, {kInfinity}}; }, ErrorCode::kBadValue, "domain");
}

TEST(Model, TheGraphReadsWhatTheMapWrites) {
  expect_refused([](Model& m) { m.feature_map = with_abs(m.feature_map); }, ErrorCode::kBadShape,
                 "graph input: is (4), expected (8)");
}

TEST(Model, NodeNamesAreTheirOwn) {
  expect_refused([](Model& m) { m.graph.nodes[1].name.clear(); }, ErrorCode::kBadValue, "node 1");
  expect_refused([](Model& m) { m.graph.nodes[1].name = "first"; }, ErrorCode::kBadValue, "node 1 \"first\"");
  expect_refused([](Model& m) { m.graph.nodes[1].name = "input"; }, ErrorCode::kBadValue, "node 1 \"input\"");
}

TEST(Model, ANetworkThatIsNotConvexIsRefused) {
  expect_refused([](Model& m) { m.graph.nodes[2].weight.values[1] = -1; }, ErrorCode::kNotConvex, "node 2 \"top\"");
}

TEST(Model, AHugeInputIsRefused) {
  expect_refused([](Model& m) { m.input_shape = {std::int64_t{1} << 60}; }, ErrorCode::kUnsupported, "2^31");
  expect_refused([](Model& m) { m.input_shape = {}; }, ErrorCode::kBadShape, "input");
}

TEST(Model, ProvenanceIsText) {
  expect_refused([](Model& m) { m.provenance["data"] = "\xed\xa0\x80"; }, ErrorCode::kBadValue, "provenance \"data\"");
}

TEST(Text, Utf8FollowsTheByteTable) {
  for (const char* good : {"", "a", "\u00e9", "\u20ac", "\U0001F600", "\xf4\x8f\xbf\xbf", "\xee\x80\x80"}) {
    EXPECT_TRUE(files::is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc1\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                          "\xe2\x82", "a\xc3", "\xf0\x8f\xbf\xbf", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(files::is_utf8(bad));
  }
}

}  // namespace
}  // namespace standfast::model
