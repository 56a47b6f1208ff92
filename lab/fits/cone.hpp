// An input-convex network of one hidden layer that keeps to a given linear score and judges every whitened input right.
//
//     f = s + w.z + b + a sum_k |v_k.z + c_k| ,  a > 0
//
// A sum of many |v_k.z| with random v_k is a cone, nearly the same height at every input because whitened inputs are
// about equally long. To move f at one input, each v_k moves along that input alone; inputs in many dimensions are
// nearly orthogonal, so that f stays what it was elsewhere, and with it the linear score's verdicts on other inputs.
// The step is a projection onto f y >= margin, for a batch at a time. Sources: Crammer et al., "Online
// passive-aggressive algorithms", JMLR 2006; Amos, Xu, Kolter, "Input convex neural networks", ICML 2017.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/fits/epochs.hpp"
#include "lab/fits/whitening.hpp"

namespace standfast::lab {

struct ConeOptions : TrainingOptions {
  std::size_t units = 256;
  double height = 1.6;  ///< The height of the cone at the start, in deviations of the linear score.
  double margin = 0.1;  ///< The margin aimed at, in deviations as well, so that all end above `enough`.
};

/// f less the linear score, as sum_k relu(u_k) + u_last with affine u of z: |u| = 2 relu(u) - u.
struct Cone {
  Planes affine;
  std::size_t epochs = 0;
};

/// The same seed gives the same bits whatever the threads. Shape: rows hold `dim` values each, `linear` one score of
/// deviation 1 and `positive` one flag per row. Cost: per epoch two products of (count, dim) and (dim, units).
Cone train_cone(const Rows& rows, std::size_t dim, std::span<const float> linear,
                std::span<const std::uint8_t> positive, const ConeOptions& options);

}  // namespace standfast::lab
