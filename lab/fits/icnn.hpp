// An ordinary input-convex network, trained end to end until it judges every whitened input right.
//
//     z_1 = relu(A_0 u + b_0), z_2 = relu(W_1 z_1 + A_1 u + b_1), f = w_2.z_2 + a_2.u + b_2, W_1 >= 0, w_2 >= 0
//
// Hinge loss and Adam with a projection onto the non-negative weights after each step. Sources: Amos, Xu, Kolter,
// "Input convex neural networks", ICML 2017; Kingma, Ba, "Adam", ICLR 2015. It is written out here because two layers
// need little, the trainer is not part of every installation, and a whitening of 3,072 features belongs beside its use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/fits/epochs.hpp"
#include "lab/fits/whitening.hpp"

namespace standfast::lab {

struct IcnnOptions : TrainingOptions {
  std::size_t first = 200;  ///< Units of the hidden layers.
  std::size_t second = 50;
  double rate = 2.5e-3;
  double decay = 0.98;  ///< Factor on the rate every 40 steps: an epoch of 10,000 inputs.
};

struct Icnn {
  std::size_t first = 0;
  std::size_t second = 0;
  Planes affine;               ///< Planes of z, in this order: the rows of A_0, of A_1, and a_2, with their biases.
  std::vector<double> hidden;  ///< W_1: (second, first)
  std::vector<double> last;    ///< w_2: (second)
  std::size_t epochs = 0;
};

/// The same seed gives the same bits whatever the threads. Shape: rows hold `dim` values each, positive one flag per
/// row. Cost: per epoch two products of (count, dim) and (dim, first + second + 1).
Icnn train_icnn(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive, const IcnnOptions& options);

}  // namespace standfast::lab
