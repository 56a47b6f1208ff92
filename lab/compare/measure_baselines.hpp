// What is measured of a trained base network: verdicts and radii of the test rows under a threshold from validation
// rows, and what a certificate costs.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "lab/compare/base_network.hpp"
#include "lab/compare/compare.hpp"
#include "lab/compare/rows.hpp"
#include "lab/compare/splitting.hpp"
#include "model/model.hpp"

namespace standfast::lab {

struct BaselineHooks {
  std::function<double()> processor_seconds;
  std::function<void(std::string_view what, std::size_t done, std::size_t total)> progress;
};

/// Mean and inverse deviation over all features of the rows.
Normalisation normalisation_of(std::span<const float> features);

/// Moves the base network's own threshold to where it balances the classes on validation rows as it sees them: noisy,
/// split, or as they are. Then half of the noise is about where the smoothed threshold will lie.
void balance_base(const BaselineTask& task, const TwoClasses& validation, const SplittingNoise& splitting,
                  model::Model& base);

/// A method for each number of samples, and for uniform noise for each of its two norms.
std::vector<MethodResult> measure_smoothing(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                                            const BaselineHooks& hooks);

/// Requires: every row is on the grid.
MethodResult measure_splitting(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                               const SplittingNoise& splitting, const BaselineHooks& hooks);

/// Interval bounds, then CROWN, of one network.
std::vector<MethodResult> measure_interval(const BaselineTask& task, const CompareRows& rows, const model::Model& base,
                                           const BaselineHooks& hooks);

/// Whether splitting noise can be used. Fails: kBadValue, naming a row that holds other values than multiples of 1/255.
Status check_on_the_grid(const TwoClasses& rows);

/// How many positions of the cut lines have this deviation.
std::int64_t cuts_of(double deviation);

}  // namespace standfast::lab
