// The published experiments and ours: one table of recipes, and what was measured of each as text, JSON and a page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"
#include "standfast/training.hpp"

namespace standfast::lab {

/// A data set of the study, and which of its two classes is certified.
struct StudyData {
  std::string name;    ///< "mnist".
  std::string title;   ///< "MNIST: 3 against 8".
  std::string folder;  ///< The start of its folder's name.
  std::string size;    ///< What DATA has after the folder: "@512x512" for pictures of many sizes; or empty.
  std::array<std::string, 2> classes;
  std::string sensitive;
  std::array<double, 3> quoted_radius;  ///< For l1, l2, linf: the radius whose quarters the tables quote.
  std::string note;                     ///< What differs from the published set; empty if nothing does.
};

/// A model to train: a preset and what differs from it.
struct Recipe {
  std::string data;  ///< StudyData::name.
  std::string name;  ///< The unique name that its files bear.
  std::string label;
  bool ours = false;
  std::string preset;
  std::string overrides;  ///< JSON object of training options, as docs/training.md names them; applied to the preset.
  std::string quick;      ///< Further options for a run in minutes, in the same form.
};

std::span<const StudyData> study_data();
std::span<const Recipe> recipes();
/// Requires: name is that of a data set in study_data().
const StudyData& study_data_named(std::string_view name);

/// How much work to spend.
struct StudyEffort {
  bool quick = false;
  std::int64_t epochs = 0;     ///< The largest number of epochs; 0: as the recipe says.
  std::size_t certified = 0;   ///< Sensitive test inputs for one-pass certificates; 0: all.
  std::size_t attacked = 200;  ///< Those of them for refined certificates and attacks; 0: all.
};

/// Everything but the output. Shape: `folder` holds the data set. Fails: kBadOption for a recipe that the trainer would
/// refuse.
Result<TrainOptions> recipe_options(const Recipe& recipe, const std::string& folder, const StudyEffort& effort);
/// What the effort changed: "4 of 60 epochs", "first_stride 2 instead of 1, 3 of 60 epochs"; empty if nothing.
std::string shortened_by(const Recipe& recipe, const TrainOptions& options);

/// What a radius is worth: three proofs and, from above, the attack.
inline constexpr std::array<std::string_view, 4> kBounds = {"closed-form", "separable", "refined", "attack"};
inline constexpr std::array<std::string_view, 3> kStudyNorms = {"l1", "l2", "linf"};
/// Where the threshold comes from: from validation, as trained, or from the first 1,000 test inputs, as published.
inline constexpr std::array<std::string_view, 2> kProtocols = {"validation", "test-1000"};

/// Radii (or distances of attacks) of the first sensitive test inputs, in their order.
struct BoundMeasure {
  double milliseconds = 0;    ///< Processor time of one certificate; NaN if nothing was judged sensitive.
  std::vector<double> radii;  ///< 0 for a wrong verdict; infinite if nothing flips it, or no attack was found.
};

struct ProtocolMeasure {
  float threshold = 0;
  double accuracy_sensitive = 0;  ///< The accuracy on the whole test split.
  double accuracy_other = 0;
  std::array<std::array<BoundMeasure, kStudyNorms.size()>, kBounds.size()>
      bounds;  ///< One measure for each bound and norm.
};

/// One finished recipe.
struct RecipeResult {
  std::string fingerprint;  ///< A hash of recipe, data and effort: equal ones need not be done again.
  std::string data;
  std::string recipe;
  std::string label;
  bool ours = false;
  std::string shortened;   ///< shortened_by().
  std::string test_split;  ///< DATA of the test split.
  std::size_t sensitive_count = 0;
  std::size_t other_count = 0;
  double training_seconds = 0;  ///< The processor time of the training run.
  std::string model_sha256;
  std::array<ProtocolMeasure, kProtocols.size()> protocols;
  std::string options;  ///< The training options, as JSON.
};

struct MeasureOptions {
  StudyEffort effort;
  std::size_t threads = 0;
  std::function<double()> processor_seconds;  ///< A clock that counts the processor time of this program.
  std::function<void(std::string_view task, std::size_t done, std::size_t total)> progress;
};

/// SHA-256 over the names and bytes of every file in a folder. Fails: kIo.
Result<std::string> folder_digest(const std::string& folder);
/// Equal texts for equal work: the same recipe, options, data, effort and version.
std::string study_fingerprint(const Recipe& recipe, const TrainOptions& options, const std::string& data_digest,
                              const StudyEffort& effort, std::string_view version);

/// The model's threshold moved to balance both classes on the first 1,000 test inputs; written beside it.
///
/// Fails: kBadValue if these inputs do not hold both classes; what load and logits refuse: kIo,
/// kBadFormat, kBadShape, kBadValue, kNotConvex, kUnsupported, kEnvironment.
Status write_balanced_model(const std::string& model_path, const std::string& balanced_path, const Dataset& test);

/// Accuracies, radii and attacks with the model's own threshold; radii are theorems about the stored weights.
/// Fails: kBadShape, kBadValue, kBadOption, kUnsupported, kEnvironment: what certify refuses.
Result<ProtocolMeasure> measure(const Classifier& classifier, const Dataset& test, const MeasureOptions& options);

/// Schema "standfast/reproduce-recipe/1", and back: lab/reproduce.md.
std::string to_json(const RecipeResult& result);
/// Reads hostile text. Fails: kBadFormat; `place` stands for the file in the message.
Result<RecipeResult> recipe_result_from_json(std::string_view text, const std::string& place);

/// Everything that a page is made of, in the order of recipes().
struct Study {
  std::vector<RecipeResult> results;
  std::vector<std::string> notes;  ///< Sentences to show first, such as what is missing.
};

/// Schema "standfast/reproduce/1": lab/reproduce.md.
std::string to_json(const Study& study);
/// Tables of at most 100 columns.
std::string to_text(const Study& study);
/// One file, no script, no external request.
std::string to_html(const Study& study);

}  // namespace standfast::lab
