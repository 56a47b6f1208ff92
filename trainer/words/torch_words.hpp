// Products with messages: sums over the words that there are, instead of products with zeros. For torch_*.cpp only.
#pragma once

#include "trainer/torch_learner.hpp"
#include "trainer/words/word_moves.hpp"

namespace standfast::trainer {

/// The sum over the words of each message of the table's rows, times their factors if those are defined.
/// Shape: table is (words, columns), factors has one entry per word of the batch; the result is (messages, columns).
/// Requires: the batch lives until the gradients are taken.
TorchArray sums_of_words(const Batch& batch, const TorchArray& table, const TorchArray& factors);

/// How far the words of `radii` can lower the minorant of each head and message: the smaller of both changes.
///
/// The words that change are constants of the step; what they change is a sum of few words again.
/// Shape: `rows` holds the indices of some messages, slopes is (heads, rows, width), what each head passes on to its
/// share of the table, which is (words, heads * width); the result is (heads, rows). Requires: radii.any().
TorchArray worst_change_of_words(const Batch& batch, const TorchArray& rows, const TorchArray& slopes,
                                 const TorchArray& table, const WordRadii& radii);

}  // namespace standfast::trainer
