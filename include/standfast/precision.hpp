// The arithmetic that a radius is proven in.
#pragma once

namespace standfast {

/// Every radius is a theorem in either; the bounds on rounding differ, and with them the radius and the time it takes.
enum class Precision {
  kFloat64,  ///< Rounding costs a radius about 1e-10 of itself.
  kFloat32,  ///< Sums of up to 128 products are made in float32: faster, for about 1e-3 of a radius.
};

}  // namespace standfast
