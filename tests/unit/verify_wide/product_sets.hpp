// The implementations of the verifier's products that this machine can run.
#pragma once

#include <vector>

#include "verify_wide/products.hpp"

namespace standfast::verify_wide {

inline std::vector<const Products*> every_set() {
  std::vector<const Products*> sets = {&kPlainProducts};
  if (has_fused_products()) sets.push_back(&kFusedProducts);
  return sets;
}

}  // namespace standfast::verify_wide
