// Planes that share the positives among them: each has its group above and every negative below.
//
// A point with a plane of its own is proven to lie outside the convex hull of the negatives; when all have one, the
// maximum of the planes is a classifier without a training error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lab/fits/whitening.hpp"

namespace standfast::lab {

struct PieceOptions {
  std::size_t pieces = 8;
  bool part = false;  ///< Keep a plane that has some of its group above, however little: more proofs, smaller margins.
  double least_share = 0;    ///< With `part`: what is left of a group is given up if its plane takes less of it.
  std::vector<float> start;  ///< As HardMarginOptions.
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  std::function<void(std::size_t done, std::size_t total)> progress;  ///< Positives that have a plane.
};

struct Pieces {
  Planes planes;                     ///< The planes found, as planes of z.
  std::vector<std::uint32_t> alone;  ///< Positives that no plane was found for.
};

/// Splits the positives at random into `pieces` groups; a group that no plane was found for is split in two, down to
/// single positives. The same seed gives the same bits whatever the threads.
/// Shape: positive and skipped are one flag per row; a skipped positive needs no plane. `bias` is the element after z.
Pieces find_pieces(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive,
                   std::span<const std::uint8_t> skipped, const PieceOptions& options);

}  // namespace standfast::lab
