// The study as data: a line here is a model in every table and on the page.
#include <algorithm>
#include <cassert>

#include "lab/study/study.hpp"

namespace standfast::lab {

std::span<const StudyData> study_data() {
  static const std::vector<StudyData> all = {
      {"mnist", "MNIST: 3 against 8", "mnist", "", {"3", "8"}, "3", {16, 2, 0.2}, ""},
      {"fashion", "Fashion-MNIST: T-shirts against shirts", "fashion", "", {"0", "6"}, "0", {16, 1.6, 0.12}, ""},
      {"cifar", "CIFAR-10: cats against dogs", "cifar10", "", {"3", "5"}, "3", {16, 1, 0.03}, ""},
      {"malimg",
       "Malimg: Allaple.L against Allaple.A",
       "malimg",
       "@512x512",
       {"Allaple.L", "Allaple.A"},
       "Allaple.L",
       {200, 2, 0.02},
       "The published experiment sets all other families against Allaple.A; here the largest of them stands for "
       "them."}};
  return all;
}

const StudyData& study_data_named(std::string_view name) {
  const auto found = std::ranges::find(study_data(), name, &StudyData::name);
  assert(found != study_data().end() && "a recipe's data set is in the table");
  return *found;
}

std::span<const Recipe> recipes() {
  static const std::vector<Recipe> all = {
      {"mnist", "mnist-published-plain", "published, no penalty", false, "mnist-mlp", R"({"jacobian_weight": 0})",
       R"({"epochs": 15})"},
      {"mnist", "mnist-published", "published, penalty", false, "mnist-mlp", "", R"({"epochs": 30})"},
      {"mnist", "mnist-linf", "ours, trained for linf", true, "mnist-linf", "", R"({"epochs": 20})"},
      {"mnist", "mnist-l2", "ours, trained for l2", true, "mnist-l2", "", R"({"epochs": 20})"},
      {"mnist", "mnist-l1", "ours, trained for l1", true, "mnist-l1", "", R"({"epochs": 20})"},

      {"fashion", "fashion-published-plain", "published, no penalty", false, "fashion-conv",
       R"({"jacobian_weight": 0})", R"({"epochs": 3})"},
      {"fashion", "fashion-published", "published, penalty", false, "fashion-conv", "", R"({"epochs": 3})"},
      {"fashion", "fashion-linf", "ours, trained for linf", true, "mnist-linf", R"({"certify_radius": 0.05})",
       R"({"epochs": 20})"},
      {"fashion", "fashion-l2", "ours, trained for l2", true, "mnist-l2", R"({"certify_radius": 0.6})",
       R"({"epochs": 20})"},
      {"fashion", "fashion-l1", "ours, trained for l1", true, "mnist-l1", R"({"certify_radius": 4})",
       R"({"epochs": 20})"},

      {"cifar", "cifar-published-plain", "published, no penalty", false, "cifar-conv", R"({"jacobian_weight": 0})",
       R"({"epochs": 6, "first_stride": 4})"},
      {"cifar", "cifar-published", "published, penalty", false, "cifar-conv", "",
       R"({"epochs": 2, "first_stride": 2})"},
      {"cifar", "cifar-conv-robust", "ours, ConvNet, 2x2 means", true, "cifar-conv-robust", "", R"({"epochs": 4})"},
      {"cifar", "cifar-dense-linf", "ours, dense, for linf", true, "mnist-linf",
       R"({"certify_radius": 0.01, "feature_map": "abs", "flip": true})", R"({"epochs": 10})"},
      {"cifar", "cifar-dense-l2", "ours, dense, for l2", true, "mnist-l2",
       R"({"certify_radius": 0.2, "feature_map": "abs", "flip": true})", R"({"epochs": 10})"},
      {"cifar", "cifar-dense-l1", "ours, dense, for l1", true, "mnist-l1",
       R"({"certify_radius": 4, "feature_map": "abs", "flip": true})", R"({"epochs": 10})"},

      {"cifar", "cifar-learnt", "ours, learnt map", true, "cifar-learnt", "", R"({"epochs": 4})"},
      {"cifar", "cifar-learnt-robust", "ours, learnt map, for l2", true, "cifar-learnt-robust", "", R"({"epochs": 3})"},

      {"malimg", "malimg-published-plain", "published, no penalty", false, "malimg-mlp", R"({"jacobian_weight": 0})",
       R"({"epochs": 1})"},
      {"malimg", "malimg-published", "published, penalty", false, "malimg-mlp", "", R"({"epochs": 1})"},
  };
  return all;
}

}  // namespace standfast::lab
