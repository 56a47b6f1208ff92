// Sums of words are libtorch's embedding bags. The search for the words that lower a minorant most takes the slopes of
// one head at a time, so that no array of all heads, messages and words is ever made.
#include "trainer/words/torch_words.hpp"

#include <tuple>
#include <utility>

#include <torch/torch.h>

namespace standfast::trainer {
namespace {

TorchArray view_of_indices(const std::vector<std::int64_t>& values) {
  // as view_of: never written to
  return torch::from_blob(const_cast<std::int64_t*>(values.data()), {static_cast<std::int64_t>(values.size())},
                          torch::kLong);
}

TorchArray bag_sums(const TorchArray& table, const TorchArray& words, const TorchArray& begin,
                    const TorchArray& factors) {
  constexpr std::int64_t kSum = 0;
  return std::get<0>(torch::embedding_bag(table, words, begin, false, kSum, false, factors));
}

/// The changes of some words for each head and message, one list after the other.
struct MovedWords {
  std::vector<std::int64_t> rows;   ///< Rows of the table seen as (words * heads, width).
  std::vector<std::int64_t> begin;  ///< Where each list begins.
  std::vector<float> changes;
};

MovedWords find_moves(const Batch& batch, const TorchArray& rows, const TorchArray& slopes, const TorchArray& table,
                      double radius, WordChanges allowed) {
  const std::int64_t heads = slopes.size(0), width = slopes.size(2);
  const TorchArray indices = rows.contiguous();
  const std::span messages(indices.data_ptr<std::int64_t>(), static_cast<std::size_t>(indices.size(0)));
  const auto words = static_cast<std::size_t>(table.size(0));
  MovedWords moved;
  WordMoves moves;
  for (std::int64_t head = 0; head < heads; ++head) {
    const TorchArray weight = table.narrow(1, head * width, width);
    const TorchArray by_word = slopes[head].mm(weight.t()).contiguous();
    for (std::size_t i = 0; i < messages.size(); ++i) {
      moved.begin.push_back(static_cast<std::int64_t>(moved.rows.size()));
      const std::span slopes_of_words(by_word.data_ptr<float>() + i * words, words);
      const auto present = batch.words_of(static_cast<std::size_t>(messages[i]));
      for (const WordMove& move : moves.find(slopes_of_words, present, radius, allowed)) {
        moved.rows.push_back(move.word * heads + head);
        moved.changes.push_back(move.change);
      }
    }
  }
  return moved;
}

TorchArray change_of_words(const Batch& batch, const TorchArray& rows, const TorchArray& slopes,
                           const TorchArray& table, double radius, WordChanges allowed) {
  const MovedWords moved = find_moves(batch, rows, slopes.detach(), table.detach(), radius, allowed);
  // copies: the gradients are taken when `moved` is gone
  const TorchArray sums = bag_sums(table.view({-1, slopes.size(2)}), view_of_indices(moved.rows).clone(),
                                   view_of_indices(moved.begin).clone(), view_of(moved.changes, 1).squeeze(0).clone());
  return (slopes * sums.view_as(slopes)).sum(2);
}

}  // namespace

TorchArray sums_of_words(const Batch& batch, const TorchArray& table, const TorchArray& factors) {
  return bag_sums(table, view_of_indices(batch.words), view_of_indices(batch.begin), factors);
}

TorchArray worst_change_of_words(const Batch& batch, const TorchArray& rows, const TorchArray& slopes,
                                 const TorchArray& table, const WordRadii& radii) {
  TorchArray worst;
  for (const auto& [radius, allowed] :
       {std::pair{radii.changed, WordChanges::kAddedOrRemoved}, std::pair{radii.added, WordChanges::kAdded}}) {
    if (radius <= 0) continue;
    const TorchArray change = change_of_words(batch, rows, slopes, table, radius, allowed);
    worst = worst.defined() ? torch::minimum(worst, change) : change;
  }
  return worst;
}

}  // namespace standfast::trainer
