// The work of `standfast-lab compare`, with a file per finished job that names what it was made from.
#include "lab/commands/run_compare.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "cli/terminal/command.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/processes.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "files/sha256.hpp"
#include "lab/commands/job_files.hpp"
#include "lab/compare/measure_ours.hpp"
#include "standfast/report.hpp"

namespace standfast::lab {
namespace {

const cli::HelperProgram& baselines() {
  static const cli::HelperProgram program = {
      "standfast-baselines", "STANDFAST_BASELINES_PROGRAM",
      "the baselines need it: build it with -DSTANDFAST_TRAIN=ON (it needs libtorch), or set "
      "STANDFAST_BASELINES_PROGRAM to its path"};
  return program;
}

struct PlannedJob {
  CompareJob job;
  std::string fingerprint;
  std::string result_path;
};

/// Equal texts for equal work.
std::string fingerprint_of(const CompareJob& job, const ComparePlan& plan) {
  const std::string work = job.baseline ? to_json(*job.baseline)
                                        : fmt::format("{}\n{}\n{}\n{}", job.label, job.norm, plan.request.rows,
                                                      standfast::to_json(job.options));
  return files::sha256_of_text(fmt::format("{}\n{}\n{}\n{}\n", STANDFAST_VERSION, job.name, plan.data_digest, work));
}

/// What an earlier run left, if it is about the same work.
std::optional<JobResult> finished(const PlannedJob& planned) {
  std::error_code ignored;
  if (!std::filesystem::exists(planned.result_path, ignored)) return std::nullopt;
  const auto text = read_result_text(planned.result_path);
  auto result = text ? job_result_from_json(*text, planned.result_path)
                     : Error{ErrorCode::kIo, fmt::format("{}: cannot be read, expected a result", planned.result_path)};
  if (!result.ok()) {
    cli::say(fmt::format("{}; {} is done again", printable(result.error().message), planned.job.name));
    return std::nullopt;
  }
  if (result->fingerprint != planned.fingerprint || result->job != planned.job.name) return std::nullopt;
  return std::move(result).value();
}

Status ended_well(const std::string& name, int exit_code) {
  if (exit_code == cli::kDone) return {};
  return Error{ErrorCode::kEnvironment,
               fmt::format("{}: its program ended with exit code {}, expected 0", name, exit_code)};
}

Status do_baseline(const PlannedJob& planned) {
  BaselineTask task = *planned.job.baseline;
  task.fingerprint = planned.fingerprint;
  task.output = planned.result_path;
  CLI_TRY(const int exit_code, cli::run_helper(baselines(), to_json(task)));
  return ended_well(planned.job.name, exit_code);
}

Status do_ours(const PlannedJob& planned, const ComparePlan& plan) {
  TrainOptions options = planned.job.options;
  options.output = path_in(plan.work, planned.job.name + ".safetensors");
  const double before = children_processor_seconds();
  CLI_TRY(const int exit_code, cli::run_trainer(options));
  CLI_CHECK(ended_well(planned.job.name, exit_code));
  CLI_TRY(const Classifier classifier, Classifier::load(options.output));
  // Ctrl-C makes the trainer keep its best model so far, which is not what was asked for
  if (classifier.summary().provenance.contains("stopped"))
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: training was stopped; the same command begins it again", planned.job.name)};
  JobResult result;
  result.training_seconds = children_processor_seconds() - before;
  CLI_TRY(const TwoClasses test, read_test_rows(plan.request));
  OurMeasure about{planned.job.name,
                   planned.job.label,
                   planned.job.norm,
                   fmt::format("preset {}, {} epochs", options.preset, options.epochs),
                   1,
                   own_processor_seconds,
                   said_now_and_then()};
  CLI_TRY(result.methods, measure_ours(classifier, test, about));
  CLI_TRY(result.smoothing_milliseconds, smoothing_time(classifier, test.sensitive.row(0), about));
  result.fingerprint = planned.fingerprint;
  result.job = planned.job.name;
  result.sensitive_rows = test.sensitive.count();
  result.other_rows = test.other.count();
  result.dim = classifier.dim();
  return write_file_atomically(planned.result_path, to_json(result));
}

using Results = std::vector<std::optional<JobResult>>;

Comparison comparison_of(const ComparePlan& plan, const Results& results) {
  Comparison comparison = plan.head;
  for (const auto& result : results)
    if (result) comparison.jobs.push_back(*result);
  return comparison;
}

std::string finished_text(const JobResult& result, const Results& results) {
  const auto& method = result.methods.front();
  return fmt::format("{:.1f} and {:.1f} % right, trained in {:.0f} s; {} of {} finished",
                     100 * method.accuracy_sensitive, 100 * method.accuracy_other, result.training_seconds,
                     std::ranges::count_if(results, [](const auto& one) { return one.has_value(); }), results.size());
}

}  // namespace

Result<std::string> find_baselines() { return cli::find_helper(baselines()); }

Result<Comparison> run_compare(const ComparePlan& plan) {
  std::vector<PlannedJob> planned;
  for (const auto& job : plan.jobs)
    planned.push_back({job, fingerprint_of(job, plan), path_in(plan.work, job.name + ".json")});
  Results results(planned.size());
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    results[i] = finished(planned[i]);
    if (results[i])
      cli::say(fmt::format("{}: done before", planned[i].job.name));
    else
      left.push_back(i);
  }
  std::vector<cli::ProcessJob> work;
  for (const std::size_t i : left) {
    const PlannedJob& mine = planned[i];
    work.push_back({mine.job.name, mine.job.title,
                    [&mine, &plan] { return mine.job.baseline ? do_baseline(mine) : do_ours(mine, plan); }});
  }
  const auto keep = [&](std::size_t k) -> Result<std::string> {
    const std::size_t i = left[k];
    results[i] = finished(planned[i]);
    if (!results[i])
      return Error{ErrorCode::kIo, fmt::format("{}: was changed while it was written", planned[i].result_path)};
    return finished_text(*results[i], results);
  };
  const std::size_t threads = plan.threads > 0 ? plan.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t at_once = std::clamp<std::size_t>(left.size(), 1, threads);
  CLI_CHECK(cli::run_in_processes(work, at_once, keep));
  return comparison_of(plan, results);
}

}  // namespace standfast::lab
