#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "lab/study/study.hpp"

namespace standfast::lab {
namespace {

TEST(Recipes, TheTrainerAcceptsEveryOne) {
  for (const bool quick : {false, true})
    for (const auto& recipe : recipes()) {
      auto options = recipe_options(recipe, "data/folder", {.quick = quick});
      ASSERT_TRUE(options.ok()) << recipe.name << ": " << options.error().message;
      options->output = "model.safetensors";
      const auto valid = validate(*options);
      EXPECT_TRUE(valid.ok()) << recipe.name << ": " << valid.error().message;
      EXPECT_EQ(options->data.source, "data/folder" + study_data_named(recipe.data).size + ":train");
      EXPECT_EQ(options->preset, recipe.preset);
    }
}

TEST(Recipes, NamesAreUniqueAndFitTheirPlaces) {
  std::set<std::string> names;
  for (const auto& recipe : recipes()) {
    EXPECT_TRUE(names.insert(recipe.name).second) << recipe.name;
    EXPECT_LE(recipe.label.size(), 26u) << recipe.label << " is cut in the terminal's table";
    EXPECT_EQ(recipe.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << recipe.name;
  }
}

TEST(Recipes, EveryDataSetHasAPublishedModel) {
  for (const auto& data : study_data())
    EXPECT_TRUE(std::ranges::any_of(recipes(), [&](const Recipe& recipe) {
      return recipe.data == data.name && !recipe.ours;
    })) << data.name;
}

TEST(Recipes, OverridesStandOnThePreset) {
  const Recipe recipe{"mnist", "x", "x", true, "mnist-linf", R"({"certify_radius": 0.25})", R"({"epochs": 3})"};
  const auto options = recipe_options(recipe, "d", {});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->certify_radius, 0.25);
  EXPECT_EQ(options->epochs, 40);
  EXPECT_EQ(shortened_by(recipe, *options), "");
  const auto quick = recipe_options(recipe, "d", {.quick = true, .epochs = 2});
  ASSERT_TRUE(quick.ok());
  EXPECT_EQ(shortened_by(recipe, *quick), "2 of 40 epochs");
}

TEST(Recipes, WhatAQuickRunChangesBesideTheEpochsIsNamed) {
  const Recipe recipe{"cifar", "x", "x", false, "cifar-conv", "", R"({"epochs": 3, "first_stride": 2})"};
  const auto quick = recipe_options(recipe, "d", {.quick = true});
  ASSERT_TRUE(quick.ok());
  EXPECT_EQ(shortened_by(recipe, *quick), "first_stride 2 instead of 1, 3 of 60 epochs");
}

TEST(Recipes, BadOverridesAreRefused) {
  for (const auto* overrides : {"[]", "{", R"({"epochs": "many"})", R"({"no_such_option": 1})"}) {
    const Recipe recipe{"mnist", "x", "x", true, "mnist-linf", overrides, ""};
    EXPECT_FALSE(recipe_options(recipe, "d", {}).ok()) << overrides;
  }
}

TEST(Fingerprint, TellsApartWhatDecidesAResult) {
  const auto& recipe = recipes().front();
  const auto options = *recipe_options(recipe, "d", {});
  const auto plain = study_fingerprint(recipe, options, "digest", {}, "1");
  auto elsewhere = options;
  elsewhere.output = "other.safetensors";
  elsewhere.data.source = "elsewhere:train";
  EXPECT_EQ(study_fingerprint(recipe, elsewhere, "digest", {}, "1"), plain) << "places and threads decide nothing";
  auto longer = options;
  ++longer.epochs;
  EXPECT_NE(study_fingerprint(recipe, longer, "digest", {}, "1"), plain);
  EXPECT_NE(study_fingerprint(recipe, options, "other", {}, "1"), plain);
  EXPECT_NE(study_fingerprint(recipe, options, "digest", {.attacked = 10}, "1"), plain);
  EXPECT_NE(study_fingerprint(recipe, options, "digest", {}, "2"), plain);
}

TEST(FolderDigest, SeesNamesAndBytes) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "standfast-folder-digest";
  fs::remove_all(folder);
  fs::create_directories(folder / "train");
  const auto put = [&](const char* name, const char* text) { std::ofstream(folder / name) << text; };
  put("train/a", "1");
  put("b", "2");
  const auto first = folder_digest(folder.string());
  ASSERT_TRUE(first.ok());
  put("b", "3");
  const auto changed = folder_digest(folder.string());
  put("b", "2");
  const auto again = folder_digest(folder.string());
  fs::rename(folder / "b", folder / "c");
  const auto renamed = folder_digest(folder.string());
  ASSERT_TRUE(changed.ok() && again.ok() && renamed.ok());
  EXPECT_NE(*changed, *first);
  EXPECT_EQ(*again, *first);
  EXPECT_NE(*renamed, *first);
  fs::remove_all(folder);
  EXPECT_FALSE(folder_digest(folder.string()).ok());
}

}  // namespace
}  // namespace standfast::lab
