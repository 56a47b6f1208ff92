// The work of `standfast reproduce`, with a file per finished recipe that names what it was made from.
#include "cli/study.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <sys/resource.h>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/trainer.hpp"
#include "cli/try.hpp"
#include "standfast/certificate.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

constexpr std::uintmax_t kMaxResultBytes = 64 << 20;

struct StudyJob {
  const Recipe& recipe;
  const FoundData& found;
  TrainOptions options;
  std::string fingerprint;
  std::string result_path;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// Of this program, or of the trainers that have ended.
double processor_seconds(int who) {
  rusage usage{};
  if (::getrusage(who, &usage) != 0) return 0;
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

std::string path_in(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

std::string balanced_path(const std::string& model_path) {
  return std::filesystem::path(model_path).replace_extension().string() + "-test-1000.safetensors";
}

/// Nothing where there is no such file, or none of a sensible size.
std::optional<std::string> read_text(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed || size > kMaxResultBytes) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return std::nullopt;
  return text.str();
}

/// What an earlier run left, if it is about the same work and its model is still there.
std::optional<RecipeResult> finished(const StudyJob& job) {
  std::error_code ignored;
  if (!std::filesystem::exists(job.result_path, ignored)) return std::nullopt;
  const auto text = read_text(job.result_path);
  auto result = text ? recipe_result_from_json(*text, job.result_path)
                     : Error{ErrorCode::kIo, fmt::format("{}: cannot be read, expected a result", job.result_path)};
  if (!result.ok()) {
    say(fmt::format("{}; {} is done again", printable(result.error().message), job.recipe.name));
    return std::nullopt;
  }
  const auto digest = sha256_of_file(job.options.output);
  const bool same = result->fingerprint == job.fingerprint && result->recipe == job.recipe.name &&
                    result->data == job.recipe.data && digest.ok() && *digest == result->model_sha256;
  if (!same) return std::nullopt;
  return std::move(result).value();
}

/// The processor seconds that it took.
Result<double> train_recipe(const StudyJob& job) {
  const double before = processor_seconds(RUSAGE_CHILDREN);
  CLI_TRY(const int exit_code, run_trainer(job.options));
  if (exit_code != kDone)
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: the trainer ended with exit code {}, expected 0", job.recipe.name, exit_code)};
  CLI_TRY(const Classifier classifier, Classifier::load(job.options.output));
  const auto& provenance = classifier.summary().provenance;
  // Ctrl-C makes the trainer keep its best model so far, which is not what the recipe says
  if (provenance.contains("stopped"))
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: training was stopped; the same command goes on with this model", job.recipe.name)};
  return processor_seconds(RUSAGE_CHILDREN) - before;
}

Result<RecipeResult> measure_both(const StudyJob& job, const StudyPlan& plan, const Dataset& test) {
  RecipeResult result;
  result.fingerprint = job.fingerprint;
  result.data = job.recipe.data;
  result.recipe = job.recipe.name;
  result.label = job.recipe.label;
  result.ours = job.recipe.ours;
  result.shortened = shortened_by(job.recipe, job.options);
  result.test_split = test.source;
  result.options = to_json(job.options);
  CLI_TRY(const std::int32_t sensitive, test.class_index(job.options.sensitive));
  for (const auto label : test.labels) ++(label == sensitive ? result.sensitive_count : result.other_count);
  const std::string balanced = balanced_path(job.options.output);
  CLI_CHECK(write_balanced_model(job.options.output, balanced, test));
  const std::string models[] = {job.options.output, balanced};
  ProgressBars bars;
  MeasureOptions options;
  options.effort = plan.effort;
  options.threads = plan.threads;
  options.processor_seconds = [] { return processor_seconds(RUSAGE_SELF); };
  options.progress = [&bars](std::string_view task, std::size_t done, std::size_t total) {
    bars.show(task, done, total);
  };
  for (std::size_t p = 0; p < kProtocols.size(); ++p) {
    CLI_TRY(const Classifier classifier, Classifier::load(models[p]));
    CLI_TRY(result.protocols[p], measure(classifier, test, options));
  }
  CLI_TRY(result.model_sha256, sha256_of_file(job.options.output));
  return result;
}

Result<RecipeResult> do_recipe(const StudyJob& job, const StudyPlan& plan, const Dataset& test) {
  CLI_TRY(const double seconds, train_recipe(job));
  CLI_TRY(RecipeResult result, measure_both(job, plan, test));
  result.training_seconds = seconds;
  CLI_CHECK(write_file_atomically(job.result_path, to_json(result)));
  return result;
}

Status write_study(const StudyPlan& plan, const Study& study) {
  CLI_CHECK(write_file_atomically(path_in(plan.output, "study.json"), to_json(study)));
  return write_file_atomically(path_in(plan.output, "study.html"), to_html(study));
}

Result<StudyJob> plan_job(const Recipe& recipe, const FoundData& found, const StudyPlan& plan,
                          const std::string& digest) {
  CLI_TRY(TrainOptions options, recipe_options(recipe, found.folder, plan.effort));
  options.output = path_in(plan.output, recipe.name + ".safetensors");
  const std::string fingerprint = study_fingerprint(recipe, options, digest, plan.effort, STANDFAST_VERSION);
  return StudyJob{recipe, found, std::move(options), fingerprint, path_in(plan.output, recipe.name + ".json")};
}

Status run_data_set(const FoundData& found, const StudyPlan& plan, Study& study) {
  std::optional<Dataset> test;  // read once, and only where there is something to do
  CLI_TRY(const std::string digest, folder_digest(found.folder));
  for (const auto& recipe : recipes()) {
    if (recipe.data != found.data->name) continue;
    CLI_TRY(const StudyJob job, plan_job(recipe, found, plan, digest));
    if (auto earlier = finished(job)) {
      say(fmt::format("{}: done before", recipe.name));
      study.results.push_back(*std::move(earlier));
    } else {
      if (!test) {
        CLI_TRY(test, read_data({.source = found.folder + found.data->size + ":test",
                                 .label_column = "",
                                 .classes = job.options.data.classes}));
      }
      const auto epochs = job.options.epochs;
      say(fmt::format("{}: {}, {} epoch{}", recipe.name, recipe.label, epochs, epochs == 1 ? "" : "s"));
      CLI_TRY(RecipeResult result, do_recipe(job, plan, *test));
      study.results.push_back(std::move(result));
    }
    CLI_CHECK(write_study(plan, study));
  }
  return {};
}

}  // namespace

Result<Study> run_study(const StudyPlan& plan) {
  Study study;
  study.notes = plan.notes;
  for (const auto& found : plan.data) CLI_CHECK(run_data_set(found, plan, study));
  return study;
}

}  // namespace standfast::cli
