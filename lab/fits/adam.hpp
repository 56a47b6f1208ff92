// Adam's step for one array of weights.
// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
#pragma once

#include <cstddef>
#include <vector>

namespace standfast::lab {

class Adam {
 public:
  explicit Adam(std::size_t size) : first_(size, 0.0F), second_(size, 0.0F) {}

  /// weights[i] for begin <= i < end take step number `step`, from 1. Ranges of one step may run side by side.
  void update(std::size_t begin, std::size_t end, const float* gradient, float* weights, std::size_t step, double rate);

 private:
  std::vector<float> first_;
  std::vector<float> second_;
};

}  // namespace standfast::lab
