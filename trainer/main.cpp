// standfast-train JSON: one training run; `standfast train` builds the JSON and starts it.
// Exit codes: 0 done, 2 bad usage or input, 3 internal error.
#include <exception>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "base/try.hpp"
#include "format/model_file.hpp"
#include "standfast/data.hpp"
#include "standfast/training.hpp"
#include "trainer/cross_fit.hpp"
#include "trainer/export.hpp"
#include "trainer/notes.hpp"
#include "trainer/prepare.hpp"
#include "trainer/process.hpp"
#include "trainer/progress.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"

namespace {

using namespace standfast;

constexpr int kDone = 0;
constexpr int kBadInput = 2;
constexpr int kInternalError = 3;

Status train(std::string_view document) {
  STANDFAST_TRY(const TrainOptions asked, train_options_from_json(document));
  const bool waits_for_data = asked.preset == kPresetForData;
  if (!waits_for_data) STANDFAST_CHECK(validate(asked));
  DataRequest request = asked.data;
  request.infer_columns = true;
  STANDFAST_TRY(const Dataset data, read_data(request));
  for (const auto& note : data.notes) fmt::print(stderr, "{}\n", note);
  STANDFAST_TRY(const TrainOptions options, options_for_data(document, data));
  STANDFAST_CHECK(validate(options));
  if (waits_for_data && !options.preset.empty())
    trainer::say(
        fmt::format("preset {}, the best one for such data; --preset names another or none\n", options.preset));
  STANDFAST_TRY(const trainer::TrainingData prepared, trainer::prepare_training(data, options));
  for (const auto& note : prepared.notes) fmt::print(stderr, "{}\n", note);
  trainer::use_one_thread();
  trainer::ProgressPrinter progress(isatty(STDERR_FILENO) == 1);
  const trainer::RunHooks hooks = {[&](const trainer::RunState& state) { progress.report(state); },
                                   trainer::stop_requested};
  trainer::catch_interrupt();
  auto run = trainer::run_training(prepared, options, hooks);
  progress.finish();
  if (!run.ok()) return run.error();
  const std::string threshold_note =
      trainer::cross_fit_threshold(data, options, prepared, *run, trainer::stop_requested);
  if (!threshold_note.empty()) trainer::say(threshold_note + "\n");
  STANDFAST_CHECK(format::save_model(trainer::to_model(prepared, options, *run), options.output));
  trainer::say(fmt::format("{}: {} after {:.1f} s, kept epoch {} of {}, validation {}\n", options.output,
                           run->stopped ? "stopped" : "trained", progress.elapsed_s(), run->best_epoch, run->epochs_run,
                           trainer::validation_text(prepared, run->validation)));
  const std::string hint = trainer::rare_class_hint(prepared, options, run->validation);
  if (!hint.empty()) trainer::say(hint + "\n");
  return {};
}

int fail(int code, std::string_view message) {
  trainer::say(fmt::format("standfast-train: {}\n", message));
  return code;
}

/// libtorch's messages carry a backtrace after the first line.
std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int count, char** arguments) {
  trainer::prepare_streams();
  try {
    if (count != 2) return fail(kBadInput, fmt::format("{} arguments, expected one: the options as JSON", count - 1));
    trainer::restart_with_fast_blas(arguments);
    const Status status = train(arguments[1]);
    return status.ok() ? kDone : fail(kBadInput, status.error().message);
  } catch (const std::exception& error) {
    return fail(kInternalError, fmt::format("internal error: {}", first_line(error.what())));
  }
}
