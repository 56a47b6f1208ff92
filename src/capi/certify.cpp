// Certificates of a batch, into the caller's memory.
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstCertifyOptions = offsetof(standfast_certify_options, user) + sizeof(void*);
constexpr std::size_t kFirstCertificates = offsetof(standfast_certificates, done) + sizeof(std::size_t);

/// The choice behind a number that counts from 1; 0 stands for `otherwise`. Fails: kBadOption beyond `last`.
template <class Choice>
Result<Choice> choice_of(std::int32_t number, Choice otherwise, Choice last, const char* name) {
  const auto largest = static_cast<std::int32_t>(last) + 1;
  if (number == 0) return otherwise;
  if (number > 0 && number <= largest) return static_cast<Choice>(number - 1);
  return Error{ErrorCode::kBadOption, fmt::format("{}: found {}, expected 0 to {}", name, number, largest)};
}
static_assert(static_cast<std::int32_t>(Method::kClosedForm) + 1 == STANDFAST_CLOSED_FORM);
static_assert(static_cast<std::int32_t>(Method::kExact) + 1 == STANDFAST_EXACT);
static_assert(static_cast<std::int32_t>(Guarantee::kNone) + 1 == STANDFAST_NONE);
static_assert(static_cast<std::int32_t>(Guarantee::kDeployed) + 1 == STANDFAST_DEPLOYED);
static_assert(static_cast<std::int32_t>(Precision::kFloat64) + 1 == STANDFAST_FLOAT64);
static_assert(static_cast<std::int32_t>(Precision::kFloat32) + 1 == STANDFAST_FLOAT32);

Status choose(const standfast_certify_options& from, CertifyOptions& options) {
  STANDFAST_TRY(const auto method, choice_of(from.method, Method::kSeparable, Method::kExact, "method"));
  STANDFAST_TRY(const auto guarantee, choice_of(from.guarantee, Guarantee::kReal, Guarantee::kDeployed, "guarantee"));
  STANDFAST_TRY(const auto precision, choice_of(from.precision, Precision::kFloat64, Precision::kFloat32, "precision"));
  if (from.both_classes != 0 && from.both_classes != 1)
    return Error{ErrorCode::kBadOption, fmt::format("both_classes: found {}, expected 0 or 1", from.both_classes)};
  options.method = method;
  options.guarantee = guarantee;
  options.precision = precision;
  options.both_classes = from.both_classes == 1;
  return {};
}

Result<CertifyOptions> options_of(const standfast_classifier& classifier, const standfast_certify_options* from) {
  CertifyOptions options;
  if (from == nullptr) return options;
  STANDFAST_TRY(const auto copy, copy_in(from, kFirstCertifyOptions, "options"));
  STANDFAST_TRY(auto norms, norms_of(copy.norms, copy.norm_count));
  options.norms = std::move(norms);
  CAPI_CHECK(choose(copy, options));
  STANDFAST_TRY(auto threat, threat_of(classifier, copy.threat));
  options.threat = std::move(threat);
  options.passes = copy.passes;
  if (copy.gap != 0) options.gap = copy.gap;
  options.threads = copy.threads;
  if (copy.stop != nullptr) options.stop_requested = [stop = copy.stop, user = copy.user] { return stop(user) != 0; };
  return options;
}

Status check_arrays(const standfast_certificates& arrays) {
  CAPI_CHECK(check_array(arrays.logits, "logits"));
  CAPI_CHECK(check_array(arrays.radii, "radii"));
  CAPI_CHECK(check_array(arrays.slack, "slack"));
  return check_array(arrays.attacks, "attacks");
}

void hand_over(const Certificates& found, const standfast_certificates& arrays) {
  fill_in<float>(found.logits, arrays.logits);
  fill_in<double>(found.radii, arrays.radii);
  fill_in<double>(found.attacks, arrays.attacks);
  if (found.slack.empty() && arrays.slack != nullptr) std::fill_n(arrays.slack, found.count(), 0.0);
  fill_in<double>(found.slack, arrays.slack);
  for (std::size_t i = 0; i < found.count() && arrays.verdicts != nullptr; ++i) {
    const int verdict = found.sensitive(i) ? STANDFAST_SENSITIVE : STANDFAST_OTHER;
    arrays.verdicts[i] = static_cast<std::uint8_t>(found.judged(i) ? verdict : STANDFAST_NO_VERDICT);
  }
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_certify(const standfast_classifier* classifier, const float* rows, size_t count,
                                   const standfast_certify_options* options,
                                   standfast_certificates* certificates) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    STANDFAST_TRY(auto arrays, capi::copy_in(certificates, capi::kFirstCertificates, "certificates"));
    CAPI_CHECK(capi::check_arrays(arrays));
    STANDFAST_TRY(const auto inputs, capi::rows_of(*classifier, rows, count));
    STANDFAST_TRY(auto chosen, capi::options_of(*classifier, options));
    chosen.attack = arrays.attacks != nullptr;
    STANDFAST_TRY(const auto found, classifier->model.certify(inputs, count, chosen));
    capi::hand_over(found, arrays);
    arrays.done = found.count();
    capi::copy_out(arrays, certificates);
    if (found.count() == count) return {};
    return {STANDFAST_STOPPED, fmt::format("stopped: {} of {} rows are finished", found.count(), count)};
  });
}

standfast_status standfast_explain(const standfast_classifier* classifier, const float* row, double norm,
                                   const standfast_threat* threat, double* radius, double* change) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    STANDFAST_TRY(const auto input, capi::rows_of(*classifier, row, 1));
    CAPI_CHECK(capi::check_array(radius, "radius"));
    CAPI_CHECK(capi::check_array(change, "change"));
    STANDFAST_TRY(const auto wanted, Norm::of(norm));
    STANDFAST_TRY(const auto against, capi::threat_of(*classifier, threat));
    STANDFAST_TRY(const auto found, classifier->model.weakest_direction(input, wanted, against));
    if (radius != nullptr) *radius = found.radius;
    capi::fill_in<double>(found.change, change);
    return {};
  });
}
