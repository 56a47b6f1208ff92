// The Cholesky factor of a covariance and its inverse, in blocks, float64.
// Source: Golub and Van Loan, Matrix Computations, 4th ed., section 4.2.
#pragma once

#include <cstddef>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::lab {

/// Replaces the lower triangle of a symmetric matrix by L with L L^T = matrix; what is above it becomes 0.
/// Shape: (size, size) row-major. Fails: kBadValue, naming the row whose pivot is not positive.
Status factorise(std::vector<double>& matrix, std::size_t size, std::size_t threads);

/// L^-1 as panels of kPanel<double> columns, each (size, kPanel): columns past `size` are 0.
std::vector<double> invert_lower(const std::vector<double>& factor, std::size_t size, std::size_t threads);

}  // namespace standfast::lab
