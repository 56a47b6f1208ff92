// Matrices of norm 1, made from any numbers, in float64.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace standfast::trainer {

/// The matrix with orthonormal rows nearest to this one, or with orthonormal columns if it has fewer of those.
/// Requires: its rows, or columns, are linearly independent.
std::vector<double> orthonormal(std::span<const float> matrix, std::int64_t rows, std::int64_t columns);

}  // namespace standfast::trainer
