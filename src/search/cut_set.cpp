#include "search/cut_set.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/sweeps.hpp"

namespace standfast::search {

Cut& CutSet::append() {
  if (count_ == cuts_.size()) cuts_.emplace_back();
  Cut& cut = cuts_[count_++];
  cut.linear.resize(dim());
  cut.fold.resize(folded_ ? dim() : 0);
  return cut;
}

void CutSet::start(const PricedProblem& problem) {
  folded_ = problem.folded();
  count_ = 0;
  offset_ = problem.offset;
  lo_ = problem.lo;
  hi_ = problem.hi;
  Cut& cut = append();
  cut.margin = problem.margin;
  cut.linear = problem.linear;
  cut.fold = problem.fold;
}

void CutSet::add(const minorant::SeparableMinorant& minorant, std::span<const double> cost) {
  Cut& cut = append();
  cut.margin = minorant.margin;
  for (std::size_t i = 0; i < dim(); ++i) cut.linear[i] = minorant.linear[i] / cost[i];
  for (std::size_t i = 0; i < cut.fold.size(); ++i) cut.fold[i] = minorant.fold[i] / cost[i];
}

double CutSet::weigh(std::span<const double> weights, std::span<double> linear, std::span<double> fold) const {
  const kernels::Sweeps& sweeps = kernels::sweeps();
  // a cut without a weight may hold anything
  const auto used = [&](std::size_t j) { return j < count_ && weights[j] != 0; };
  std::size_t next = used(0) && used(1) ? 2 : 0;
  double margin = 0;
  if (next == 2) {
    const Cut &a = cuts_[0], &b = cuts_[1];
    margin = weights[0] * a.margin + weights[1] * b.margin;
    sweeps.weigh_pair(linear.size(), weights[0], a.linear.data(), weights[1], b.linear.data(), linear.data());
    sweeps.weigh_pair(fold.size(), weights[0], a.fold.data(), weights[1], b.fold.data(), fold.data());
  } else {
    std::fill(linear.begin(), linear.end(), 0.0);
    std::fill(fold.begin(), fold.end(), 0.0);
  }
  for (; next < count_; ++next) {
    if (!used(next)) continue;
    margin += weights[next] * cuts_[next].margin;
    sweeps.add_scaled(linear.size(), weights[next], cuts_[next].linear.data(), linear.data());
    sweeps.add_scaled(fold.size(), weights[next], cuts_[next].fold.data(), fold.data());
  }
  return margin;
}

void CutSet::weigh(std::span<const double> weights, PricedProblem& out) const {
  out.margin = weigh(weights, out.linear, out.fold);
}

void CutSet::merge(std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  Cut& first = cuts_[0];
  const auto add_scaled = kernels::sweeps().add_scaled;
  const double own = weights[0] / sum;
  first.margin *= own;
  for (double& v : first.linear) v *= own;
  for (double& v : first.fold) v *= own;
  for (std::size_t j = 1; j < count_; ++j) {
    const double w = weights[j] / sum;
    first.margin += w * cuts_[j].margin;
    add_scaled(first.linear.size(), w, cuts_[j].linear.data(), first.linear.data());
    add_scaled(first.fold.size(), w, cuts_[j].fold.data(), first.fold.data());
  }
  count_ = 1;
}

}  // namespace standfast::search
