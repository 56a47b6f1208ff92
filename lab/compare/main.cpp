// standfast-baselines JSON: trains one base network and measures what can be certified of it; `standfast-lab compare`
// builds the JSON and starts it. Exit codes: 0 done, 2 bad usage or input, 3 internal error.
#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/try.hpp"
#include "lab/compare/measure_baselines.hpp"
#include "lab/compare/torch_training.hpp"
#include "standfast/report.hpp"
#include "trainer/process.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::lab {
namespace {

constexpr int kDone = 0;
constexpr int kBadInput = 2;
constexpr int kInternalError = 3;

double processor_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// One message in five seconds.
class SaidNowAndThen {
 public:
  void operator()(std::string_view message) {
    const auto now = Clock::now();
    if (now - last_ < std::chrono::seconds(5)) return;
    last_ = now;
    trainer::say(fmt::format("{}\n", message));
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

BaseTraining training_of(const BaselineTask& task, const CompareRows& rows, const SplittingNoise& splitting,
                         SaidNowAndThen& said) {
  BaseTraining training;
  training.layers = usual_layers(rows.input_shape);
  training.normalisation = normalisation_of(rows.train_features);
  if (task.kind == BaselineKind::kSmoothing) training.noise = task.noise;
  if (task.kind == BaselineKind::kSplitting) training.splitting = splitting;
  if (task.kind == BaselineKind::kInterval) training.interval_radius = task.interval_radius;
  training.epochs = static_cast<std::int64_t>(task.epochs);
  training.seed = task.seed;
  training.progress = [&said, &task](std::int64_t epoch, double loss) {
    said(fmt::format("epoch {}/{}, loss {:.4f}", epoch, task.epochs, loss));
  };
  return training;
}

std::vector<MethodResult> measured(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                                   const SplittingNoise& splitting, SaidNowAndThen& said) {
  const BaselineHooks hooks = {processor_seconds, [&said](std::string_view what, std::size_t done, std::size_t total) {
                                 said(fmt::format("{} {}/{}", what, done, total));
                               }};
  switch (task.kind) {
    case BaselineKind::kSmoothing:
      return measure_smoothing(task, rows, base, hooks);
    case BaselineKind::kSplitting:
      return {measure_splitting(task, rows, base, splitting, hooks)};
    case BaselineKind::kInterval:
      return measure_interval(task, rows, base, hooks);
  }
  return {};
}

Status run(std::string_view document) {
  STANDFAST_TRY(const BaselineTask task, baseline_task_from_json(document));
  STANDFAST_TRY(const CompareRows rows, read_compare_rows({.data = task.data,
                                                           .classes = task.classes,
                                                           .sensitive = task.sensitive,
                                                           .rows = task.rows,
                                                           .validation_rows = task.validation_rows}));
  if (task.kind == BaselineKind::kSplitting) {
    STANDFAST_CHECK(check_on_the_grid(rows.validation));
    STANDFAST_CHECK(check_on_the_grid(rows.test));
  }
  trainer::use_one_thread();
  SaidNowAndThen said;
  const std::size_t dim = rows.test.sensitive.dim;
  const SplittingNoise splitting = splitting_noise(dim, cuts_of(task.noise.deviation), task.seed);
  const double start = processor_seconds();
  const BaseTraining training = training_of(task, rows, splitting, said);
  const auto layers = train_base(rows.input_shape, rows.train_features, rows.train_labels, training);
  model::Model base = base_model(rows.input_shape, training.normalisation, layers, 0);
  STANDFAST_CHECK(model::check_finite(base.graph));
  JobResult result;
  result.training_seconds = processor_seconds() - start;
  balance_base(task, rows.validation, splitting, base);
  result.fingerprint = task.fingerprint;
  result.job = task.job;
  result.sensitive_rows = rows.test.sensitive.count();
  result.other_rows = rows.test.other.count();
  result.dim = dim;
  result.methods = measured(task, rows, base, splitting, said);
  return write_file_atomically(task.output, to_json(result));
}

int fail(int code, std::string_view message) {
  trainer::say(fmt::format("standfast-baselines: {}\n", message));
  return code;
}

}  // namespace
}  // namespace standfast::lab

int main(int count, char** arguments) {
  using namespace standfast::lab;
  standfast::trainer::prepare_streams();
  try {
    if (count != 2) return fail(kBadInput, fmt::format("{} arguments, expected one: the task as JSON", count - 1));
    standfast::trainer::restart_with_fast_blas(arguments);
    const standfast::Status status = run(arguments[1]);
    return status.ok() ? kDone : fail(kBadInput, status.error().message);
  } catch (const std::exception& error) {  // libtorch throws
    const std::string_view text = error.what();
    return fail(kInternalError, fmt::format("internal error: {}", text.substr(0, text.find('\n'))));
  }
}
