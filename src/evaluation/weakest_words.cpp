// A message is a row of zeros and ones. Which of the words of a worst change matter most is seen by changing each
// alone.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast {

bool counts_words(const ThreatModel& threat, Norm norm) {
  return threat.whole && norm == Norm::l1() && threat.price_unit.ends_with("words");
}

Result<WordChange> weakest_words(const Classifier& classifier, const Dataset& data, std::size_t i,
                                 const ThreatModel& threat) {
  const std::vector<float> x = data.dense_rows(i, 1);
  STANDFAST_TRY(const WeakestDirection weakest, classifier.weakest_direction(x, Norm::l1(), threat));
  std::vector<std::size_t> moved;
  for (std::size_t f = 0; f < weakest.change.size(); ++f)
    if (weakest.change[f] != 0) moved.push_back(f);
  std::vector<float> singles;
  singles.reserve(moved.size() * x.size());
  for (const std::size_t f : moved) {
    singles.insert(singles.end(), x.begin(), x.end());
    singles[singles.size() - x.size() + f] = 1 - x[f];
  }
  STANDFAST_TRY(const std::vector<float> logits, classifier.logits(singles, moved.size()));
  std::vector<std::pair<float, std::size_t>> order;
  for (std::size_t k = 0; k < moved.size(); ++k) order.emplace_back(logits[k], moved[k]);
  std::ranges::sort(order);
  WordChange change;
  for (const auto& [logit, f] : order) (x[f] == 0 ? change.add : change.remove).push_back(data.feature_names[f]);
  return change;
}

}  // namespace standfast
