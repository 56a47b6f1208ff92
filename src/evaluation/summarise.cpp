// Counting: verdicts against labels, then one curve per norm over the inputs of the sensitive class.
#include "evaluation/summarise.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/attacked_curve.hpp"
#include "evaluation/certified_curve.hpp"
#include "evaluation/roc.hpp"

namespace standfast::evaluation {
namespace {

constexpr std::array kFalsePositiveRates = {0.001, 0.01, 0.05};
constexpr std::size_t kMaxRocPoints = 400;  // about one per pixel of a chart; more only make the page heavy

void count_verdicts(std::span<const std::uint8_t> labelled_sensitive, Evaluation& evaluation) {
  for (std::size_t i = 0; i < labelled_sensitive.size(); ++i) {
    const bool alarm = evaluation.certificates.sensitive(i);
    if (labelled_sensitive[i] != 0) {
      ++(alarm ? evaluation.sensitive_right : evaluation.sensitive_wrong);
    } else {
      // no verdict is no right one
      ++(alarm || !evaluation.certificates.judged(i) ? evaluation.other_wrong : evaluation.other_right);
    }
  }
  evaluation.sensitive_count = evaluation.sensitive_right + evaluation.sensitive_wrong;
  evaluation.other_count = evaluation.other_right + evaluation.other_wrong;
  evaluation.accuracy_sensitive = share_or_nan(evaluation.sensitive_right, evaluation.sensitive_count);
  evaluation.accuracy_other = share_or_nan(evaluation.other_right, evaluation.other_count);
  evaluation.accuracy_overall = share_or_nan(evaluation.sensitive_right + evaluation.other_right,
                                             evaluation.sensitive_count + evaluation.other_count);
  evaluation.false_positive_rate = share_or_nan(evaluation.other_wrong, evaluation.other_count);
  evaluation.false_positive_interval = rate_interval(evaluation.other_wrong, evaluation.other_count);
  evaluation.detection_interval = rate_interval(evaluation.sensitive_right, evaluation.sensitive_count);
}

void add_thresholds(std::span<const std::uint8_t> labelled_sensitive, Evaluation& evaluation) {
  std::vector<float> sensitive_logits;
  std::vector<float> other_logits;
  for (std::size_t i = 0; i < labelled_sensitive.size(); ++i) {
    (labelled_sensitive[i] != 0 ? sensitive_logits : other_logits).push_back(evaluation.certificates.logits[i]);
  }
  const auto steps = score_steps(sensitive_logits, other_logits);
  evaluation.roc = roc_curve(steps, sensitive_logits.size(), other_logits.size(), kMaxRocPoints);
  if (other_logits.empty()) return;  // no false-positive rate to hold
  for (const double rate : kFalsePositiveRates) {
    evaluation.operating_points.push_back(operating_point(steps, sensitive_logits.size(), other_logits.size(), rate));
  }
}

std::vector<SensitiveInput> sensitive_inputs(std::span<const std::uint8_t> labelled_sensitive,
                                             const Certificates& certificates, std::size_t norm_index) {
  std::vector<SensitiveInput> inputs;
  for (std::size_t i = 0; i < labelled_sensitive.size(); ++i) {
    if (labelled_sensitive[i] == 0) continue;
    const bool right = certificates.sensitive(i);
    inputs.push_back({i, right, right ? certificates.radius(i, norm_index) : 0});
  }
  return inputs;
}

/// The grid of a curve on which attacks have their place as well: they lie beyond the radii.
std::vector<double> own_grid(const Evaluation& evaluation, std::size_t norm_index, std::vector<SensitiveInput> inputs,
                             std::size_t points) {
  const auto& certificates = evaluation.certificates;
  for (SensitiveInput& input : inputs) {
    const double attacked = certificates.attacks.empty() ? kInfinity : certificates.attack(input.row, norm_index);
    if (input.right && std::isfinite(attacked)) input.radius = attacked;
  }
  const Norm norm = certificates.norms[norm_index];
  return radius_grid(norm == Norm::l0() || evaluation.whole_prices, inputs, points);
}

void add_attacks(std::span<const std::uint8_t> labelled_sensitive, Evaluation& evaluation) {
  const auto& certificates = evaluation.certificates;
  if (certificates.attacks.empty()) return;  // none was asked for
  for (std::size_t norm_index = 0; norm_index < evaluation.curves.size(); ++norm_index) {
    std::vector<AttackedInput> inputs;
    for (std::size_t i = 0; i < labelled_sensitive.size(); ++i) {
      if (labelled_sensitive[i] == 0) continue;
      inputs.push_back(
          {i, certificates.sensitive(i), certificates.radius(i, norm_index), certificates.attack(i, norm_index)});
    }
    const auto& curve = evaluation.curves[norm_index];
    evaluation.attacked.push_back(attacked_curve(curve.norm, inputs, curve.radii));
  }
}

/// What a radius counts: empty if a price is a change in the features' own units.
std::string price_unit(const ThreatModel& threat) {
  const bool priced = std::ranges::any_of(threat.cost, [](double cost) { return cost != 1; });
  return priced && threat.price_unit.empty() ? "units of the threat model's price" : threat.price_unit;
}

}  // namespace

Evaluation summarise(std::span<const std::uint8_t> labelled_sensitive, Certificates certificates,
                     const EvaluateOptions& options) {
  assert(labelled_sensitive.size() == certificates.count() && "one label per certificate");
  Evaluation evaluation;
  evaluation.method = options.certify.method;
  evaluation.guarantee = options.certify.guarantee;
  evaluation.both_classes = options.certify.both_classes;
  evaluation.threat_description = options.threat_description;
  evaluation.price_unit = price_unit(options.certify.threat);
  evaluation.whole_prices = options.certify.threat.whole;
  evaluation.certificates = std::move(certificates);
  count_verdicts(labelled_sensitive, evaluation);
  add_thresholds(labelled_sensitive, evaluation);
  const auto& norms = evaluation.certificates.norms;
  for (std::size_t norm_index = 0; norm_index < norms.size(); ++norm_index) {
    const auto inputs = sensitive_inputs(labelled_sensitive, evaluation.certificates, norm_index);
    auto grid = options.grid.empty() ? own_grid(evaluation, norm_index, inputs, options.grid_points) : options.grid;
    evaluation.curves.push_back(certified_curve(norms[norm_index], inputs, std::move(grid)));
  }
  add_attacks(labelled_sensitive, evaluation);
  return evaluation;
}

}  // namespace standfast::evaluation
