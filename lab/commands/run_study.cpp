// The work of `standfast-lab reproduce`, with a file per finished recipe that names what it was made from.
#include "lab/commands/run_study.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "cli/terminal/command.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/processes.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "lab/commands/job_files.hpp"
#include "standfast/certificate.hpp"
#include "standfast/report.hpp"

namespace standfast::lab {
namespace {

struct StudyJob {
  const Recipe& recipe;
  const FoundData& found;
  TrainOptions options;
  std::string fingerprint;
  std::string result_path;
};

std::string balanced_path(const std::string& model_path) {
  return std::filesystem::path(model_path).replace_extension().string() + "-test-1000.safetensors";
}

/// What an earlier run left, if it is about the same work and its model is still there.
std::optional<RecipeResult> finished(const StudyJob& job) {
  std::error_code ignored;
  if (!std::filesystem::exists(job.result_path, ignored)) return std::nullopt;
  const auto text = read_result_text(job.result_path);
  auto result = text ? recipe_result_from_json(*text, job.result_path)
                     : Error{ErrorCode::kIo, fmt::format("{}: cannot be read, expected a result", job.result_path)};
  if (!result.ok()) {
    cli::say(fmt::format("{}; {} is done again", printable(result.error().message), job.recipe.name));
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
  const double before = children_processor_seconds();
  CLI_TRY(const int exit_code, cli::run_trainer(job.options));
  if (exit_code != cli::kDone)
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: the trainer ended with exit code {}, expected 0", job.recipe.name, exit_code)};
  CLI_TRY(const Classifier classifier, Classifier::load(job.options.output));
  const auto& provenance = classifier.summary().provenance;
  // Ctrl-C makes the trainer keep its best model so far, which is not what the recipe says
  if (provenance.contains("stopped"))
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: training was stopped; the same command goes on with this model", job.recipe.name)};
  return children_processor_seconds() - before;
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
  result.options = standfast::to_json(job.options);
  CLI_TRY(const std::int32_t sensitive, test.class_index(job.options.sensitive));
  for (const auto label : test.labels) ++(label == sensitive ? result.sensitive_count : result.other_count);
  const std::string balanced = balanced_path(job.options.output);
  CLI_CHECK(write_balanced_model(job.options.output, balanced, test));
  const std::string models[] = {job.options.output, balanced};
  MeasureOptions options;
  options.effort = plan.effort;
  options.threads = plan.threads;
  options.processor_seconds = own_processor_seconds;
  options.progress = said_now_and_then();
  for (std::size_t p = 0; p < kProtocols.size(); ++p) {
    cli::say(fmt::format("measuring, threshold from {}", kProtocols[p]));
    CLI_TRY(const Classifier classifier, Classifier::load(models[p]));
    CLI_TRY(result.protocols[p], measure(classifier, test, options));
  }
  CLI_TRY(result.model_sha256, sha256_of_file(job.options.output));
  return result;
}

Status do_recipe(const StudyJob& job, const StudyPlan& plan) {
  CLI_TRY(const Dataset test, read_data({.source = job.found.folder + job.found.data->size + ":test",
                                         .label_column = "",
                                         .classes = job.options.data.classes}));
  CLI_TRY(const double seconds, train_recipe(job));
  CLI_TRY(RecipeResult result, measure_both(job, plan, test));
  result.training_seconds = seconds;
  return write_file_atomically(job.result_path, to_json(result));
}

Result<StudyJob> plan_job(const Recipe& recipe, const FoundData& found, const StudyPlan& plan,
                          const std::string& digest) {
  CLI_TRY(TrainOptions options, recipe_options(recipe, found.folder, plan.effort));
  options.output = path_in(plan.output, recipe.name + ".safetensors");
  const std::string fingerprint = study_fingerprint(recipe, options, digest, plan.effort, STANDFAST_VERSION);
  return StudyJob{recipe, found, std::move(options), fingerprint, path_in(plan.output, recipe.name + ".json")};
}

Result<std::vector<StudyJob>> plan_jobs(const StudyPlan& plan) {
  std::vector<StudyJob> jobs;
  for (const auto& found : plan.data) {
    CLI_TRY(const std::string digest, folder_digest(found.folder));
    for (const auto& recipe : recipes()) {
      if (recipe.data != found.data->name) continue;
      CLI_TRY(StudyJob job, plan_job(recipe, found, plan, digest));
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

/// Those of finished recipes, in the order of the jobs.
using StudyResults = std::vector<std::optional<RecipeResult>>;

std::string finished_text(const RecipeResult& result, const StudyResults& results) {
  const auto& measured = result.protocols[0];
  return fmt::format("{:.1f} and {:.1f} % right, trained in {:.0f} s; {} of {} finished",
                     100 * measured.accuracy_sensitive, 100 * measured.accuracy_other, result.training_seconds,
                     std::ranges::count_if(results, [](const auto& one) { return one.has_value(); }), results.size());
}

Result<Study> write_study(const StudyPlan& plan, const StudyResults& results) {
  Study study;
  study.notes = plan.notes;
  for (const auto& result : results)
    if (result) study.results.push_back(*result);
  CLI_CHECK(write_file_atomically(path_in(plan.output, "study.json"), to_json(study)));
  CLI_CHECK(write_file_atomically(path_in(plan.output, "study.html"), to_html(study)));
  return study;
}

StudyResults finished_before(const std::vector<StudyJob>& jobs) {
  StudyResults results(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    results[i] = finished(jobs[i]);
    if (results[i]) cli::say(fmt::format("{}: done before", jobs[i].recipe.name));
  }
  return results;
}

cli::ProcessJob process_job(const StudyJob& job, const StudyPlan& plan) {
  const auto epochs = job.options.epochs;
  return {job.recipe.name, fmt::format("{}, {} epoch{}", job.recipe.label, epochs, epochs == 1 ? "" : "s"),
          [&job, plan] { return do_recipe(job, plan); }};
}

}  // namespace

Result<Study> run_study(const StudyPlan& plan) {
  CLI_TRY(const auto jobs, plan_jobs(plan));
  StudyResults results = finished_before(jobs);
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (!results[i]) left.push_back(i);

  const std::size_t threads = plan.threads > 0 ? plan.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t at_once = std::clamp<std::size_t>(left.size(), 1, threads);
  StudyPlan share = plan;
  share.threads = threads / at_once;  // for certificates and attacks; a training takes one
  std::vector<cli::ProcessJob> work;
  work.reserve(left.size());
  for (const std::size_t i : left) work.push_back(process_job(jobs[i], share));
  const auto keep = [&](std::size_t k) -> Result<std::string> {
    const std::size_t i = left[k];
    results[i] = finished(jobs[i]);
    if (!results[i])
      return Error{ErrorCode::kIo, fmt::format("{}: was changed while it was written", jobs[i].result_path)};
    CLI_TRY([[maybe_unused]] const Study so_far, write_study(plan, results));
    return finished_text(*results[i], results);
  };
  CLI_CHECK(cli::run_in_processes(work, at_once, keep));
  return write_study(plan, results);
}

}  // namespace standfast::lab
