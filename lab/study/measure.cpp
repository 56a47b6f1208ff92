// One model under one threshold: class accuracies on the test split, radii and attacks on its sensitive inputs.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "format/model_file.hpp"
#include "lab/study/curve.hpp"
#include "training/threshold.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kPublishedInputs = 1000;  // on which the published code sets its threshold

struct Job {
  std::size_t bound;
  Method method;
  std::size_t limit;
  bool domain;
};

Result<std::vector<std::size_t>> rows_of(const Dataset& data, const std::string& class_name) {
  STANDFAST_TRY(const std::int32_t label, data.class_index(class_name));
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < data.labels.size(); ++i)
    if (data.labels[i] == label) rows.push_back(i);
  if (!rows.empty()) return rows;
  return Error{ErrorCode::kBadValue, fmt::format("{}: holds no input of class {}", data.source, class_name)};
}

double share_above(const std::vector<float>& logits, const std::vector<std::size_t>& rows) {
  const auto above = std::ranges::count_if(rows, [&](std::size_t row) { return logits[row] > 0; });
  return static_cast<double>(above) / static_cast<double>(rows.size());
}

/// Processor time over verdicts that had something to certify.
double milliseconds_each(double seconds, const std::vector<float>& logits) {
  const auto sensitive = std::ranges::count_if(logits, [](float logit) { return logit > 0; });
  if (sensitive == 0) return std::numeric_limits<double>::quiet_NaN();
  return 1000 * seconds / static_cast<double>(sensitive);
}

/// One norm, so that its time is its own.
Result<BoundMeasure> certified(const Classifier& classifier, const Dataset& inputs, const CertifyOptions& options,
                               const std::function<double()>& clock) {
  const double start = clock();
  STANDFAST_TRY(const auto certificates, classifier.certify(inputs.features, inputs.count(), options));
  return BoundMeasure{milliseconds_each(clock() - start, certificates.logits), certificates.radii};
}

Result<BoundMeasure> attacked(const Classifier& classifier, const Dataset& inputs, const CertifyOptions& options,
                              const std::function<double()>& clock) {
  AttackOptions attack;
  attack.norms = options.norms;
  attack.threat = options.threat;
  attack.threads = options.threads;
  attack.progress = options.progress;
  const double start = clock();
  STANDFAST_TRY(const auto attacks, classifier.attack(inputs.features, inputs.count(), attack));
  return BoundMeasure{milliseconds_each(clock() - start, attacks.logits), attacks.distances};
}

Result<BoundMeasure> measure_norm(const Classifier& classifier, const Dataset& inputs, const Job& job, Norm norm,
                                  const MeasureOptions& options) {
  CertifyOptions certify;
  certify.norms = {norm};
  certify.method = job.method;
  certify.threads = options.threads;
  if (job.domain) {
    STANDFAST_TRY(certify.threat, ThreatModel::domain(inputs.dim(), 0, 1));
  }
  if (options.progress) {
    const std::string task = fmt::format("{} {}", kBounds[job.bound], norm.name());
    certify.progress = [&options, task, count = inputs.count()](std::size_t done) {
      options.progress(task, done, count);
    };
  }
  if (job.bound == kAttack) return attacked(classifier, inputs, certify, options.processor_seconds);
  return certified(classifier, inputs, certify, options.processor_seconds);
}

/// A feature map that mixes features has no refined certificates: one pass is then the best there is.
Result<BoundMeasure> measure_best(const Classifier& classifier, const Dataset& inputs, Job job, Norm norm,
                                  const MeasureOptions& options) {
  auto measured = measure_norm(classifier, inputs, job, norm, options);
  if (measured.ok() || job.bound != kRefined || measured.error().code != ErrorCode::kUnsupported) return measured;
  job.method = Method::kSeparable;
  return measure_norm(classifier, inputs, job, norm, options);
}

Dataset first_of(const Dataset& data, const std::vector<std::size_t>& rows, std::size_t limit) {
  const std::size_t count = limit == 0 ? rows.size() : std::min(limit, rows.size());
  return data.subset(std::span(rows).first(count));
}

}  // namespace

Status write_balanced_model(const std::string& model_path, const std::string& balanced_path, const Dataset& test) {
  STANDFAST_TRY(const Classifier classifier, Classifier::load(model_path));
  STANDFAST_TRY(model::Model model, format::load_model(model_path));
  STANDFAST_TRY(const std::int32_t sensitive_label, test.class_index(model.sensitive_class));
  const std::size_t count = std::min(kPublishedInputs, test.count());
  STANDFAST_TRY(const auto logits, classifier.logits(std::span(test.features).first(count * test.dim()), count));
  std::vector<float> sensitive;
  std::vector<float> other;
  for (std::size_t i = 0; i < count; ++i) (test.labels[i] == sensitive_label ? sensitive : other).push_back(logits[i]);
  if (sensitive.empty() || other.empty())
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}: the first {} inputs are of one class, expected both to balance", test.source, count)};
  model.threshold += training::pick_threshold(sensitive, other, -1).threshold;
  model.provenance["threshold"] = fmt::format("balanced on the first {} inputs of the test split", count);
  return format::save_model(model, balanced_path);
}

Result<ProtocolMeasure> measure(const Classifier& classifier, const Dataset& test, const MeasureOptions& options) {
  const auto& summary = classifier.summary();
  STANDFAST_TRY(const auto sensitive, rows_of(test, summary.sensitive_class));
  STANDFAST_TRY(const auto other, rows_of(test, summary.other_class));
  STANDFAST_TRY(const auto logits, classifier.logits(test.features, test.count(), options.threads));
  ProtocolMeasure result;
  result.threshold = summary.threshold;
  result.accuracy_sensitive = share_above(logits, sensitive);
  result.accuracy_other = 1 - share_above(logits, other);
  const auto& effort = options.effort;
  const std::array jobs = {Job{kFormula, Method::kClosedForm, effort.certified, false},
                           Job{kOnePass, Method::kSeparable, effort.certified, true},
                           Job{kRefined, Method::kRefined, effort.attacked, true},
                           Job{kAttack, Method::kRefined, effort.attacked, true}};
  for (const auto& job : jobs) {
    const Dataset inputs = first_of(test, sensitive, job.limit);
    for (std::size_t k = 0; k < kStudyNorms.size(); ++k) {
      STANDFAST_TRY(result.bounds[job.bound][k], measure_best(classifier, inputs, job, study_norm(k), options));
    }
  }
  return result;
}

}  // namespace standfast::lab
