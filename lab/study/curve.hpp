// What a list of radii says: a median and a curve.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lab/study/study.hpp"

namespace standfast::lab {

// positions in kBounds
inline constexpr std::size_t kFormula = 0, kOnePass = 1, kRefined = 2, kAttack = 3;

/// The norm that stands at this position in kStudyNorms.
Norm study_norm(std::size_t n);

/// Half of the right verdicts reach this radius; NaN if no verdict is right.
double median_of(std::span<const double> radii);

/// Share of all inputs that are right with a radius >= r (> 0 at r = 0); NaN if there is no input.
double share_reaching(std::span<const double> radii, double r);

/// From 0 to one and a half times `quoted_radius`, evenly, so that every eighth of it is on it.
std::vector<double> study_grid(double quoted_radius);

/// How many inputs all bounds of one norm were measured on: only there can their medians be compared.
std::size_t common_inputs(const ProtocolMeasure& measure, std::size_t norm_index);

/// Mean of both class accuracies: what `balanced` verdicts compare.
double mean_accuracy(const ProtocolMeasure& measure);

/// Results of one data set, in their order.
std::vector<const RecipeResult*> results_of(const Study& study, std::string_view data);

/// The largest median radius of one pass in one norm under the threshold from validation; of ours, only models that
/// judge at most a point fewer right than `rival` count. Models that judge no better than chance do not count.
const RecipeResult* best_of(std::span<const RecipeResult* const> results, std::size_t norm_index, bool ours,
                            const RecipeResult* rival);

}  // namespace standfast::lab
