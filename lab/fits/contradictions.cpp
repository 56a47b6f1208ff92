// Sorts the inputs by their values, so that equal ones lie side by side, and takes the first of each class in every run
// of equal ones.
#include "lab/fits/contradictions.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace standfast::lab {

std::vector<std::size_t> find_twins(const Dataset& data, std::span<const std::uint8_t> positive) {
  std::vector<std::size_t> order(data.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(data.row(a), data.row(b));
  };
  std::ranges::stable_sort(order, before);
  std::vector<std::size_t> twins(data.count(), kNoTwin);
  for (std::size_t start = 0; start < order.size();) {
    std::size_t end = start + 1;
    while (end < order.size() && std::ranges::equal(data.row(order[start]), data.row(order[end]))) ++end;
    std::array<std::size_t, 2> first = {kNoTwin, kNoTwin};
    for (std::size_t i = start; i < end; ++i) {
      auto& seen = first[positive[order[i]] != 0 ? 1 : 0];
      seen = std::min(seen, order[i]);
    }
    for (std::size_t i = start; i < end; ++i) twins[order[i]] = first[positive[order[i]] != 0 ? 0 : 1];
    start = end;
  }
  return twins;
}

}  // namespace standfast::lab
