// What the opaque handles of the C interface hold.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/standfast.h"

// The names are those of the C header.
// NOLINTBEGIN(readability-identifier-naming)

/// A loaded model, and what its description points to.
struct standfast_classifier {
  standfast::Classifier model;
  std::string sha256;                ///< Of the file's bytes; empty if this system has none to give.
  std::vector<const char*> names;    ///< (dim), or empty: pointers into the summary's own strings.
  std::vector<const char*> units;    ///< (dim), or empty.
  std::vector<double> domain_lower;  ///< (dim), or empty.
  std::vector<double> domain_upper;  ///< (dim), or empty.
};

/// A threat model that is valid for `dim` features.
struct standfast_threat {
  standfast::ThreatModel model;
  std::size_t dim = 0;
};

// NOLINTEND(readability-identifier-naming)
