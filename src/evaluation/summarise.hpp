// The whole evaluation from labels and certificates, without a model.
#pragma once

#include <cstdint>
#include <span>

#include "standfast/evaluation.hpp"

namespace standfast::evaluation {

/// Counts, rates, operating points and curves; names and sources are left to the caller.
///
/// Shape: labelled_sensitive has one entry (0 or 1) per row of certificates.
Evaluation summarise(std::span<const std::uint8_t> labelled_sensitive, Certificates certificates,
                     const EvaluateOptions& options);

}  // namespace standfast::evaluation
