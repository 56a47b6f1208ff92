#include "separate/pieces.hpp"

#include <algorithm>
#include <mutex>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "separate/hard_margin.hpp"

namespace standfast::separate {
namespace {

using Group = std::vector<std::uint32_t>;

/// Near-equal parts of a group that is in random order already.
void cut(const Group& group, std::size_t parts, std::vector<Group>& into) {
  parts = std::min(parts, group.size());
  for (std::size_t p = 0; p < parts; ++p) {
    const auto at = [&](std::size_t part) {
      return group.begin() + static_cast<std::ptrdiff_t>(group.size() * part / parts);
    };
    into.emplace_back(at(p), at(p + 1));
  }
}

/// Adds a plane whose last element stands for the constant.
void append(Planes& planes, const std::vector<float>& w, std::size_t dim, float bias) {
  planes.weights.insert(planes.weights.end(), w.begin(), w.begin() + static_cast<std::ptrdiff_t>(dim));
  planes.offsets.push_back(static_cast<double>(w[dim]) * static_cast<double>(bias));
}

std::vector<std::vector<float>> find_planes(const Rows& rows, const Group& negatives, const std::vector<Group>& groups,
                                            std::span<const std::uint8_t> positive, std::uint64_t seed,
                                            std::size_t threads, const std::function<void(std::size_t)>& found) {
  std::vector<std::vector<float>> planes(groups.size());
  std::mutex reporting;
  parallel_for(groups.size(), 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t g = begin; g < end; ++g) {
      Group members = negatives;
      members.insert(members.end(), groups[g].begin(), groups[g].end());
      planes[g] = find_plane(rows, members, positive, Random(seed + g));
      if (planes[g].empty() || !found) continue;
      const std::scoped_lock lock(reporting);
      found(groups[g].size());
    }
  });
  return planes;
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
  cut(positives, options.pieces, waiting);
  while (!waiting.empty()) {
    const auto planes = find_planes(rows, negatives, waiting, positive, random.bits(), options.threads, found);
    std::vector<Group> next;
    for (std::size_t g = 0; g < waiting.size(); ++g) {
      if (!planes[g].empty()) {
        append(pieces.planes, planes[g], dim, bias);
      } else if (waiting[g].size() == 1) {
        pieces.alone.push_back(waiting[g].front());
      } else {
        cut(waiting[g], 2, next);
      }
    }
    waiting = std::move(next);
  }
  std::ranges::sort(pieces.alone);
  return pieces;
}

}  // namespace standfast::separate
