// Algorithm 1 of Kingma and Ba (ICLR 2015), with the correction of the first mean taken into the rate. One pass over
// the range, element by element, so that the compiler can vectorise it.
#include "lab/fits/adam.hpp"

#include <cmath>

namespace standfast::lab {

void Adam::update(std::size_t begin, std::size_t end, const float* gradient, float* weights, std::size_t step,
                  double rate) {
  // the values of the paper
  constexpr float kFirst = 0.9F;
  constexpr float kSecond = 0.999F;
  constexpr float kTiny = 1e-8F;
  const double steps = static_cast<double>(step);
  const auto scale = static_cast<float>(rate / (1 - std::pow(0.9, steps)));
  const auto unbias = static_cast<float>(1 / (1 - std::pow(0.999, steps)));
  float* first = first_.data();
  float* second = second_.data();
  for (std::size_t i = begin; i < end; ++i) {
    const float g = gradient[i];
    first[i] = kFirst * first[i] + (1 - kFirst) * g;
    second[i] = kSecond * second[i] + (1 - kSecond) * g * g;
    weights[i] -= scale * first[i] / (std::sqrt(second[i] * unbias) + kTiny);
  }
}

}  // namespace standfast::lab
