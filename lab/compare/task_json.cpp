// What `standfast-lab compare` tells the program that trains: one JSON argument.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "lab/compare/compare.hpp"

namespace standfast::lab {
namespace {

constexpr std::array<std::string_view, 3> kKindWords = {"smoothing", "splitting", "interval"};

template <std::size_t kCount>
Result<std::size_t> word_at(const files::JsonObject& object, std::string_view key,
                            const std::array<std::string_view, kCount>& words) {
  STANDFAST_TRY(const std::string word, object.text(key));
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  return files::bad_format(
      object.place_of(key),
      fmt::format("is {}, expected {}, {} or {}", files::quote_for_message(word), words[0], words[1], words[2]));
}

Result<std::uint64_t> count_within(const files::JsonObject& object, std::string_view key, std::uint64_t lowest,
                                   std::uint64_t highest) {
  STANDFAST_TRY(const std::uint64_t value, object.count(key));
  if (value >= lowest && value <= highest) return value;
  return files::bad_format(object.place_of(key), fmt::format("is {}, expected {} to {}", value, lowest, highest));
}

Result<double> positive(const files::JsonObject& object, std::string_view key) {
  STANDFAST_TRY(const double value, object.number(key));
  constexpr double kMost = 1000;
  if (value > 0 && value <= kMost) return value;
  return files::bad_format(object.place_of(key), fmt::format("is {}, expected more than 0, at most {}", value, kMost));
}

Result<std::vector<std::uint64_t>> read_samples(const files::JsonObject& object) {
  constexpr std::uint64_t kMostSamples = 100'000'000;
  STANDFAST_TRY(const files::JsonArray list, object.array("samples"));
  std::vector<std::uint64_t> samples;
  for (std::size_t i = 0; i < list.size(); ++i) {
    STANDFAST_TRY(const std::uint64_t count, list[i].count());
    if (count == 0 || count > kMostSamples)
      return files::bad_format(list.place(), fmt::format("holds {}, expected 1 to {}", count, kMostSamples));
    samples.push_back(count);
  }
  if (!samples.empty()) return samples;
  return files::bad_format(list.place(), "is empty, expected a number of samples");
}

}  // namespace

std::string to_json(const BaselineTask& task) {
  const nlohmann::ordered_json json = {{"job", task.job},
                                       {"kind", kKindWords[static_cast<std::size_t>(task.kind)]},
                                       {"noise", kNoiseWords[static_cast<std::size_t>(task.noise.kind)]},
                                       {"deviation", task.noise.deviation},
                                       {"interval_radius", task.interval_radius},
                                       {"data", task.data},
                                       {"classes", task.classes},
                                       {"sensitive", task.sensitive},
                                       {"rows", task.rows},
                                       {"validation_rows", task.validation_rows},
                                       {"samples", task.samples},
                                       {"epochs", task.epochs},
                                       {"seed", task.seed},
                                       {"fingerprint", task.fingerprint},
                                       {"output", task.output}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<BaselineTask> baseline_task_from_json(std::string_view text) {
  constexpr std::size_t kMaxDepth = 4;
  constexpr std::uint64_t kMany = 1'000'000;
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kMaxDepth, "the task"));
  STANDFAST_TRY(
      const files::JsonObject object,
      document.root().object({"job", "kind", "noise", "deviation", "interval_radius", "data", "classes", "sensitive",
                              "rows", "validation_rows", "samples", "epochs", "seed", "fingerprint", "output"}));
  BaselineTask task;
  STANDFAST_TRY(task.job, object.text("job"));
  STANDFAST_TRY(const std::size_t kind, word_at(object, "kind", kKindWords));
  task.kind = static_cast<BaselineKind>(kind);
  STANDFAST_TRY(const std::size_t noise, word_at(object, "noise", kNoiseWords));
  task.noise.kind = static_cast<NoiseKind>(noise);
  STANDFAST_TRY(task.noise.deviation, positive(object, "deviation"));
  STANDFAST_TRY(task.interval_radius, positive(object, "interval_radius"));
  STANDFAST_TRY(task.data, object.text("data"));
  STANDFAST_TRY(task.classes, object.texts("classes"));
  STANDFAST_TRY(task.sensitive, object.text("sensitive"));
  STANDFAST_TRY(task.rows, count_within(object, "rows", 0, kMany));
  STANDFAST_TRY(task.validation_rows, count_within(object, "validation_rows", 0, kMany));
  STANDFAST_TRY(task.samples, read_samples(object));
  STANDFAST_TRY(task.epochs, count_within(object, "epochs", 1, kMany));
  STANDFAST_TRY(task.seed, object.count("seed"));
  STANDFAST_TRY(task.fingerprint, object.text("fingerprint"));
  STANDFAST_TRY(task.output, object.text("output"));
  return task;
}

}  // namespace standfast::lab
