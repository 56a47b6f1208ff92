// separate_hulls: planes that many inputs share first, then a search for each input that they leave.
#include "lab/hulls/hulls.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <span>
#include <utility>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "lab/fits/contradictions.hpp"
#include "lab/fits/sides.hpp"
#include "lab/hulls/exact_normals.hpp"
#include "lab/hulls/hull_search.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kAtOnce = 64;  // searches per round: more use the threads better, fewer profit from new planes

/// One direction, with what is known of it so far.
class Hulls {
 public:
  Hulls(const Prepared& prepared, Side side)
      : data_(prepared.data),
        options_(prepared.options),
        // on the bytes if there are any: they are what is stored
        units_(prepared.bytes ? *prepared.bytes : prepared.floats),
        side_(std::move(side)) {
    report_.inner = side_.above;
    report_.hull = side_.below;
    report_.bytes = units_.bytes;
    for (std::size_t i = 0; i < side_.positive.size(); ++i)
      (side_.positive[i] != 0 ? report_.inputs : hull_).push_back(i);
    report_.answers.resize(report_.inputs.size());
  }

  HullReport run() {
    note_twins();
    try_normals(side_.planes.weights);
    search_the_rest();
    return std::move(report_);
  }

 private:
  void note_twins() {
    for (std::size_t k = 0; k < report_.answers.size(); ++k)
      if (const auto twin = side_.twins[report_.inputs[k]]; twin != kNoTwin)
        conclude(k, {{twin}, {1.0}, {"1"}, "1"});  // equal numbers: nothing is left to prove
  }

  void conclude(std::size_t k, ExactCombination combination) {
    HullAnswer& answer = report_.answers[k];
    answer.side = HullAnswer::Side::kInside;
    answer.support = std::move(combination.support);
    answer.weights = std::move(combination.weights);
    answer.numerators = std::move(combination.numerators);
    answer.denominator = std::move(combination.denominator);
  }

  void try_normals(std::span<const double> weights) {
    const ExactNormals normals(*data_, units_, hull_, weights, options_->threads);
    parallel_for(report_.answers.size(), 64, options_->threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        HullAnswer& answer = report_.answers[k];
        if (answer.side == HullAnswer::Side::kInside) continue;
        const auto best = normals.best(data_->row(report_.inputs[k]));
        if (!(best.distance > answer.distance_lower)) continue;
        answer.side = HullAnswer::Side::kOutside;
        answer.distance_lower = best.distance;
        answer.plane = report_.planes + best.normal;
      }
    });
    report_.planes += normals.count();
    report_.bits = std::max(report_.bits, normals.bits());
    for (std::size_t j = 0; j < normals.count(); ++j)
      report_.normals.insert(report_.normals.end(), normals.normal(j).begin(), normals.normal(j).end());
  }

  void search_the_rest() {
    std::vector<std::size_t> open(report_.answers.size());
    std::iota(open.begin(), open.end(), std::size_t{0});
    while (!open.empty()) {
      // some at a time: a plane of one often does for others
      std::erase_if(open, [&](std::size_t k) { return report_.answers[k].side != HullAnswer::Side::kUndecided; });
      const auto some = std::span(open).first(std::min(open.size(), kAtOnce));
      std::vector<double> normals;
      for (auto& [k, finding] : search_each(some)) {
        report_.answers[k].doubt = finding.doubt;
        if (finding.combination) conclude(k, std::move(*finding.combination));
        normals.insert(normals.end(), finding.normal.begin(), finding.normal.end());
      }
      if (!normals.empty()) try_normals(normals);
      open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(some.size()));
      show_progress(*options_, side_.above + " one by one", report_.answers.size() - open.size(),
                    report_.answers.size());
    }
  }

  [[nodiscard]] std::vector<std::pair<std::size_t, HullFinding>> search_each(std::span<const std::size_t> some) const {
    std::vector<std::pair<std::size_t, HullFinding>> findings(some.size());
    parallel_for(some.size(), 1, options_->threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t o = begin; o < end; ++o)
        findings[o] = {some[o], search_hull(*data_, units_, hull_, report_.inputs[some[o]])};
    });
    return findings;
  }

  const Dataset* data_;
  const SeparateOptions* options_;
  InputUnits units_;
  Side side_;
  std::vector<std::size_t> hull_;
  HullReport report_;
};

}  // namespace

std::size_t HullReport::count(HullAnswer::Side side) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(answers, [side](const HullAnswer& answer) { return answer.side == side; }));
}

std::size_t HullReport::count(HullAnswer::Doubt doubt) const {
  return static_cast<std::size_t>(std::ranges::count_if(answers, [doubt](const HullAnswer& answer) {
    return answer.side == HullAnswer::Side::kUndecided && answer.doubt == doubt;
  }));
}

Result<std::vector<HullReport>> separate_hulls(const Dataset& data, const SeparateOptions& options) {
  try {
    STANDFAST_TRY(const Prepared prepared, prepare_sides(data, options));
    STANDFAST_TRY(const auto labels, classes_above(data, options));
    std::vector<HullReport> reports;
    for (const auto label : labels) {
      Side side = start_side(prepared, label);
      // if each input can be searched for by itself, planes that few inputs share are not worth their time
      const double least_share = data.dim() <= kMostSearched ? 0.1 : 0.0;
      find_planes(prepared, side, {.part = true, .least_share = least_share});
      reports.push_back(Hulls(prepared, std::move(side)).run());
    }
    return reports;
  } catch (const std::bad_alloc&) {
    return too_large(data);
  }
}

double log10_separable_bound(std::size_t first, std::size_t second, std::size_t dim) {
  const auto log_factorial = [](std::size_t n) { return std::lgamma(static_cast<double>(n) + 1); };
  const double log_share = log_factorial(first) + log_factorial(second) - log_factorial(first + second);
  const double features = static_cast<double>(dim);
  const double share = std::exp(log_share);
  // if the share is tiny, 1 - (1 - share)^dim is dim * share
  if (share * features < 1e-12) return (std::log(features) + log_share) / std::log(10.0);
  return std::log10(-std::expm1(features * std::log1p(-share)));
}

}  // namespace standfast::lab
