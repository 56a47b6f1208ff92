// From a line of the table to the options of a training run, and the name of all that decides its outcome.
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/sha256.hpp"
#include "lab/study/study.hpp"
#include "standfast/certificate.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

Result<TrainOptions> with_overrides(const TrainOptions& options, const std::string& overrides, const Recipe& recipe) {
  if (overrides.empty()) return options;
  const Json patch = Json::parse(overrides, nullptr, /*allow_exceptions=*/false);
  if (!patch.is_object())
    return Error{ErrorCode::kBadOption, fmt::format("recipe {}: its overrides are not a JSON object", recipe.name)};
  Json json = Json::parse(standfast::to_json(options));
  json.update(patch);
  return train_options_from_json(json.dump());
}

/// What decides a model: not where its data lie, nor where it goes.
std::string essence(TrainOptions options) {
  options.output.clear();
  options.data.source.clear();
  return standfast::to_json(options);
}

}  // namespace

Result<TrainOptions> recipe_options(const Recipe& recipe, const std::string& folder, const StudyEffort& effort) {
  const StudyData& data = study_data_named(recipe.data);
  STANDFAST_TRY(TrainOptions options, preset_options(recipe.preset));
  STANDFAST_TRY(options, with_overrides(options, recipe.overrides, recipe));
  if (effort.quick) {
    STANDFAST_TRY(options, with_overrides(options, recipe.quick, recipe));
  }
  if (effort.epochs > 0) options.epochs = std::min(options.epochs, effort.epochs);
  options.data.source = folder + data.size + ":train";
  options.data.classes = {data.classes[0], data.classes[1]};
  options.sensitive = data.sensitive;
  return options;
}

std::string shortened_by(const Recipe& recipe, const TrainOptions& options) {
  const auto whole = recipe_options(recipe, "", {});
  if (!whole.ok()) return {};
  const Json asked = Json::parse(essence(*whole));
  const Json given = Json::parse(essence(options));
  std::string text;
  for (const auto& [key, value] : asked.items()) {
    if (given[key] == value) continue;
    if (!text.empty()) text += ", ";
    text += key == "epochs" ? fmt::format("{} of {} epochs", options.epochs, whole->epochs)
                            : fmt::format("{} {} instead of {}", key, given[key].dump(), value.dump());
  }
  return text;
}

Result<std::string> folder_digest(const std::string& folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;  // ordered: a folder is listed in any order
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file(failed)) continue;
    STANDFAST_TRY(files[at->path().lexically_relative(folder).string()], sha256_of_file(at->path().string()));
  }
  if (failed) return Error{ErrorCode::kIo, fmt::format("{}: cannot be listed: {}", folder, failed.message())};
  std::string text;
  for (const auto& [name, digest] : files) text += fmt::format("{} {}\n", digest, name);
  return files::sha256_of_text(text);
}

std::string study_fingerprint(const Recipe& recipe, const TrainOptions& options, const std::string& data_digest,
                              const StudyEffort& effort, std::string_view version) {
  return files::sha256_of_text(fmt::format("{}\n{}\n{}\n{} {}\n{}\n{}\n", version, recipe.name, recipe.label,
                                           effort.certified, effort.attacked, data_digest, essence(options)));
}

}  // namespace standfast::lab
