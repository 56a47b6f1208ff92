// Which side of a data set is wanted.
#pragma once

namespace standfast::data {

enum class Part {
  kAll,    ///< Everything: the training side, then the test side.
  kTrain,  ///< `:train`
  kTest,   ///< `:test`
};

}  // namespace standfast::data
