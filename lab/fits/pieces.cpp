// Splits the positives into random groups and asks find_plane for a plane over each. A group without one is split in
// two and waits for the next round, until single inputs are left. Groups run in parallel, each with a seed of its own,
// so that the planes do not depend on the threads.
#include "lab/fits/pieces.hpp"

#include <algorithm>
#include <mutex>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "lab/fits/hard_margin.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

using Group = std::vector<std::uint32_t>;

/// Near-equal parts of a group that is in random order already.
void split_group(const Group& group, std::size_t parts, std::vector<Group>& into) {
  parts = std::min(parts, group.size());
  for (std::size_t p = 0; p < parts; ++p) {
    const auto at = [&](std::size_t part) {
      return group.begin() + static_cast<std::ptrdiff_t>(group.size() * part / parts);
    };
    into.emplace_back(at(p), at(p + 1));
  }
}

/// Adds a plane whose last element stands for the constant.
void append_plane(Planes& planes, const std::vector<float>& w, std::size_t dim, float bias) {
  planes.weights.insert(planes.weights.end(), w.begin(), w.begin() + static_cast<std::ptrdiff_t>(dim));
  planes.offsets.push_back(static_cast<double>(w[dim]) * static_cast<double>(bias));
}

/// A plane, and the members of its group that it does not have above.
struct Attempt {
  std::vector<float> w;
  Group left;
};

double share_taken(const Group& group, const Attempt& tried) {
  return 1 - static_cast<double>(tried.left.size()) / static_cast<double>(group.size());
}

/// Lowers the plane until every negative is below it.
void lower_below(std::vector<float>& w, const Rows& rows, const Group& negatives, std::size_t dim) {
  float highest = 0;
  for (const auto row : negatives) highest = std::max(highest, dot(w.data(), rows.row(row), rows.stride));
  const float bias = rows.row(0)[dim];
  w[dim] -= (highest * 1.001F + 0.001F) / bias;  // past the rounding of the dot products
}

Attempt try_group(const Rows& rows, std::size_t dim, const Group& negatives, const Group& group,
                  std::span<const std::uint8_t> positive, const PieceOptions& options, Random random) {
  Group members = negatives;
  members.insert(members.end(), group.begin(), group.end());
  auto found = find_plane(rows, members, positive, random, {.start = options.start});
  if (found.separates) return {std::move(found.w), {}};
  if (!options.part) return {{}, group};
  lower_below(found.w, rows, negatives, dim);
  Attempt result{std::move(found.w), {}};
  for (const auto row : group)
    if (!(dot(result.w.data(), rows.row(row), rows.stride) > 0.001F)) result.left.push_back(row);
  if (result.left.size() == group.size()) result.w.clear();
  return result;
}

std::vector<Attempt> try_all_groups(const Rows& rows, std::size_t dim, const Group& negatives,
                                    const std::vector<Group>& groups, std::span<const std::uint8_t> positive,
                                    std::uint64_t seed, const PieceOptions& options,
                                    const std::function<void(std::size_t)>& found) {
  std::vector<Attempt> attempts(groups.size());
  std::mutex reporting;
  parallel_for(groups.size(), 1, options.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t g = begin; g < end; ++g) {
      attempts[g] = try_group(rows, dim, negatives, groups[g], positive, options, Random(seed + g));
      const std::scoped_lock lock(reporting);
      found(groups[g].size() - attempts[g].left.size());
    }
  });
  return attempts;
}

}  // namespace

Pieces find_pieces(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive,
                   std::span<const std::uint8_t> skipped, const PieceOptions& options) {
  Group positives;
  Group negatives;
  for (std::uint32_t i = 0; i < rows.count; ++i) {
    if (positive[i] == 0) negatives.push_back(i);
    if (positive[i] != 0 && skipped[i] == 0) positives.push_back(i);
  }
  Random random(options.seed);
  random.shuffle(std::span(positives));
  std::size_t done = 0;
  const auto found = [&](std::size_t more) {
    done += more;
    if (options.progress) options.progress(done, positives.size());
  };
  Pieces pieces;
  const float bias = rows.count > 0 ? rows.row(0)[dim] : 0.0F;
  std::vector<Group> waiting;
  split_group(positives, options.pieces, waiting);
  while (!waiting.empty()) {
    const auto attempts = try_all_groups(rows, dim, negatives, waiting, positive, random.bits(), options, found);
    std::vector<Group> next;
    for (std::size_t g = 0; g < waiting.size(); ++g) {
      const Attempt& tried = attempts[g];
      if (!tried.w.empty()) append_plane(pieces.planes, tried.w, dim, bias);
      if (tried.left.empty()) continue;
      if (share_taken(waiting[g], tried) < options.least_share) continue;
      if (waiting[g].size() == 1) {
        pieces.alone.push_back(waiting[g].front());
      } else {
        split_group(tried.left, tried.left.size() == waiting[g].size() ? 2 : 1, next);
      }
    }
    waiting = std::move(next);
  }
  std::ranges::sort(pieces.alone);
  return pieces;
}

}  // namespace standfast::lab
