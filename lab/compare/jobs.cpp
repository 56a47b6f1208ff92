// A line here is a job. Deviations, radii and epochs are scaled to what a CPU trains in minutes; the published recipes
// use larger networks and ten times the epochs.
#include "lab/compare/jobs.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/try.hpp"

namespace standfast::lab {
namespace {

struct BaselineLine {
  const char* method;
  BaselineKind kind;
  NoiseKind noise;
  double grey_deviation;  // for pictures of one channel, and of more
  double colour_deviation;
  std::uint64_t epochs;
  std::uint64_t quick_epochs;
};

// the deviation that smoothing is quoted at for such pictures; l1 needs more of it than l2
constexpr std::array kBaselines = {
    BaselineLine{"gaussian", BaselineKind::kSmoothing, NoiseKind::kGaussian, 0.5, 0.25, 30, 6},
    BaselineLine{"laplace", BaselineKind::kSmoothing, NoiseKind::kLaplace, 1, 0.5, 30, 6},
    BaselineLine{"uniform", BaselineKind::kSmoothing, NoiseKind::kUniform, 1, 0.5, 30, 6},
    BaselineLine{"splitting", BaselineKind::kSplitting, NoiseKind::kUniform, 1, 0.5, 30, 8},
    BaselineLine{"interval", BaselineKind::kInterval, NoiseKind::kUniform, 1, 0.5, 60, 15}};

// as the study's largest quoted radii: where certified accuracy is worth reading
constexpr double kGreyInterval = 0.2, kColourInterval = 0.02;
constexpr std::array kFactors = {0.5, 1.0, 2.0};  // of the deviation, without --quick

struct OurLine {
  const char* name;
  const char* norm;
  const char* label;
  const char* preset;
  bool grey;      // for pictures of one channel, else of more
  double radius;  // certify_radius; 0: the preset's
  std::int64_t quick_epochs;
};

constexpr std::array kOurs = {
    OurLine{"ours-l1", "l1", "ours, preset mnist-l1", "mnist-l1", true, 0, 15},
    OurLine{"ours-l2", "l2", "ours, preset mnist-l2", "mnist-l2", true, 0, 15},
    OurLine{"ours-linf", "linf", "ours, preset mnist-linf", "mnist-linf", true, 0, 15},
    OurLine{"ours-l1", "l1", "ours, preset mnist-l1, radius 4", "mnist-l1", false, 4, 10},
    OurLine{"ours-l2", "l2", "ours, preset cifar-learnt-robust", "cifar-learnt-robust", false, 0, 3},
    OurLine{"ours-deep", "l2", "ours, preset cifar-lipschitz", "cifar-lipschitz", false, 0, 4},
    OurLine{"ours-linf", "linf", "ours, preset mnist-linf, radius 0.01", "mnist-linf", false, 0.01, 10}};

std::uint64_t epochs_of(std::uint64_t whole, std::uint64_t quick, const CompareEffort& effort) {
  const std::uint64_t epochs = effort.quick ? quick : whole;
  return effort.epochs == 0 ? epochs : std::min(epochs, effort.epochs);
}

CompareJob baseline_job(const BaselineLine& line, double deviation, const std::string& name, const RowsRequest& request,
                        bool grey, const CompareEffort& effort) {
  BaselineTask task;
  task.job = name;
  task.kind = line.kind;
  task.noise = {line.noise, deviation};
  task.interval_radius = grey ? kGreyInterval : kColourInterval;
  task.data = request.data;
  task.classes = request.classes;
  task.sensitive = request.sensitive;
  task.rows = request.rows;
  task.validation_rows = request.validation_rows;
  if (!effort.quick) task.samples.push_back(100'000);
  task.epochs = epochs_of(line.epochs, line.quick_epochs, effort);
  task.seed = effort.seed;
  CompareJob job;
  job.name = name;
  job.method = line.method;
  job.title = fmt::format("{}, {} epochs", name, task.epochs);
  job.baseline = std::move(task);
  return job;
}

Result<CompareJob> our_job(const OurLine& line, const RowsRequest& request, const CompareEffort& effort) {
  STANDFAST_TRY(TrainOptions options, preset_options(line.preset));
  options.data.source = request.data + ":train";
  options.data.classes = request.classes;
  options.sensitive = request.sensitive;
  options.seed = effort.seed;
  if (line.radius > 0) options.certify_radius = line.radius;
  options.epochs = static_cast<std::int64_t>(
      epochs_of(static_cast<std::uint64_t>(options.epochs), static_cast<std::uint64_t>(line.quick_epochs), effort));
  CompareJob job;
  job.name = line.name;
  job.method = "ours";
  job.title = fmt::format("{}, {} epochs", line.label, options.epochs);
  job.label = line.label;
  job.norm = line.norm;
  job.options = std::move(options);
  return job;
}

}  // namespace

std::vector<std::string> compare_methods() {
  std::vector<std::string> methods;
  for (const auto& line : kBaselines) methods.emplace_back(line.method);
  methods.emplace_back("ours");
  return methods;
}

Result<std::vector<CompareJob>> compare_jobs(const RowsRequest& request, const model::Shape& input_shape,
                                             const CompareEffort& effort) {
  const bool grey = input_shape[0] == 1;
  std::vector<CompareJob> jobs;
  for (const auto& line : kBaselines) {
    const double usual = grey ? line.grey_deviation : line.colour_deviation;
    if (effort.quick || line.kind == BaselineKind::kInterval) {
      jobs.push_back(baseline_job(line, usual, line.method, request, grey, effort));
      continue;
    }
    for (const double factor : kFactors)
      jobs.push_back(
          baseline_job(line, usual * factor, fmt::format("{}-{}", line.method, usual * factor), request, grey, effort));
  }
  for (const auto& line : kOurs) {
    if (line.grey != grey) continue;
    STANDFAST_TRY(CompareJob job, our_job(line, request, effort));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace standfast::lab
