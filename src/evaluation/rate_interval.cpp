// The interval of C. J. Clopper and E. S. Pearson, Biometrika 26, 1934. Its lower end is the rate at which as many hits
// as were found, or more, have a chance of (1 - confidence) / 2; its upper end is the same for the misses. That chance
// is the upper tail of a binomial distribution. Below the observed rate its terms fall from the first one on, so that
// about sqrt(of) of them matter, and bisection inverts it. Another library for this one number would outweigh it.
#include <cassert>
#include <cmath>

#include "standfast/evaluation.hpp"

namespace standfast {
namespace {

constexpr int kBisections = 60;          // to the last bits of a float64
constexpr double kNegligible = 0x1p-60;  // of a sum

/// P[X >= hits] for X of `of` trials at this rate. Requires: 0 < hits <= of, 0 < rate <= hits / of.
double upper_tail(double hits, double of, double rate) {
  double term = std::exp(std::lgamma(of + 1) - std::lgamma(hits + 1) - std::lgamma(of - hits + 1) +
                         hits * std::log(rate) + (hits == of ? 0 : (of - hits) * std::log1p(-rate)));
  double sum = term;
  for (double k = hits; k < of && term > kNegligible * sum; ++k) {
    term *= (of - k) / (k + 1) * rate / (1 - rate);
    sum += term;
  }
  return sum;
}

/// The rate at which P[X >= hits] is `chance`, to within rounding.
double lower_end(std::size_t hits, std::size_t of, double chance) {
  if (hits == 0) return 0;
  double below = 0, above = static_cast<double>(hits) / static_cast<double>(of);
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (below + above) / 2;
    const bool small = upper_tail(static_cast<double>(hits), static_cast<double>(of), middle) <= chance;
    (small ? below : above) = middle;
  }
  return below;
}

}  // namespace

RateInterval rate_interval(std::size_t found, std::size_t of, double confidence) {
  assert(found <= of && confidence > 0 && confidence < 1 && "a share of a whole, and a confidence between 0 and 1");
  if (of == 0) return {};
  const double chance = (1 - confidence) / 2;
  return {lower_end(found, of, chance), 1 - lower_end(of - found, of, chance)};
}

}  // namespace standfast
