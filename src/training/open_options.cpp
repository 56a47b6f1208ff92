// Options that start from the preset that suits the data. The program that takes the options never reads the data; it
// asks whether there are data that the options fit, and the trainer completes them once it has read the data.
#include <cmath>
#include <utility>

#include "base/try.hpp"
#include "standfast/training.hpp"

namespace standfast {
namespace {

/// What preset_for can choose.
constexpr std::string_view kChosenByData[] = {"", "table", "mnist-l2", "cifar-learnt", "text"};

/// Twice the root of the mean number of words: 7 for messages of a dozen words, 23 for e-mails of 130. More of them can
/// be talked away than short messages have, and then nothing is caught.
double words_to_certify(const Dataset& data) {
  if (data.count() == 0) return 0;
  const double mean = static_cast<double>(data.words.word.size()) / static_cast<double>(data.count());
  return std::round(2 * std::sqrt(mean));
}

Result<TrainOptions> completed(std::string_view document, std::string_view preset, const Dataset* data) {
  TrainOptions start;
  if (!preset.empty()) {
    STANDFAST_TRY(start, preset_options(preset));
    if (data != nullptr && data->count() > 0) start = fitted_to(std::move(start), data->count(), data->dim());
    if (data != nullptr && data->is_text()) start.certify_words = words_to_certify(*data);
  }
  STANDFAST_TRY(TrainOptions options, train_options_from_json(document, start));
  options.preset = preset;
  return options;
}

}  // namespace

Status validate(const OpenTrainOptions& open) {
  const std::string document = to_json(open);
  Status refusal;
  for (const auto preset : kChosenByData) {
    STANDFAST_TRY(const TrainOptions options, completed(document, preset, nullptr));
    const Status status = validate(options);
    if (status.ok()) return {};
    if (refusal.ok()) refusal = status;
  }
  return refusal;
}

Result<TrainOptions> options_for_data(std::string_view document, const Dataset& data) {
  STANDFAST_TRY(const TrainOptions options, train_options_from_json(document));
  if (options.preset != kPresetForData) return options;
  return completed(document, preset_for(data), &data);
}

}  // namespace standfast
