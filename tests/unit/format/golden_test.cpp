// Model files of earlier releases: what they hold is known, and they are read for ever.
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "format/model_document.hpp"
#include "format/model_file.hpp"
#include "unit/model/builders.hpp"

namespace standfast::format {
namespace {

using test::conv_node;
using test::linear_node;
using test::node_of;

// Values that float32 holds exactly, different for each element.
model::Tensor counted(model::Shape shape, float first, float step) {
  model::Tensor tensor = test::constant(std::move(shape), first);
  for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = first + step * static_cast<float>(i);
  return tensor;
}

model::Model dense_with_abs() {
  model::Model model;
  model.input_shape = {3};
  model.feature_names = {"links", "capitals", "na\u00efvet\u00e9"};
  model.feature_units = {"per message", "%", ""};
  model.feature_map = model::with_abs(model::standardise_map({0.5F, -1, 2}, {2, 0.5F, 1}));
  model.graph.input_shape = {6};
  model.graph.nodes = {
      model::linear_node("p1", model::kGraphInput, counted({4, 6}, -1.5F, 0.125F), counted({4}, -1, 0.5F)),
      model::node_of(model::NodeKind::kRelu, "z1", {0}),
      model::linear_node("w1", 1, counted({2, 4}, 0, 0.25F)),
      model::linear_node("a1", model::kGraphInput, counted({2, 6}, 0.75F, -0.125F), counted({2}, 0.25F, -1)),
      model::node_of(model::NodeKind::kAdd, "p2", {2, 3}),
      model::node_of(model::NodeKind::kRelu, "z2", {4}),
      model::linear_node("score", 5, counted({1, 2}, 1, 0.5F), counted({1}, -0.1F, 0))};
  model.threshold = 0.1F;
  model.sensitive_class = "spam";
  model.other_class = "mail";
  model.domain = model::Domain{{0, -kInfinity, 0.1}, {1, 1e300, kInfinity}};
  model.provenance = {{"seed", "1"}, {"version", "0.1.0"}};
  return model;
}

model::Model conv_with_pool() {
  model::Model model;
  model.input_shape = {1, 6, 6};
  model.feature_map = model::identity_map({0.5F});
  model.graph.input_shape = {1, 6, 6};
  model::Node stem =
      conv_node("stem", model::kGraphInput, counted({2, 1, 3, 3}, -1, 0.125F), 1, counted({2, 6, 6}, -2, 0.0625F));
  model::Node pool = model::node_of(model::NodeKind::kMaxPool, "pool", {1});
  pool.kernel = 2;
  pool.stride = 2;
  model::Node second = conv_node("second", 2, counted({3, 2, 2, 2}, 0, 0.03125F), 1, counted({3}, -1, 1));
  second.stride = 2;
  second.dilation = 2;
  model.graph.nodes = {stem,
                       model::node_of(model::NodeKind::kRelu, "relu", {0}),
                       pool,
                       second,
                       model::node_of(model::NodeKind::kFlatten, "flat", {3}),
                       model::node_of(model::NodeKind::kMax, "top", {4})};
  model.threshold = -0.75F;
  model.sensitive_class = "cat";
  model.other_class = "dog";
  model.domain = model::Domain{{0}, {1}};
  return model;
}

std::string text_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_golden(const std::string& name, const model::Model& expected) {
  const std::string path = std::string(STANDFAST_TEST_DIR) + "/golden/v1/" + name;
  const auto loaded = load_model(path);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(*loaded, expected);
  EXPECT_EQ(*serialise_model(expected), text_of(path));
}

TEST(Golden, TheDenseModelOfVersion1IsReadForEver) { expect_golden("dense_abs.safetensors", dense_with_abs()); }

TEST(Golden, TheConvolutionOfVersion1IsReadForEver) { expect_golden("conv_pool.safetensors", conv_with_pool()); }

TEST(Golden, TheExampleOfTheFormatPageIsAModel) {
  const std::string page = text_of(std::string(STANDFAST_TEST_DIR) + "/../docs/model-format.md");
  const auto begin = page.find("```json\n") + 8;
  const std::string document = page.substr(begin, page.find("```", begin) - begin);
  const auto model = read_document(document,
                                   {{"map.0.values", {{1}, {0.5F}}},
                                    {"graph.p1.weight", {{1, 2}, {1, 1}}},
                                    {"graph.p1.bias", {{1}, {-1}}},
                                    {"graph.score.weight", {{1, 1}, {2}}}},
                                   "page");
  ASSERT_TRUE(model.ok()) << model.error().message;
  ASSERT_TRUE(model::validate(*model).ok()) << model::validate(*model).error().message;
  const std::string bytes = *serialise_model(*model);
  const auto again = parse_model(std::as_bytes(std::span(bytes)), "again");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*again, *model);
  EXPECT_EQ(model->domain->upper[0], kInfinity);
}

}  // namespace
}  // namespace standfast::format
