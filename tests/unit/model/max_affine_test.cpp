#include "model/max_affine.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "builders.hpp"

namespace standfast::model {
namespace {

using test::constant;
using test::linear_node;
using test::node_of;

Model planes() {
  Model model = test::small_model();
  model.graph.nodes = {linear_node("planes", kGraphInput, constant({3, 4}, 1)), node_of(NodeKind::kMax, "max", {0})};
  return model;
}

TEST(MaxAffine, AMaximumOfPlanesIsOne) { EXPECT_TRUE(is_max_affine(planes())); }

TEST(MaxAffine, APlaneIsOne) {
  Model model = planes();
  model.graph.nodes = {linear_node("plane", kGraphInput, constant({1, 4}, 1))};
  EXPECT_TRUE(is_max_affine(model));
}

TEST(MaxAffine, ARectifierIsNone) { EXPECT_FALSE(is_max_affine(test::small_model())); }

TEST(MaxAffine, AnAbsoluteValueInTheMapIsNone) {
  Model model = planes();
  model.feature_map = with_abs(std::move(model.feature_map));
  model.graph.input_shape = {8};
  model.graph.nodes[0].weight = constant({3, 8}, 1);
  ASSERT_TRUE(validate(model).ok());
  EXPECT_FALSE(is_max_affine(model));
}

TEST(MaxAffine, AMaximumThatIsReadOnIsNone) {
  Model model = planes();
  model.graph.nodes.push_back(linear_node("scaled", 1, constant({1, 1}, 2)));
  ASSERT_TRUE(validate(model).ok());
  EXPECT_FALSE(is_max_affine(model));
}

TEST(MaxAffine, AMaximumOfAMaximumIsNone) {
  Model model = planes();
  model.graph.nodes.push_back(node_of(NodeKind::kMax, "again", {1}));
  ASSERT_TRUE(validate(model).ok());
  EXPECT_FALSE(is_max_affine(model));
}

}  // namespace
}  // namespace standfast::model
