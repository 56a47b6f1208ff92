// The linear classifier to compare with: Fisher's discriminant with a ridge as large as the features' deviation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lab/fits/whitening.hpp"
#include "standfast/data.hpp"

namespace standfast::lab {

/// w = (covariance + variance)^-1 (mean of the positives - mean of the others), halfway between the means; the variance
/// is each column's own in a table, the average for images. By conjugate gradients.
/// Shape: positive is one flag per input, some of both. Cost: 2 products of all inputs a step, at most 100 steps.
Planes linear_discriminant(const Dataset& data, std::span<const std::uint8_t> positive);

}  // namespace standfast::lab
