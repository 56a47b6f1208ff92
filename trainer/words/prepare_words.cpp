// Messages never become rows of numbers: 100,000 messages of 20,000 words would be 8 GB of zeros.
#include "trainer/words/prepare_words.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/words.hpp"
#include "trainer/words/vocabulary.hpp"

namespace standfast::trainer {
namespace {

FeatureRows word_rows(const Dataset& data, const std::vector<std::size_t>& rows, const std::vector<std::string>& words,
                      std::int32_t sensitive) {
  FeatureRows result;
  Dataset part = data::select_words(data.subset(rows), words);
  for (const auto label : part.labels) result.labels.push_back(label == sensitive ? 1.0F : 0.0F);
  result.words = std::move(part.words);
  return result;
}

}  // namespace

Status add_messages(const Dataset& data, const Split& split, const TrainOptions& options, TrainingData& result) {
  STANDFAST_TRY(const std::int32_t sensitive, data.class_index(options.sensitive));
  result.feature_names = choose_vocabulary(data, split.first, static_cast<std::size_t>(options.vocabulary),
                                           static_cast<std::size_t>(options.min_count));
  if (result.feature_names.empty()) {
    return Error{ErrorCode::kBadValue, fmt::format("{}: no word occurs in {} of {} training messages, expected a "
                                                   "smaller --min-count or more messages",
                                                   data.source, options.min_count, split.first.size())};
  }
  result.tokenizer = data.tokenizer;
  result.text_column = data.text_column;
  result.input_shape = {static_cast<std::int64_t>(result.feature_names.size())};
  result.feature_shape = result.input_shape;
  result.train = word_rows(data, split.first, result.feature_names, sensitive);
  result.validation = word_rows(data, split.second, result.feature_names, sensitive);
  result.mean_square = static_cast<double>(result.train.words.word.size()) / static_cast<double>(split.first.size());
  result.notes.push_back(fmt::format("{} words of {} that occur in at least {} training messages",
                                     result.feature_names.size(), data.feature_names.size(), options.min_count));
  return {};
}

}  // namespace standfast::trainer
