// The largest factor by which an affine operation stretches a change in the norm 2, bounded by Schur's test.
//
// Source: the norm of AOL layers, Prach and Lampert, ECCV 2022, and of SLL layers, Araujo et al., ICLR 2023: both are
// this test, with weights chosen so that it loses nothing. docs/certificates.md, (C52).
#pragma once

#include "model/geometry.hpp"

namespace standfast::model {

/// At least ||W||_2, rounded up; infinite if it would take more than 2^30 products.
///
/// ||W||_2^2 = ||W W^T||_2 <= max_i sum_j |(W W^T)_ij| q_j / q_i for any q > 0; the same for W^T W. A convolution with
/// zero padding is part of the one on the whole plane, whose W W^T is a correlation of kernels: all positions of a
/// channel share one q. Equal to ||W||_2 up to roundings if W is orthonormal, or was scaled by this very test.
double schur_norm_upper(const Affine& op);

}  // namespace standfast::model
