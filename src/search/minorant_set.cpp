// Weighted sums of minorants (C21), feature by feature, by the vectorised sweeps of kernels/. Two minorants with
// weights, the usual case, are added in one sweep. All minorants are taken to be seen from the same input, so that they
// share their kinks and bounds.
#include "search/minorant_set.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/sweeps.hpp"

namespace standfast::search {

PricedMinorant& MinorantSet::append_minorant() {
  if (count_ == minorants_.size()) minorants_.emplace_back();
  PricedMinorant& added = minorants_[count_++];
  added.coefficient.resize(dim());
  added.bend.resize(offset_.size());
  return added;
}

void MinorantSet::reset_to(const PricedProblem& problem) {
  count_ = 0;
  offset_ = problem.offset;
  lo_ = problem.lo;
  hi_ = problem.hi;
  PricedMinorant& added = append_minorant();
  added.margin = problem.margin;
  added.coefficient = problem.coefficient;
  added.bend = problem.bend;
}

void MinorantSet::add(const minorant::SeparableMinorant& minorant, std::span<const double> cost) {
  PricedMinorant& added = append_minorant();
  added.margin = minorant.margin;
  for (std::size_t i = 0; i < dim(); ++i) added.coefficient[i] = minorant.coefficient[i] / cost[i];
  for (std::size_t i = 0; i < added.bend.size(); ++i) added.bend[i] = minorant.bend[i] / cost[i / kinks()];
}

double MinorantSet::sum_weighted(std::span<const double> weights, std::span<double> coefficient,
                                 std::span<double> bend) const {
  const kernels::Sweeps& sweeps = kernels::sweeps();
  // a minorant without a weight may hold anything
  const auto used = [&](std::size_t j) { return j < count_ && weights[j] != 0; };
  std::size_t next = used(0) && used(1) ? 2 : 0;
  double margin = 0;
  if (next == 2) {
    const PricedMinorant &a = minorants_[0], &b = minorants_[1];
    margin = weights[0] * a.margin + weights[1] * b.margin;
    sweeps.weigh_pair(coefficient.size(), weights[0], a.coefficient.data(), weights[1], b.coefficient.data(),
                      coefficient.data());
    sweeps.weigh_pair(bend.size(), weights[0], a.bend.data(), weights[1], b.bend.data(), bend.data());
  } else {
    std::fill(coefficient.begin(), coefficient.end(), 0.0);
    std::fill(bend.begin(), bend.end(), 0.0);
  }
  for (; next < count_; ++next) {
    if (!used(next)) continue;
    margin += weights[next] * minorants_[next].margin;
    sweeps.add_scaled(coefficient.size(), weights[next], minorants_[next].coefficient.data(), coefficient.data());
    sweeps.add_scaled(bend.size(), weights[next], minorants_[next].bend.data(), bend.data());
  }
  return margin;
}

void MinorantSet::sum_weighted(std::span<const double> weights, PricedProblem& out) const {
  out.margin = sum_weighted(weights, out.coefficient, out.bend);
}

void MinorantSet::merge(std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  PricedMinorant& first = minorants_[0];
  const auto add_scaled = kernels::sweeps().add_scaled;
  const double own = weights[0] / sum;
  first.margin *= own;
  for (double& v : first.coefficient) v *= own;
  for (double& v : first.bend) v *= own;
  for (std::size_t j = 1; j < count_; ++j) {
    const double w = weights[j] / sum;
    first.margin += w * minorants_[j].margin;
    add_scaled(first.coefficient.size(), w, minorants_[j].coefficient.data(), first.coefficient.data());
    add_scaled(first.bend.size(), w, minorants_[j].bend.data(), first.bend.data());
  }
  count_ = 1;
}

}  // namespace standfast::search
