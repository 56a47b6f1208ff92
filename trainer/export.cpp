// Nothing that depends on the clock, the machine or the output's name enters a model: one seed, one file.
#include "trainer/export.hpp"

#include <fmt/format.h>

namespace standfast::trainer {
namespace {

std::string options_json(TrainOptions options) {
  options.output.clear();
  return to_json(options);
}

}  // namespace

model::Model to_model(const TrainingData& data, const TrainOptions& options, const RunResult& run) {
  model::Model model;
  model.input_shape = data.input_shape;
  model.feature_names = data.feature_names;
  model.feature_units = data.feature_units;
  model.tokenizer = data.tokenizer;
  model.columns = data.columns;
  model.feature_map = data.map;
  model.feature_map.insert(model.feature_map.end(), run.learnt.begin(), run.learnt.end());
  model.graph = run.graph;
  model.threshold = run.validation.threshold;
  model.sensitive_class = data.sensitive_class;
  model.other_class = data.other_class;
  if (data.is_image || data.is_text()) model.domain = model::Domain{{0.0}, {1.0}};
  model.provenance = {
      {"data", options.data.source},
      {"data_hash", data.data_hash},
      {"training_rows", std::to_string(data.train.count())},
      {"validation_rows", std::to_string(data.validation.count())},
      {"options", options_json(options)},
      {"seed", std::to_string(options.seed)},
      {"version", STANDFAST_VERSION},
      {"epochs_run", std::to_string(run.epochs_run)},
      {"best_epoch", std::to_string(run.best_epoch)},
      {"validation_accuracy_sensitive", fmt::format("{:.6f}", run.validation.accuracy_sensitive)},
      {"validation_accuracy_other", fmt::format("{:.6f}", run.validation.accuracy_other)},
  };
  if (!data.label_column.empty()) model.provenance["label"] = data.label_column;
  if (!data.text_column.empty()) model.provenance["text"] = data.text_column;
  // a run that was stopped in its last epoch looks like a whole one otherwise
  if (run.stopped) model.provenance["stopped"] = "yes";
  return model;
}

}  // namespace standfast::trainer
