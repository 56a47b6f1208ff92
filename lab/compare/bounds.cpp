// Bounds travel forward node by node. CROWN tightens those of each affine node behind a ReLU: it writes the unit as a
// linear function of the nodes before it, replaces each ReLU by a line on the side that makes the value smaller, and
// ends at the input, where the smallest value over the set is known.
#include "lab/compare/bounds.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lab/compare/graph_products.hpp"

namespace standfast::lab {
namespace {

using model::Node;
using model::NodeKind;

struct Interval {
  std::vector<double> lower;
  std::vector<double> upper;
};

bool is_affine(const Node& node) { return node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d; }

class Bounds {
 public:
  Bounds(const model::Graph& graph, const InputSet& set) : graph_(graph), shapes_(graph), set_(set) {
    intervals_.resize(graph.nodes.size());
  }

  void use_crown(LowerSlope slope, std::size_t most_rows) {
    crown_ = true;
    most_rows_ = most_rows;
    slope_ = slope;
    if (slope == LowerSlope::kAtCentre) run_centre();
  }

  double lower_score() {
    bool behind_relu = false;
    for (std::size_t k = 0; k < graph_.nodes.size(); ++k) {
      bound_by_intervals(k);
      // before the first ReLU intervals of a box are exact; of a ball they are not
      const bool few = k + 1 == graph_.nodes.size() || intervals_[k].lower.size() <= most_rows_;
      if (crown_ && few && is_affine(graph_.nodes[k]) && (behind_relu || !set_.centre.empty())) tighten(k);
      behind_relu = behind_relu || graph_.nodes[k].kind == NodeKind::kRelu;
    }
    if (crown_ && !is_affine(graph_.nodes.back())) tighten(graph_.nodes.size() - 1);
    return intervals_.back().lower[0];
  }

 private:
  [[nodiscard]] const std::vector<double>& lower_of(std::int32_t source) const {
    return source == model::kGraphInput ? set_.lower : intervals_[static_cast<std::size_t>(source)].lower;
  }
  [[nodiscard]] const std::vector<double>& upper_of(std::int32_t source) const {
    return source == model::kGraphInput ? set_.upper : intervals_[static_cast<std::size_t>(source)].upper;
  }

  void bound_by_intervals(std::size_t k) {
    const Node& node = graph_.nodes[k];
    const auto index = static_cast<std::int32_t>(k);
    const auto& low = lower_of(node.inputs[0]);
    const auto& high = upper_of(node.inputs[0]);
    Interval& out = intervals_[k];
    if (is_affine(node)) {
      bound_affine(node, index, low, high, out);
      return;
    }
    out = {low, high};
    if (node.kind == NodeKind::kRelu) {
      for (auto* values : {&out.lower, &out.upper})
        for (double& value : *values) value = std::max(value, 0.0);
    }
    for (std::size_t j = 1; node.kind == NodeKind::kAdd && j < node.inputs.size(); ++j)
      for (std::size_t i = 0; i < low.size(); ++i) {
        out.lower[i] += lower_of(node.inputs[j])[i];
        out.upper[i] += upper_of(node.inputs[j])[i];
      }
  }

  void bound_affine(const Node& node, std::int32_t index, const std::vector<double>& low,
                    const std::vector<double>& high, Interval& out) const {
    std::vector<double> middle(low.size()), reach(low.size());
    for (std::size_t i = 0; i < low.size(); ++i) {
      middle[i] = (low[i] + high[i]) / 2;
      reach[i] = (high[i] - low[i]) / 2;
    }
    const std::size_t size = shapes_.size(index);
    std::vector<double> centre(size), spread(size);
    apply_weight(node, shapes_, index, middle, false, centre);
    apply_weight(node, shapes_, index, reach, true, spread);
    out.lower.resize(size);
    out.upper.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double value = centre[i] + bias_at(node, shapes_.of(index), i);
      out.lower[i] = value - spread[i];
      out.upper[i] = value + spread[i];
    }
  }

  /// The values at the set's centre.
  void run_centre() {
    const InputSet centre = box(set_.centre, set_.centre);
    Bounds point(graph_, centre);
    point.lower_score();
    for (auto& interval : point.intervals_) at_centre_.push_back(std::move(interval.lower));
  }

  void tighten(std::size_t k) {
    Interval& mine = intervals_[k];
    std::vector<double> row(mine.lower.size(), 0);
    const bool last = k + 1 == graph_.nodes.size();
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = 1;
      mine.lower[i] = std::max(mine.lower[i], lowest_of(k, row));
      row[i] = -1;
      // the score needs no upper bound
      if (!last) mine.upper[i] = std::min(mine.upper[i], -lowest_of(k, row));
      row[i] = 0;
    }
  }

  /// The smallest value of row . (output of node k) that can be excluded.
  double lowest_of(std::size_t k, const std::vector<double>& row) const {
    std::vector<std::vector<double>> rows(k + 1);
    std::vector<double> input(set_.lower.size(), 0);
    rows[k] = row;
    double constant = 0;
    for (std::size_t at = k + 1; at-- > 0;)
      if (!rows[at].empty()) send_back(at, rows, input, constant);
    return constant + set_.lowest(input);
  }

  void send_back(std::size_t at, std::vector<std::vector<double>>& rows, std::vector<double>& input,
                 double& constant) const {
    const Node& node = graph_.nodes[at];
    const auto index = static_cast<std::int32_t>(at);
    const auto receiver = [&](std::int32_t source) -> std::vector<double>& {
      if (source == model::kGraphInput) return input;
      auto& target = rows[static_cast<std::size_t>(source)];
      if (target.empty()) target.assign(shapes_.size(source), 0);
      return target;
    };
    const std::vector<double>& row = rows[at];
    if (is_affine(node)) {
      apply_adjoint(node, shapes_, index, row, receiver(node.inputs[0]));
      for (std::size_t i = 0; i < row.size(); ++i) constant += row[i] * bias_at(node, shapes_.of(index), i);
    } else if (node.kind == NodeKind::kRelu) {
      relax(node, row, receiver(node.inputs[0]), constant);
    } else {
      for (const auto source : node.inputs) {
        auto& target = receiver(source);
        for (std::size_t i = 0; i < row.size(); ++i) target[i] += row[i];
      }
    }
  }

  /// A ReLU unit as a line: any slope in [0, 1] through 0 from below, the chord from above.
  void relax(const Node& node, const std::vector<double>& row, std::vector<double>& target, double& constant) const {
    const auto& low = lower_of(node.inputs[0]);
    const auto& high = upper_of(node.inputs[0]);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == 0 || high[i] <= 0) continue;
      if (low[i] >= 0) {
        target[i] += row[i];
      } else if (row[i] > 0) {
        if (lower_slope_is_one(node.inputs[0], i)) target[i] += row[i];
      } else {
        const double chord = high[i] / (high[i] - low[i]);
        target[i] += row[i] * chord;
        constant -= row[i] * chord * low[i];
      }
    }
  }

  [[nodiscard]] bool lower_slope_is_one(std::int32_t source, std::size_t i) const {
    if (slope_ == LowerSlope::kAdaptive) return upper_of(source)[i] >= -lower_of(source)[i];
    return source == model::kGraphInput ? set_.centre[i] > 0 : at_centre_[static_cast<std::size_t>(source)][i] > 0;
  }

  const model::Graph& graph_;
  GraphShapes shapes_;
  const InputSet& set_;
  bool crown_ = false;
  std::size_t most_rows_ = 0;
  LowerSlope slope_ = LowerSlope::kAdaptive;
  std::vector<Interval> intervals_;
  std::vector<std::vector<double>> at_centre_;
};

}  // namespace

double InputSet::lowest(std::span<const double> coefficients) const {
  double sum = 0;
  if (centre.empty()) {
    for (std::size_t i = 0; i < lower.size(); ++i) sum += coefficients[i] * (coefficients[i] > 0 ? lower[i] : upper[i]);
    return sum;
  }
  for (std::size_t i = 0; i < centre.size(); ++i) sum += coefficients[i] * centre[i];
  const auto dual = Norm::of(norm.dual_exponent());
  return sum - radius * dual.value().of_vector(coefficients);
}

InputSet box(std::vector<double> lower, std::vector<double> upper) {
  InputSet set;
  set.lower = std::move(lower);
  set.upper = std::move(upper);
  return set;
}

InputSet ball(std::span<const double> centre, double radius, Norm norm) {
  InputSet set;
  for (const double value : centre) {
    set.lower.push_back(value - radius);
    set.upper.push_back(value + radius);
  }
  set.centre.assign(centre.begin(), centre.end());
  set.radius = radius;
  set.norm = norm;
  return set;
}

Status check_boundable(const model::Graph& graph) {
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const auto kind = graph.nodes[k].kind;
    if (is_affine(graph.nodes[k]) || kind == NodeKind::kRelu || kind == NodeKind::kAdd || kind == NodeKind::kFlatten)
      continue;
    return Error{ErrorCode::kUnsupported, fmt::format("{}: has no interval or CROWN bounds here, expected linear, "
                                                      "conv2d, add, relu or flatten",
                                                      model::node_place(graph, k))};
  }
  return {};
}

double interval_lower(const model::Graph& graph, const InputSet& set) { return Bounds(graph, set).lower_score(); }

double crown_lower(const model::Graph& graph, const InputSet& set, LowerSlope slope, std::size_t most_rows) {
  Bounds bounds(graph, set);
  bounds.use_crown(slope, most_rows);
  return bounds.lower_score();
}

double largest_radius(const std::function<double(double radius)>& lower_bound, double threshold, double most) {
  constexpr int kHalvings = 12;  // to a four-thousandth of the end
  if (!(lower_bound(0) > threshold)) return 0;
  if (lower_bound(most) > threshold) return most;
  double proven = 0, unproven = most;
  for (int k = 0; k < kHalvings; ++k) {
    const double middle = (proven + unproven) / 2;
    (lower_bound(middle) > threshold ? proven : unproven) = middle;
  }
  return proven;
}

}  // namespace standfast::lab
