// A study of two models with radii that are easy to follow.
#pragma once

#include <limits>
#include <string>

#include "lab/study/study.hpp"

namespace standfast::example {

/// Ten inputs, two of them wrong; radii in steps of `scale` times the norm's number, attacks twice as far.
inline lab::RecipeResult result(const std::string& recipe, const std::string& label, bool ours, double scale) {
  lab::RecipeResult result;
  result.fingerprint = "f00d";
  result.data = "mnist";
  result.recipe = recipe;
  result.label = label;
  result.ours = ours;
  result.test_split = "data/mnist_38:test";
  result.sensitive_count = 10;
  result.other_count = 12;
  result.training_seconds = 12.5;
  result.model_sha256 = "beef";
  result.options = R"({"epochs":40})";
  for (auto& protocol : result.protocols) {
    protocol.threshold = 0.25F;
    protocol.accuracy_sensitive = 0.8;
    protocol.accuracy_other = 0.75;
    for (std::size_t b = 0; b < lab::kBounds.size(); ++b)
      for (std::size_t n = 0; n < lab::kStudyNorms.size(); ++n) {
        auto& bound = protocol.bounds[b][n];
        bound.milliseconds = 0.125;
        bound.radii = {0, 0};
        for (int i = 1; i <= 8; ++i) bound.radii.push_back(scale * i * (n == 0 ? 1 : n == 1 ? 0.1 : 0.01));
        if (lab::kBounds[b] == "attack")
          for (auto& radius : bound.radii) radius *= 2;
      }
  }
  return result;
}

inline lab::Study study() {
  return {{result("mnist-published", "published, penalty", false, 1), result("mnist-linf", "ours, linf", true, 1.5)},
          {"CIFAR-10 was left out: data holds no folder cifar10*."}};
}

}  // namespace standfast::example
