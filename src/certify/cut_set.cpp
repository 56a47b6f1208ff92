#include "certify/cut_set.hpp"

#include <algorithm>
#include <numeric>

namespace standfast {

Cut& CutSet::append() {
  if (count_ == cuts_.size()) cuts_.emplace_back();
  Cut& cut = cuts_[count_++];
  cut.linear.resize(dim());
  cut.fold.resize(folded_ ? dim() : 0);
  return cut;
}

void CutSet::start(const PricedProblem& problem) {
  const std::size_t n = problem.features.size();
  folded_ = problem.folded;
  count_ = 0;
  offset_.resize(n);
  lo_.resize(n);
  hi_.resize(n);
  Cut& cut = append();
  cut.margin = problem.margin;
  for (std::size_t i = 0; i < n; ++i) {
    const PricedFeature& f = problem.features[i];
    offset_[i] = f.offset;
    lo_[i] = f.lo;
    hi_[i] = f.hi;
    cut.linear[i] = f.linear;
    if (folded_) cut.fold[i] = f.fold;
  }
}

void CutSet::add(const SeparableMinorant& minorant, std::span<const double> cost) {
  Cut& cut = append();
  cut.margin = minorant.margin;
  for (std::size_t i = 0; i < dim(); ++i) cut.linear[i] = minorant.linear[i] / cost[i];
  for (std::size_t i = 0; i < cut.fold.size(); ++i) cut.fold[i] = minorant.fold[i] / cost[i];
}

void CutSet::weigh(std::span<const double> weights, std::span<double> linear, std::span<double> fold) const {
  std::fill(linear.begin(), linear.end(), 0.0);
  std::fill(fold.begin(), fold.end(), 0.0);
  for (std::size_t j = 0; j < count_; ++j) {
    const double w = weights[j];
    if (w == 0) continue;
    for (std::size_t i = 0; i < linear.size(); ++i) linear[i] += w * cuts_[j].linear[i];
    for (std::size_t i = 0; i < fold.size(); ++i) fold[i] += w * cuts_[j].fold[i];
  }
}

void CutSet::weigh(std::span<const double> weights, PricedProblem& out) const {
  out.margin = 0;
  for (PricedFeature& f : out.features) f.linear = f.fold = 0;
  for (std::size_t j = 0; j < count_; ++j) {
    const double w = weights[j];
    if (w == 0) continue;
    const Cut& cut = cuts_[j];
    out.margin += w * cut.margin;
    for (std::size_t i = 0; i < cut.linear.size(); ++i) out.features[i].linear += w * cut.linear[i];
    for (std::size_t i = 0; i < cut.fold.size(); ++i) out.features[i].fold += w * cut.fold[i];
  }
}

void CutSet::merge(std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const auto scale = [&](Cut& cut, double w) {
    cut.margin *= w;
    for (double& v : cut.linear) v *= w;
    for (double& v : cut.fold) v *= w;
  };
  scale(cuts_[0], weights[0] / sum);
  for (std::size_t j = 1; j < count_; ++j) {
    const double w = weights[j] / sum;
    cuts_[0].margin += w * cuts_[j].margin;
    for (std::size_t i = 0; i < dim(); ++i) cuts_[0].linear[i] += w * cuts_[j].linear[i];
    for (std::size_t i = 0; i < cuts_[0].fold.size(); ++i) cuts_[0].fold[i] += w * cuts_[j].fold[i];
  }
  count_ = 1;
}

}  // namespace standfast
