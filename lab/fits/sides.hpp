// What a question about two classes starts from: whitened rows, units for exact arithmetic, and planes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/fits/exact_score.hpp"
#include "lab/fits/fits.hpp"
#include "lab/fits/whitening.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// The data with everything that does not depend on which class is above.
struct Prepared {
  const Dataset* data;
  const SeparateOptions* options;
  Whitening whitening;
  Rows rows;
  std::optional<InputUnits> bytes;  ///< The units of stored bytes, if every feature is one.
  InputUnits floats;
};

/// One class above the other.
struct Side {
  std::string above;
  std::string below;
  std::vector<std::uint8_t> positive;
  std::vector<std::size_t> twins;  ///< find_twins
  Planes planes;                   ///< Planes of the inputs; every input of the class below lies below them.
};

void show_progress(const SeparateOptions& options, std::string_view task, std::size_t done, std::size_t total);

/// Fails: kBadOption for data without two classes that both have inputs, and for options out of range; kBadShape,
/// kBadValue and kUnsupported for what whitening and exact arithmetic refuse. The data and the options outlive the
/// result.
Result<Prepared> prepare_sides(const Dataset& data, const SeparateOptions& options);

/// The side with this class above, without planes yet.
Side start_side(const Prepared& prepared, std::int32_t above);

/// How many inputs planes must be found for: see PieceOptions.
struct PlaneShare {
  bool part = false;       ///< As PieceOptions::part.
  double least_share = 0;  ///< As PieceOptions::least_share.
};
/// Planes for every input above that has no twin.
void find_planes(const Prepared& prepared, Side& side, const PlaneShare& share);

/// The classes to put above, as labels.
Result<std::vector<std::int32_t>> classes_above(const Dataset& data, const SeparateOptions& options);

Error too_large(const Dataset& data);

}  // namespace standfast::lab
