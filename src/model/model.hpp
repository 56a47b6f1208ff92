// A feature-convex classifier as plain data: f(x) = g(phi(x)) - threshold, sensitive iff f(x) > 0.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/feature_map.hpp"
#include "model/graph.hpp"
#include "model/tensor.hpp"
#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

/// Values that a valid input can take: one pair for all features, or one per feature.
struct Domain {
  std::vector<double> lower;
  std::vector<double> upper;

  friend bool operator==(const Domain&, const Domain&) = default;
};

struct Model {
  Shape input_shape;                       ///< The shape of x.
  std::vector<std::string> feature_names;  ///< Empty or one per feature.
  std::vector<std::string> feature_units;  ///< Empty or one per feature.
  std::string tokenizer = {};              ///< What makes features of messages; then names are the words. Else empty.
  Columns columns = {};                    ///< What a table's columns are, if the model remembers them. Else empty.
  FeatureMap feature_map;
  Graph graph;
  float threshold = 0;
  std::string sensitive_class;
  std::string other_class;
  std::optional<Domain> domain;
  std::map<std::string, std::string> provenance;  ///< Where it comes from: data hash, seed, options, version.

  [[nodiscard]] std::size_t dim() const { return element_count(input_shape); }
  friend bool operator==(const Model&, const Model&) = default;
};

/// Everything that a model file promises: shapes, finite values, input-convexity, names and domain of the right length.
/// Fails: kBadShape, kBadValue, kBadFormat, kNotConvex or kUnsupported, naming the first promise that does not hold.
Status validate(const Model& model);

}  // namespace standfast::model
