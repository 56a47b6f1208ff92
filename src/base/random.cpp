// The draws that the header does not hold: whole numbers by rejection, and the normal distribution by the method of Box
// and Muller (1958). normal() takes its last bits from the C library's log and cos.
#include "base/random.hpp"

#include <cmath>
#include <numbers>

namespace standfast {

std::uint64_t Random::below(std::uint64_t bound) {
  // rejects the incomplete last block, so that every value is equally likely
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t draw = engine_();
  while (draw >= limit) draw = engine_();
  return draw % bound;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace standfast
