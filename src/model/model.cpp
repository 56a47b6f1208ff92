// The promises of a model file, checked one after the other: first sizes, then texts and numbers, then the network,
// whose convexity comes last. Everything that reads a Model afterwards takes these for granted.
#include "model/model.hpp"

#include <cmath>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/try.hpp"
#include "columns/columns.hpp"
#include "files/message.hpp"
#include "files/utf8.hpp"
#include "model/heads.hpp"
#include "model/shape.hpp"
#include "standfast/text.hpp"

namespace standfast::model {
namespace {

Status check_text(std::string_view text, const std::string& place) {
  if (files::is_utf8(text)) return {};
  return Error{ErrorCode::kBadValue, fmt::format("{}: is not valid UTF-8, expected UTF-8 text", place)};
}

Status check_labels(const std::vector<std::string>& labels, std::size_t dim, const char* what) {
  if (!labels.empty() && labels.size() != dim) {
    return Error{ErrorCode::kBadShape, fmt::format("feature {}: found {}, expected none or one for each of {} features",
                                                   what, labels.size(), dim)};
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!files::is_utf8(labels[i])) return check_text(labels[i], fmt::format("feature {} {}", what, i));
  }
  return {};
}

/// The features of messages: words, each once and in the order of their bytes.
Status check_words(const Model& model, std::size_t dim) {
  if (model.tokenizer.empty()) return {};
  if (model.tokenizer != kTokenizer) {
    return Error{ErrorCode::kUnsupported, fmt::format("tokenizer: is {}, expected \"{}\"",
                                                      files::quote_for_message(model.tokenizer), kTokenizer)};
  }
  if (model.input_shape.size() != 1 || model.feature_names.size() != dim) {
    return Error{ErrorCode::kBadShape, fmt::format("feature names: are {}, expected a word for each of {} features",
                                                   model.feature_names.size(), dim)};
  }
  for (std::size_t i = 1; i < dim; ++i) {
    if (model.feature_names[i - 1] < model.feature_names[i]) continue;
    return Error{ErrorCode::kBadValue, fmt::format("feature name {}: comes after a word that is not smaller, expected "
                                                   "words in the order of their bytes, each once",
                                                   i)};
  }
  return {};
}

Status check_columns(const Model& model) {
  if (model.columns.empty()) return {};
  if (model.input_shape.size() != 1 || !model.tokenizer.empty())
    return Error{ErrorCode::kBadShape, "columns: belong to a table, expected one row of features and no tokenizer"};
  return columns::check_columns(model.columns, model.feature_names);
}

Status check_classes(const Model& model) {
  STANDFAST_CHECK(check_text(model.sensitive_class, "sensitive class"));
  STANDFAST_CHECK(check_text(model.other_class, "other class"));
  if (model.sensitive_class.empty() || model.other_class.empty() || model.sensitive_class == model.other_class) {
    return Error{ErrorCode::kBadValue, fmt::format("classes: are \"{}\" and \"{}\", expected two different names",
                                                   model.sensitive_class, model.other_class)};
  }
  return {};
}

Status check_domain_length(const std::vector<double>& bound, std::size_t dim, const char* what) {
  if (bound.size() == 1 || bound.size() == dim) return {};
  return Error{ErrorCode::kBadShape,
               fmt::format("domain {}: has {} values, expected 1 or {}", what, bound.size(), dim)};
}

Status check_domain(const Domain& domain, std::size_t dim) {
  STANDFAST_CHECK(check_domain_length(domain.lower, dim, "lower"));
  STANDFAST_CHECK(check_domain_length(domain.upper, dim, "upper"));
  const std::size_t pairs = std::max(domain.lower.size(), domain.upper.size());
  for (std::size_t i = 0; i < pairs; ++i) {
    const double lower = domain.lower[domain.lower.size() == 1 ? 0 : i];
    const double upper = domain.upper[domain.upper.size() == 1 ? 0 : i];
    // an interval at either infinity holds no input
    if (lower <= upper && lower < kInfinity && upper > -kInfinity) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("domain of feature {}: is [{}, {}], expected lower <= upper", i, lower, upper)};
  }
  return {};
}

Status check_node_names(const Graph& graph) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string& name = graph.nodes[i].name;
    STANDFAST_CHECK(check_text(name, fmt::format("name of node {}", i)));
    if (!name.empty() && name != kGraphInputName && seen.insert(name).second) continue;
    return Error{ErrorCode::kBadValue, fmt::format("{}: name is empty, taken or \"{}\", expected one of its own",
                                                   node_place(graph, i), kGraphInputName)};
  }
  return {};
}

Status check_provenance(const std::map<std::string, std::string>& provenance) {
  for (const auto& [key, value] : provenance) {
    STANDFAST_CHECK(check_text(key, "provenance key"));
    STANDFAST_CHECK(check_text(value, fmt::format("provenance \"{}\"", key)));
  }
  return {};
}

/// The map and the graph each keep to the limit; so must both together.
Status check_computed(const Shape& input, const std::vector<Shape>& maps, const std::vector<Shape>& nodes) {
  ComputedElements computed;
  STANDFAST_CHECK(computed.add(input, "input"));
  for (const Shape& shape : maps) STANDFAST_CHECK(computed.add(shape, "feature map"));
  for (const Shape& shape : nodes) STANDFAST_CHECK(computed.add(shape, "graph"));
  return {};
}

Status check_network(const Model& model) {
  STANDFAST_TRY(const std::vector<Shape> maps, infer_map_shapes(model.feature_map, model.input_shape));
  const Shape& mapped = maps.empty() ? model.input_shape : maps.back();
  if (model.graph.input_shape != mapped) {
    return Error{ErrorCode::kBadShape, fmt::format("graph input: is {}, expected {}, the feature map's output",
                                                   shape_text(model.graph.input_shape), shape_text(mapped))};
  }
  STANDFAST_CHECK(check_node_names(model.graph));
  STANDFAST_TRY(const std::vector<Shape> nodes, infer_shapes(model.graph));
  STANDFAST_CHECK(check_finite(model.graph));
  STANDFAST_CHECK(check_computed(model.input_shape, maps, nodes));
  STANDFAST_CHECK(check_heads(model, nodes));
  return check_input_convex(model.graph);
}

}  // namespace

Status validate(const Model& model) {
  STANDFAST_TRY(const std::size_t dim, checked_element_count(model.input_shape, "input"));
  STANDFAST_CHECK(check_labels(model.feature_names, dim, "name"));
  STANDFAST_CHECK(check_labels(model.feature_units, dim, "unit"));
  STANDFAST_CHECK(check_words(model, dim));
  STANDFAST_CHECK(check_columns(model));
  STANDFAST_CHECK(check_classes(model));
  if (!std::isfinite(model.threshold)) {
    return Error{ErrorCode::kBadValue, fmt::format("threshold: is {}, expected a finite number", model.threshold)};
  }
  if (model.domain) STANDFAST_CHECK(check_domain(*model.domain, dim));
  STANDFAST_CHECK(check_provenance(model.provenance));
  return check_network(model);
}

}  // namespace standfast::model
