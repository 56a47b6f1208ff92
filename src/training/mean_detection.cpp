// The ROC curve rises, between the false-positive rates i/n and (i+1)/n, to the share of the sensitive rows that score
// above the i-th highest of the n others.
#include "training/mean_detection.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <vector>

namespace standfast::training {

double mean_detection(std::span<const float> sensitive_scores, std::span<const float> other_scores, double max_fpr) {
  assert(!sensitive_scores.empty() && !other_scores.empty() && max_fpr > 0 && max_fpr <= 1);
  std::vector<float> sensitive(sensitive_scores.begin(), sensitive_scores.end());
  std::vector<float> other(other_scores.begin(), other_scores.end());
  std::ranges::sort(sensitive);
  std::ranges::sort(other, std::greater());
  const double rows = max_fpr * static_cast<double>(other.size());
  double caught = 0;
  for (std::size_t i = 0; i < other.size() && static_cast<double>(i) < rows; ++i) {
    const auto [first, behind] = std::equal_range(sensitive.begin(), sensitive.end(), other[i]);
    const auto above = static_cast<double>(sensitive.end() - behind) + static_cast<double>(behind - first) / 2;
    caught += above * std::min(1.0, rows - static_cast<double>(i));
  }
  return caught / rows / static_cast<double>(sensitive.size());
}

}  // namespace standfast::training
