// The arithmetic that a radius is proven in.
//
//     standfast::EvaluateOptions options;
//     options.certify.norms = {standfast::Norm::l1()};
//     options.certify.precision = standfast::Precision::kFloat32;
//     const auto evaluation = standfast::evaluate(*classifier, *data, options);
//
// Every radius is a theorem in either precision. The bounds on rounding differ: so do the radius and the time it takes.
#pragma once

namespace standfast {

/// How the proof sums its products. Pass it in CertifyOptions::precision.
enum class Precision {
  kFloat64,  ///< Rounding costs a radius about 1e-10 of itself.
  kFloat32,  ///< Sums of up to 128 products are made in float32. It is faster and costs about 1e-3.
};

}  // namespace standfast
