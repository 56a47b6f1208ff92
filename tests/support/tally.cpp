#include "support/tally.hpp"

#include <cmath>
#include <iostream>

#include <fmt/format.h>

namespace standfast::support {

Tally::~Tally() {
  std::cout << fmt::format(
      "{}: {} combinations of input, norm, threat model and network; {} radii ({} zero, {} infinite, {} met by an "
      "attack within 1 %); {} points tried, {} refused\n",
      what_, combinations_, radii_, zero_, infinite_, met_, tried_, refused_);
}

void Tally::radius(double value) {
  ++radii_;
  if (value == 0) ++zero_;
  if (std::isinf(value)) ++infinite_;
}

}  // namespace standfast::support
