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

std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value + 0.0F); }  // + 0: -0 equals 0
std::uint32_t bits_of(std::uint32_t word) { return word; }

template <class T>
std::uint64_t row_hash(std::span<const T> row) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a over 32-bit values
  for (const T value : row) {
    hash = (hash ^ bits_of(value)) * 0x100000001B3;
    hash ^= hash >> 29;
  }
  return hash;
}

/// Positions grouped by equal rows, in the order of each group's first row. `row(i)` is what input i consists of.
template <class Row>
std::vector<Group> equal_rows(std::size_t count, const Row& row) {
  std::vector<std::uint64_t> hashes(count);
  for (std::size_t i = 0; i < count; ++i) hashes[i] = row_hash(row(i));
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto same = [&](std::size_t a, std::size_t b) {
    return hashes[a] == hashes[b] && std::ranges::equal(row(a), row(b));
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (hashes[a] != hashes[b]) return hashes[a] < hashes[b];
    // rows that differ under one hash must not interleave
    const auto less = std::ranges::lexicographical_compare(row(a), row(b));
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
  const std::vector<Group> groups = data.is_text()
                                        ? equal_rows(data.count(), [&](std::size_t i) { return data.words.row(i); })
                                        : equal_rows(data.count(), [&](std::size_t i) { return data.row(i); });
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
