// Model files of earlier releases: what they hold is known, and they are read for ever.
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "format/model_document.hpp"
#include "format/model_file.hpp"
#include "unit/model/builders.hpp"

namespace standfast {
namespace {

using test::conv_node;
using test::linear_node;
using test::node_of;

// Values that float32 holds exactly, different for each element.
Tensor counted(Shape shape, float first, float step) {
  Tensor tensor = test::constant(std::move(shape), first);
  for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = first + step * static_cast<float>(i);
  return tensor;
}

Model dense_with_abs() {
  Model model;
  model.input_shape = {3};
  model.feature_names = {"links", "capitals", "na\u00efvet\u00e9"};
  model.feature_units = {"per message", "%", ""};
  model.feature_map = with_abs(standardise_map({0.5F, -1, 2}, {2, 0.5F, 1}));
  model.graph.input_shape = {6};
  model.graph.nodes = {linear_node("p1", kGraphInput, counted({4, 6}, -1.5F, 0.125F), counted({4}, -1, 0.5F)),
                       node_of(NodeKind::kRelu, "z1", {0}),
                       linear_node("w1", 1, counted({2, 4}, 0, 0.25F)),
                       linear_node("a1", kGraphInput, counted({2, 6}, 0.75F, -0.125F), counted({2}, 0.25F, -1)),
                       node_of(NodeKind::kAdd, "p2", {2, 3}),
                       node_of(NodeKind::kRelu, "z2", {4}),
                       linear_node("score", 5, counted({1, 2}, 1, 0.5F), counted({1}, -0.1F, 0))};
  model.threshold = 0.1F;
  model.sensitive_class = "spam";
  model.other_class = "mail";
  model.domain = Domain{{0, -kInfinity, 0.1}, {1, 1e300, kInfinity}};
  model.provenance = {{"seed", "1"}, {"version", "0.1.0"}};
  return model;
}

Model conv_with_pool() {
  Model model;
  model.input_shape = {1, 6, 6};
  model.feature_map = identity_map({0.5F});
  model.graph.input_shape = {1, 6, 6};
  Node stem = conv_node("stem", kGraphInput, counted({2, 1, 3, 3}, -1, 0.125F), 1, counted({2, 6, 6}, -2, 0.0625F));
  Node pool = node_of(NodeKind::kMaxPool, "pool", {1});
  pool.kernel = 2;
  pool.stride = 2;
  Node second = conv_node("second", 2, counted({3, 2, 2, 2}, 0, 0.03125F), 1, counted({3}, -1, 1));
  second.stride = 2;
  second.dilation = 2;
  model.graph.nodes = {stem,   node_of(NodeKind::kRelu, "relu", {0}),    pool,
                       second, node_of(NodeKind::kFlatten, "flat", {3}), node_of(NodeKind::kMax, "top", {4})};
  model.threshold = -0.75F;
  model.sensitive_class = "cat";
  model.other_class = "dog";
  model.domain = Domain{{0}, {1}};
  return model;
}

std::string text_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_golden(const std::string& name, const Model& expected) {
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
  ASSERT_TRUE(validate(*model).ok()) << validate(*model).error().message;
  const std::string bytes = *serialise_model(*model);
  const auto again = parse_model(std::as_bytes(std::span(bytes)), "again");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*again, *model);
  EXPECT_EQ(model->domain->upper[0], kInfinity);
}

}  // namespace
}  // namespace standfast
