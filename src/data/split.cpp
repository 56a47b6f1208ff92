// Stratified splits that never part equal rows: the rows of Spambase repeat, and a row seen in training is no test.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>

#include "base/random.hpp"
#include "standfast/data.hpp"

namespace standfast {
namespace {

using Group = std::vector<std::size_t>;  // positions of equal rows, ascending

std::uint64_t row_hash(std::span<const float> row) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a over words
  for (const float value : row) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(value + 0.0F)) * 0x100000001B3;  // + 0: -0 equals 0
    hash ^= hash >> 29;
  }
  return hash;
}

/// Positions grouped by equal rows, in the order of each group's first row.
std::vector<Group> equal_rows(const Dataset& data) {
  std::vector<std::uint64_t> hashes(data.count());
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = row_hash(data.row(i));
  std::vector<std::size_t> order(data.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto same = [&](std::size_t a, std::size_t b) {
    return hashes[a] == hashes[b] && std::ranges::equal(data.row(a), data.row(b));
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (hashes[a] != hashes[b]) return hashes[a] < hashes[b];
    // rows that differ under one hash must not interleave
    const auto less = std::ranges::lexicographical_compare(data.row(a), data.row(b));
    return less || (a < b && same(a, b));
  });
  std::vector<Group> groups;
  for (const std::size_t i : order) {
    if (groups.empty() || !same(groups.back().front(), i)) groups.emplace_back();
    groups.back().push_back(i);
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.front() < b.front(); });
  return groups;
}

/// Deals the groups of one class: a group goes to `second` as long as that brings it nearer to its share.
void deal_groups(std::vector<const Group*>& groups, double second_share, Random& random, Split& split) {
  random.shuffle(std::span(groups));
  std::size_t rows = 0;
  for (const Group* group : groups) rows += group->size();
  const double target = std::round(second_share * static_cast<double>(rows));
  double dealt = 0;
  for (const Group* group : groups) {
    const auto size = static_cast<double>(group->size());
    const bool nearer = std::abs(dealt + size - target) < std::abs(dealt - target);
    auto& side = nearer ? split.second : split.first;
    side.insert(side.end(), group->begin(), group->end());
    if (nearer) dealt += size;
  }
}

}  // namespace

Split split_data(const Dataset& data, double second_share, std::uint64_t seed) {
  assert(second_share >= 0 && second_share <= 1 && "a share is in [0, 1]: options are validated before");
  const std::vector<Group> groups = equal_rows(data);
  std::map<std::int32_t, std::vector<const Group*>> classes;  // ordered: the classes draw from one stream in turn
  for (const Group& group : groups) {
    // equal rows with different labels count for the class of the first one
    classes[data.labels.empty() ? 0 : data.labels[group.front()]].push_back(&group);
  }
  Random random(seed);
  Split split;
  for (auto& [label, members] : classes) deal_groups(members, second_share, random, split);
  std::sort(split.first.begin(), split.first.end());
  std::sort(split.second.begin(), split.second.end());
  return split;
}

}  // namespace standfast
