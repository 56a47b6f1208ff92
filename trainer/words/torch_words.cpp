// Heads that read messages: which words there are instead of rows of numbers. The products with zeros are left out: a
// message's pre-activations are the sum of its words' weights, and so is what a change of some words does to a
// minorant. The weights of one word lie side by side for that.
#include <utility>

#include "trainer/mlp/torch_heads.hpp"

namespace standfast::trainer {
namespace {

TorchArray view_of_indices(const std::vector<std::int64_t>& values) {
  // as view_of: never written to
  return torch::from_blob(const_cast<std::int64_t*>(values.data()), {static_cast<std::int64_t>(values.size())},
                          torch::kLong);
}

/// The sum of the table's rows `words` for each bag, times their factors if there are any. Shape: (bags, columns).
TorchArray sum_of_words(const TorchArray& table, const TorchArray& words, const TorchArray& begin,
                        const TorchArray& factors) {
  constexpr std::int64_t kSum = 0;
  return std::get<0>(torch::embedding_bag(table, words, begin, false, kSum, false, factors));
}

class TorchWords final : public TorchHeads {
 public:
  TorchWords(const std::vector<ConvexMlp>& start, const TrainOptions& options)
      : TorchHeads(start, {start.front().inputs}, {}, options), inputs_(start.front().inputs) {
    input_weight_ = input_weight_.permute({2, 0, 1}).flatten(1).contiguous();
    if (lowest_weight_.defined()) {
      lowest_weight_.unsqueeze_(1);
      highest_weight_.unsqueeze_(1);
    }
    start_optimiser();
  }

  void set_word_radii(const WordRadii& radii) override { radii_ = radii; }

 private:
  TorchArray learnt_scores(const Batch& batch) override;
  TorchArray judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                           WorstChange* adversary) override;
  TorchArray forward(const TorchArray& u, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  void adjust_gradients() override;
  [[nodiscard]] TorchArray exported_input_weight() const override;

  TorchArray margins(const Batch& batch, const TorchArray& rows, double radius, WordChanges allowed);

  std::int64_t inputs_;  // input_weight_ is (inputs, heads * rows) here
  WordRadii radii_;
  WordMoves moves_;
};

TorchArray TorchWords::learnt_scores(const Batch& batch) {
  const TorchArray words = view_of_indices(batch.words);
  TorchArray factors = kept_elements(torch::empty({words.size(0)}));
  if (factors.defined()) factors = factors / (1 - options_.input_dropout);
  return run_layers(sum_of_words(input_weight_, words, view_of_indices(batch.begin), factors) + bias_.flatten(), true);
}

/// Rows of numbers, for evaluation.
TorchArray TorchWords::forward(const TorchArray& u, bool learns) {
  return run_layers(torch::addmm(bias_.flatten(), u, input_weight_), learns);
}

TorchArray TorchWords::input_gradients(const TorchArray& rows) {
  return slopes_of_smallest(rows).mm(input_weight_.t());
}

TorchArray TorchWords::exported_input_weight() const {
  return input_weight_.view({inputs_, heads_, -1}).permute({1, 2, 0}).contiguous();
}

/// The published first layer is the sum of two matrices.
void TorchWords::adjust_gradients() {
  if (options_.init != StartingWeights::kPaper) return;
  input_weight_.grad().view({inputs_, heads_, -1}).narrow(2, 0, widths_.front()).mul_(2);
}

TorchArray TorchWords::judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                                     WorstChange* /*adversary*/) {
  if (!radii_.any() || rows.size(0) == 0) return score;
  TorchArray worst;
  for (const auto& [radius, allowed] :
       {std::pair{radii_.changed, WordChanges::kAddedOrRemoved}, std::pair{radii_.added, WordChanges::kAdded}}) {
    if (radius <= 0) continue;
    const TorchArray one = margins(batch, rows, radius, allowed);
    worst = worst.defined() ? torch::minimum(worst, one) : one;
  }
  return score.index_copy(0, rows, worst);
}

/// The scores of these messages by the worst case of their minorants; every head has one of its own. The words that
/// change are constants of the step, and what they change is a sum of few words again.
TorchArray TorchWords::margins(const Batch& batch, const TorchArray& rows, double radius, WordChanges allowed) {
  const std::int64_t count = rows.size(0);
  const TorchArray slopes = all_slopes(rows, torch::ones({heads_, count, 1}));
  const std::int64_t width = slopes.size(2);
  const TorchArray indices = rows.contiguous();
  const std::span positions(indices.data_ptr<std::int64_t>(), static_cast<std::size_t>(count));
  std::vector<std::int64_t> words, begin;
  std::vector<float> changes;
  for (std::int64_t head = 0; head < heads_; ++head) {
    const TorchArray weight = input_weight_.detach().narrow(1, head * width, width);
    const TorchArray by_word = slopes[head].detach().mm(weight.t()).contiguous();
    for (std::size_t i = 0; i < positions.size(); ++i) {
      begin.push_back(static_cast<std::int64_t>(words.size()));
      const auto inputs = static_cast<std::size_t>(inputs_);
      const std::span all(by_word.data_ptr<float>() + i * inputs, inputs);
      const auto present = batch.words_of(static_cast<std::size_t>(positions[i]));
      for (const WordMove& move : moves_.find(all, present, radius, allowed)) {
        words.push_back(move.word * heads_ + head);
        changes.push_back(move.change);
      }
    }
  }
  // a row of this table is what one head reads of one word
  const TorchArray table = input_weight_.view({inputs_ * heads_, width});
  // copies: the backward pass reads them again
  const TorchArray moved = sum_of_words(table, view_of_indices(words).clone(), view_of_indices(begin).clone(),
                                        view_of(changes, 1).squeeze(0).clone());
  const TorchArray changed = (slopes * moved.view({heads_, count, width})).sum(2);
  return std::get<0>((scores_.index_select(1, rows) + changed).min(0));
}

}  // namespace

std::unique_ptr<Learner> make_word_learner(const std::vector<ConvexMlp>& heads, const TrainOptions& options) {
  return std::make_unique<TorchWords>(heads, options);
}

}  // namespace standfast::trainer
