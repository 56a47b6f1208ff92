// Which words a classifier of messages knows: chosen from the training messages alone, so that the others stay unseen.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "standfast/data.hpp"

namespace standfast::trainer {

/// The words that occur in at least `min_count` of the messages at `rows`, at most `most` of them: those in the most
/// messages, and of words in equally many the first by their bytes. The result is in the order of the bytes.
///
/// Requires: data.is_text(), and each row is below data.count().
std::vector<std::string> choose_vocabulary(const Dataset& data, std::span<const std::size_t> rows, std::size_t most,
                                           std::size_t min_count);

}  // namespace standfast::trainer
