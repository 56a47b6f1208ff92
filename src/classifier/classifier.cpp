// The public calls over the rooms below: they check inputs, share them out among threads tile by tile, and gather rows.
// Scratch memory comes from pools, one workspace per thread. Each thread checks its floating-point mode itself (V0 in
// docs/certificates.md). Taken for granted: a loaded model is valid.
#include "standfast/classifier.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fp_environment.hpp"
#include "base/parallel.hpp"
#include "base/pool.hpp"
#include "base/try.hpp"
#include "certifier/heads_certifier.hpp"
#include "certifier/options.hpp"
#include "certifier/proofs.hpp"
#include "classifier/attacker.hpp"
#include "classifier/summary.hpp"
#include "deployed/deployed_verdict.hpp"
#include "format/model_file.hpp"
#include "threat/moves.hpp"

namespace standfast {
namespace {

using certifier::CertifiedRow;
using certifier::HeadsCertifier;
using certifier::HeadsWorkspace;

/// Whether no value is infinite or a NaN. Compares exponents, so that the compiler can take several values at a time.
bool all_finite(std::span<const float> values) {
  std::uint32_t largest_exponent = 0;
  constexpr std::uint32_t kExponent = 0x7F800000;
  for (const float v : values)
    largest_exponent = std::max(largest_exponent, std::bit_cast<std::uint32_t>(v) & kExponent);
  return largest_exponent < kExponent;
}

Status check_inputs(std::span<const float> inputs, std::size_t count, std::size_t dim) {
  // divided, because count * dim can wrap around to the right length
  if (inputs.size() % dim != 0 || inputs.size() / dim != count) {
    return Error{ErrorCode::kBadShape, "inputs: found " + std::to_string(inputs.size()) + " values, expected " +
                                           std::to_string(count) + " x " + std::to_string(dim)};
  }
  if (all_finite(inputs)) return {};
  const auto bad = std::find_if(inputs.begin(), inputs.end(), [](float v) { return !std::isfinite(v); });
  const auto at = static_cast<std::size_t>(bad - inputs.begin());
  return Error{ErrorCode::kBadValue, "input " + std::to_string(at / dim) + ", feature " + std::to_string(at % dim) +
                                         ": found " + std::to_string(*bad) + ", expected a finite number"};
}

/// Whether each category of each input has one value. Requires: the threat model is valid.
Status check_categories(const ThreatModel& threat, std::span<const float> inputs, std::size_t dim) {
  for (std::size_t i = 0; !threat.categories.empty() && i < inputs.size() / dim; ++i) {
    STANDFAST_CHECK(threat::check_values(threat, inputs.subspan(i * dim, dim), "input " + std::to_string(i)));
  }
  return {};
}

/// Inputs that one thread takes at a time: a tile, or fewer if the threads would not all get one.
std::size_t inputs_per_range(std::size_t count, std::size_t tile, std::size_t threads) {
  const std::size_t share = (count + resolve_threads(threads) - 1) / resolve_threads(threads);
  return std::clamp<std::size_t>(share, 1, tile);
}

/// Leaves the rows of the first inputs.
void keep_first(Certificates& certificates, std::size_t count) {
  const std::size_t cells = count * certificates.norms.size();
  certificates.logits.resize(count);
  if (!certificates.slack.empty()) certificates.slack.resize(count);
  certificates.radii.resize(cells);
  if (!certificates.attacks.empty()) certificates.attacks.resize(cells);
  if (!certificates.proofs.empty()) certificates.proofs.resize(cells);
}

Certificates empty_certificates(std::size_t count, const CertifyOptions& options) {
  const std::size_t cells = count * options.norms.size();
  Certificates result;
  result.norms = options.norms;
  result.logits.resize(count);
  if (options.guarantee == Guarantee::kDeployed) result.slack.resize(count);
  result.radii.assign(cells, 0.0);
  if (options.attack) result.attacks.assign(cells, 0.0);
  if (options.keep_proofs) result.proofs.resize(cells);
  return result;
}

AttackOptions attack_options(const CertifyOptions& options) {
  AttackOptions result;
  result.norms = options.norms;
  result.threat = options.threat;
  return result;
}

/// The threshold of the score that puts the logit's at `logit_threshold`.
Result<float> moved_threshold(float threshold, double logit_threshold) {
  if (logit_threshold == 0) return threshold;
  const double sum = static_cast<double>(threshold) + logit_threshold;
  // a logit was rounded once where it was printed, and once more the new threshold is
  const double ulp = std::ldexp(std::max(std::fabs(sum), std::fabs(logit_threshold)), -23);
  const double moved = sum + 2 * ulp;
  if (!(std::fabs(moved) <= std::numeric_limits<float>::max())) {
    return Error{ErrorCode::kBadOption, "threshold: found " + std::to_string(logit_threshold) +
                                            ", expected a number within the range of float32"};
  }
  return static_cast<float>(moved);
}

Error worker_mode_error() {
  return {ErrorCode::kEnvironment, "a worker thread has another floating-point mode than its parent"};
}

/// Tells the caller how far the work is, from one thread at a time.
class Progress {
 public:
  explicit Progress(const std::function<void(std::size_t)>& report) : report_(report) {}
  void add(std::size_t inputs) {
    if (!report_) return;
    const std::scoped_lock lock(mutex_);
    report_(done_ += inputs);
  }

 private:
  const std::function<void(std::size_t)>& report_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

}  // namespace

struct Classifier::Impl {
  explicit Impl(model::Model loaded) : model(std::move(loaded)), plan(model), error(deployed::deployed_error(model)) {}
  /// Makes what belongs to a model once.
  static Result<Classifier> classifier_of(model::Model model, double logit_threshold);

  /// The row of an input in a batch. Shape: inputs is (count, dim).
  [[nodiscard]] std::span<const float> row(std::span<const float> inputs, std::size_t i) const {
    return inputs.subspan(i * model.dim(), model.dim());
  }
  [[nodiscard]] classifier::AttackedModel attacked() const { return {&plan, certifier->head_plans(), &*bounded_pass}; }
  /// Gives logits to the inputs on which float32 overflows. Shape: inputs is (logits.size(), dim).
  void replace_overflows(std::span<const float> inputs, std::span<float> logits) const {
    if (all_finite(logits)) return;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (!std::isfinite(logits[i])) logits[i] = deployed::logit_beyond_float32((*bounded_pass)(row(inputs, i)));
    }
  }

  model::Model model;  // at a fixed address: everything below points to it
  infer::Plan plan;
  deployed::DeployedError error;
  std::optional<verify::HeadsVerifier> core;
  std::optional<deployed::BoundedPass> bounded_pass;
  std::optional<HeadsCertifier> certifier;
  ModelSummary summary;
  std::vector<CategoryColumn> categories;
  mutable Pool<infer::TileWorkspace> scratch;
  mutable Pool<HeadsWorkspace> certify_scratch;
};

Classifier::Classifier(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

Result<Classifier> Classifier::load(const std::string& path) { return load(path, 0); }

Result<Classifier> Classifier::load(const std::string& path, double logit_threshold) {
  STANDFAST_CHECK(infer::Plan::check_environment());
  STANDFAST_TRY(model::Model model, format::load_model(path));
  return Impl::classifier_of(std::move(model), logit_threshold);
}

Result<Classifier> Classifier::parse(std::span<const std::byte> bytes, const std::string& name,
                                     double logit_threshold) {
  STANDFAST_CHECK(infer::Plan::check_environment());
  STANDFAST_TRY(model::Model model, format::parse_model(bytes, name));
  return Impl::classifier_of(std::move(model), logit_threshold);
}

Result<Classifier> Classifier::Impl::classifier_of(model::Model model, double logit_threshold) {
  STANDFAST_TRY(model.threshold, moved_threshold(model.threshold, logit_threshold));
  auto impl = std::make_unique<Impl>(std::move(model));
  STANDFAST_TRY(impl->core, verify::HeadsVerifier::create(impl->model));
  impl->bounded_pass.emplace(impl->model, impl->core->head(0).map().deep_steps());
  impl->certifier.emplace(*impl->core, impl->plan);
  impl->summary = classifier::summarise(impl->model, impl->core->head(0), impl->error);
  impl->categories = standfast::category_columns(impl->model.columns);
  return Classifier(std::move(impl));
}

Result<std::string> Classifier::to_file(const std::map<std::string, std::string>& notes) const {
  model::Model model = impl_->model;
  for (const auto& [key, note] : notes) {
    model.provenance.erase(key);
    if (!note.empty()) model.provenance[key] = note;
  }
  return format::serialise_model(model);
}

const ModelSummary& Classifier::summary() const { return impl_->summary; }
std::size_t Classifier::dim() const { return impl_->model.dim(); }
std::span<const CategoryColumn> Classifier::category_columns() const { return impl_->categories; }

Result<std::vector<float>> Classifier::logits(std::span<const float> inputs, std::size_t count,
                                              std::size_t threads) const {
  STANDFAST_CHECK(check_inputs(inputs, count, dim()));
  std::vector<float> logits(count);
  parallel_for(count, inputs_per_range(count, kLanes, threads), threads, [&](std::size_t begin, std::size_t end) {
    const auto scratch = impl_->scratch.borrow_item();
    const auto x = inputs.subspan(begin * dim(), (end - begin) * dim());
    if (end - begin == 1) {
      logits[begin] = impl_->plan.forward(x, scratch->one);
    } else {
      impl_->plan.forward_tile(x, end - begin, *scratch, std::span(logits).subspan(begin, end - begin));
    }
    impl_->replace_overflows(x, std::span(logits).subspan(begin, end - begin));
  });
  return logits;
}

Result<Certificates> Classifier::certify(std::span<const float> inputs, std::size_t count,
                                         const CertifyOptions& options) const {
  STANDFAST_CHECK(check_inputs(inputs, count, dim()));
  const bool claims = options.guarantee != Guarantee::kNone || options.attack;
  if (claims) STANDFAST_CHECK(check_floating_point_environment());
  STANDFAST_TRY(const certifier::Request request, certifier::request_of(*impl_->core, options));
  STANDFAST_CHECK(check_categories(options.threat, inputs, dim()));
  const HeadsCertifier& certifier = *impl_->certifier;
  std::optional<classifier::Attacker> attacker;
  if (options.attack) {
    STANDFAST_TRY(attacker, classifier::Attacker::create(impl_->attacked(), attack_options(options)));
  }

  const bool deployed = options.guarantee == Guarantee::kDeployed;

  Certificates result = empty_certificates(count, options);
  const std::size_t norms = options.norms.size();
  const auto certify_range = [&](std::size_t begin, std::size_t end, HeadsWorkspace& workspace) {
    const auto x = inputs.subspan(begin * dim(), (end - begin) * dim());
    const auto logits = std::span(result.logits).subspan(begin, end - begin);
    certifier.forward(request, x, logits, workspace);
    std::array<CertifiedRow, kLanes> rows;
    bool any = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (deployed) {
        result.slack[i] =
            deployed::deployed_slack(impl_->error, *impl_->bounded_pass, impl_->row(inputs, i), result.logits[i]);
      }
      // a pass that overflowed proposes nothing
      if (!std::isfinite(result.logits[i]) || !result.sensitive(i)) continue;
      any = true;
      CertifiedRow& row = rows[i - begin];
      row.radii = std::span(result.radii).subspan(i * norms, norms);
      if (options.keep_proofs) row.proofs = std::span(result.proofs).subspan(i * norms, norms);
    }
    if (any) certifier.certify(request, x, logits, workspace, std::span(rows).first(end - begin));
    for (std::size_t i = begin; i < end && options.both_classes; ++i) {
      if (!std::isfinite(result.logits[i]) || result.sensitive(i)) continue;
      certifier.certify_other(request, impl_->row(inputs, i), workspace,
                              std::span(result.radii).subspan(i * norms, norms));
    }
  };
  const auto attack_one = [&](std::size_t i, classifier::AttackerWorkspace& workspace) {
    const auto found = attacker->attack(impl_->row(inputs, i), i, options.norms, workspace);
    for (std::size_t k = 0; k < norms; ++k) result.attacks[i * norms + k] = found[k].distance;
  };
  std::atomic<bool> environment_ok{true};
  std::vector<unsigned char> done(count);
  Progress progress(options.progress);
  // an attack takes milliseconds per input
  const std::size_t tile = options.attack ? 1 : certifier.inputs_per_tile(request);
  const std::size_t grain = inputs_per_range(count, tile, options.threads);
  parallel_for(count, grain, options.threads, [&](std::size_t begin, std::size_t end) {
    if (options.stop_requested && options.stop_requested()) return;
    // the mode belongs to the thread, so each asks for itself
    if (claims && !check_floating_point_environment().ok()) environment_ok = false;
    const auto workspace = impl_->certify_scratch.borrow_item();
    certify_range(begin, end, *workspace);
    classifier::AttackerWorkspace attack_workspace;
    const std::vector<float> float32_logits(result.logits.begin() + static_cast<std::ptrdiff_t>(begin),
                                            result.logits.begin() + static_cast<std::ptrdiff_t>(end));
    impl_->replace_overflows(inputs.subspan(begin * dim(), (end - begin) * dim()),
                             std::span(result.logits).subspan(begin, end - begin));
    for (std::size_t i = begin; i < end && attacker; ++i) {
      if (!result.sensitive(i)) continue;
      if (std::isfinite(float32_logits[i - begin])) {
        attack_one(i, attack_workspace);
      } else {
        std::ranges::fill(std::span(result.attacks).subspan(i * norms, norms), kInfinity);
      }
    }
    std::fill(done.begin() + static_cast<std::ptrdiff_t>(begin), done.begin() + static_cast<std::ptrdiff_t>(end), 1);
    progress.add(end - begin);
  });
  if (!environment_ok) return worker_mode_error();
  keep_first(result, static_cast<std::size_t>(std::ranges::find(done, 0) - done.begin()));
  return result;
}

Result<Attacks> Classifier::attack(std::span<const float> inputs, std::size_t count,
                                   const AttackOptions& options) const {
  STANDFAST_CHECK(check_inputs(inputs, count, dim()));
  STANDFAST_CHECK(check_floating_point_environment());
  STANDFAST_TRY(const classifier::Attacker attacker, classifier::Attacker::create(impl_->attacked(), options));
  STANDFAST_CHECK(check_categories(options.threat, inputs, dim()));
  const std::size_t norms = options.norms.size();
  Attacks result;
  result.norms = options.norms;
  result.logits.resize(count);
  result.distances.assign(count * norms, 0.0);
  result.inputs.resize(count * norms * dim());
  result.attack_logits.resize(count * norms);
  std::atomic<bool> environment_ok{true};
  Progress progress(options.progress);
  parallel_for(count, 1, options.threads, [&](std::size_t i, std::size_t) {
    if (!check_floating_point_environment().ok()) environment_ok = false;
    classifier::AttackerWorkspace workspace;
    infer::InferWorkspace pass;
    const auto x = impl_->row(inputs, i);
    const float logit = impl_->plan.forward(x, pass);
    result.logits[i] = logit;
    impl_->replace_overflows(x, std::span(result.logits).subspan(i, 1));
    std::vector<attack::Adversarial> found(norms);
    if (std::isfinite(logit) && logit > 0) found = attacker.attack(x, i, options.norms, workspace);
    for (std::size_t k = 0; k < norms; ++k) {
      const std::size_t cell = i * norms + k;
      if (result.logits[i] > 0) result.distances[cell] = found[k].distance;
      const std::span<const float> kept = found[k].input.empty() ? x : std::span<const float>(found[k].input);
      std::copy(kept.begin(), kept.end(), result.inputs.begin() + static_cast<std::ptrdiff_t>(cell * dim()));
      result.attack_logits[cell] = found[k].input.empty() ? result.logits[i] : found[k].logit;
    }
    progress.add(1);
  });
  if (!environment_ok) return worker_mode_error();
  return result;
}

Result<double> Classifier::confirm(std::span<const float> input, const Certificate& certificate,
                                   const ThreatModel& threat) const {
  STANDFAST_CHECK(check_inputs(input, 1, dim()));
  STANDFAST_CHECK(check_floating_point_environment());
  const model::MapView view = impl_->core->head(0).map().view();
  const bool deep = model::is_deep(impl_->model.feature_map);
  if (view != model::MapView::kSeparable && view != model::MapView::kKinked && !deep) {
    return Error{ErrorCode::kUnsupported,
                 "certificate: the model's feature map mixes features, expected a map of "
                 "single features"};
  }
  STANDFAST_TRY(const auto proposals, certifier::proposals_of(certificate, *impl_->core));
  return impl_->core->prove(threat, input, proposals);
}

Result<WeakestDirection> Classifier::weakest_direction(std::span<const float> input, Norm norm,
                                                       const ThreatModel& threat) const {
  STANDFAST_CHECK(check_inputs(input, 1, dim()));
  STANDFAST_CHECK(check_floating_point_environment());
  CertifyOptions options;
  options.norms = {norm};
  options.threat = threat;
  STANDFAST_TRY(const certifier::Request request, certifier::request_of(*impl_->core, options));
  STANDFAST_CHECK(check_categories(threat, input, dim()));
  const auto workspace = impl_->certify_scratch.borrow_item();
  return impl_->certifier->weakest_direction(request, input, norm, *workspace);
}

}  // namespace standfast
