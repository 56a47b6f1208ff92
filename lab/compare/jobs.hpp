// Which networks a comparison trains: a baseline or a model of ours behind each name of --methods.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/compare/compare.hpp"
#include "lab/compare/rows.hpp"
#include "model/shape.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::lab {

/// How much work to spend; the fields of RowsRequest are the same for every job.
struct CompareEffort {
  bool quick = false;
  std::uint64_t epochs = 0;  ///< The largest number of epochs; 0: as the job says.
  std::uint64_t seed = 1;
};

/// One network to train, and what is measured of it.
struct CompareJob {
  std::string name;                      ///< Unique; its files bear it.
  std::string method;                    ///< The word for it in --methods: "gaussian", "ours".
  std::string title;                     ///< What is said when it starts.
  std::optional<BaselineTask> baseline;  ///< Without output and fingerprint; nothing for a model of ours.
  TrainOptions options;                  ///< Of a model of ours, without an output.
  std::string norm;                      ///< Of a model of ours: the norm that it was trained for.
  std::string label;                     ///< Of a model of ours.
};

/// The words of --methods: "gaussian", "laplace", "uniform", "splitting", "interval", "ours".
std::vector<std::string> compare_methods();

/// Jobs for pictures of this shape, in the order of compare_methods(). Fails: kBadOption for options that the trainer
/// would refuse.
Result<std::vector<CompareJob>> compare_jobs(const RowsRequest& request, const model::Shape& input_shape,
                                             const CompareEffort& effort);

}  // namespace standfast::lab
