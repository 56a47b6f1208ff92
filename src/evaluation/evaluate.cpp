// evaluate(): labels matched to the model's two classes, then one certification of everything and the counting.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "evaluation/summarise.hpp"
#include "standfast/evaluation.hpp"

namespace standfast {
namespace {

constexpr std::size_t kMaxGridPoints = 100'000;  // finer than any page shows; bounds the memory

Status check_options(const EvaluateOptions& options) {
  if (options.grid_points < 2 || options.grid_points > kMaxGridPoints) {
    return Error{ErrorCode::kBadOption, fmt::format("evaluate: the grid has {} points, expected 2 to {}",
                                                    options.grid_points, kMaxGridPoints)};
  }
  const auto bad = std::find_if_not(options.grid.begin(), options.grid.end(),
                                    [](double radius) { return radius >= 0 && std::isfinite(radius); });
  if (bad != options.grid.end()) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("evaluate: the grid holds the radius {}, expected finite numbers >= 0", *bad)};
  }
  if (!std::is_sorted(options.grid.begin(), options.grid.end())) {
    return Error{ErrorCode::kBadOption, "evaluate: the grid is not sorted, expected ascending radii"};
  }
  return {};
}

Status check_data(const ModelSummary& model, std::size_t dim, const Dataset& data) {
  if (data.labels.empty() || data.labels.size() != data.count()) {
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: found {} labels for {} inputs, expected one per input to compare '{}' with '{}'",
                             data.source, data.labels.size(), data.count(), model.sensitive_class, model.other_class)};
  }
  if (data.dim() != dim) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: inputs have {} features, the model expects {}", data.source, data.dim(), dim)};
  }
  return {};
}

Result<std::vector<std::uint8_t>> label_sensitive(const ModelSummary& model, const Dataset& data) {
  std::vector<std::uint8_t> labelled(data.count());
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const auto label = data.labels[i];
    const bool known = label >= 0 && static_cast<std::size_t>(label) < data.class_names.size();
    const std::string name =
        known ? data.class_names[static_cast<std::size_t>(label)] : fmt::format("number {}", label);
    if (name != model.sensitive_class && name != model.other_class) {
      return Error{ErrorCode::kBadOption, fmt::format("{}: input {} has class '{}', the model expects '{}' or '{}'",
                                                      data.source, i, name, model.sensitive_class, model.other_class)};
    }
    labelled[i] = name == model.sensitive_class ? 1 : 0;
  }
  return labelled;
}

/// What the least robust alarms hang on, where radii count words.
Status add_words(const Classifier& classifier, const Dataset& data, const ThreatModel& threat, Evaluation& evaluation) {
  for (auto& curve : evaluation.curves) {
    if (!counts_words(threat, curve.norm) || !data.is_text()) continue;
    for (const std::size_t row : curve.least_robust) {
      STANDFAST_TRY(curve.least_robust_words.emplace_back(), weakest_words(classifier, data, row, threat));
    }
  }
  return {};
}

bool has_attacks(Norm norm) {
  return norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
}

/// How the least robust alarms can be talked away, by features with names.
Status add_explanations(const Classifier& classifier, const Dataset& data, const CertifyOptions& certify,
                        Evaluation& evaluation) {
  for (auto& curve : evaluation.curves) {
    if (!has_attacks(curve.norm)) continue;
    AttackOptions options;
    options.norms = {curve.norm};
    options.threat = certify.threat;
    options.threads = certify.threads;
    STANDFAST_TRY(curve.explanations, explain_alarms(classifier, data, curve.least_robust, options));
  }
  return {};
}

}  // namespace

Result<Evaluation> evaluate(const Classifier& classifier, const Dataset& data, const EvaluateOptions& options) {
  const auto& model = classifier.summary();
  STANDFAST_CHECK(check_options(options));
  STANDFAST_CHECK(check_data(model, classifier.dim(), data));
  STANDFAST_TRY(const auto labelled, label_sensitive(model, data));
  STANDFAST_TRY(auto certificates, certify(classifier, data, options.certify));
  count_whole_prices(certificates, data, options.certify.threat);
  Evaluation evaluation = evaluation::summarise(labelled, std::move(certificates), options);
  STANDFAST_CHECK(add_words(classifier, data, options.certify.threat, evaluation));
  if (options.explain) STANDFAST_CHECK(add_explanations(classifier, data, options.certify, evaluation));
  evaluation.data_source = data.source;
  evaluation.sensitive_class = model.sensitive_class;
  evaluation.other_class = model.other_class;
  return evaluation;
}

}  // namespace standfast
