// Adversarial inputs of a batch, into the caller's memory.
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstAttackOptions = offsetof(standfast_attack_options, threads) + sizeof(std::size_t);
constexpr std::size_t kFirstAttacks = offsetof(standfast_attacks, attack_logits) + sizeof(float*);

Result<AttackOptions> attack_options_of(const standfast_classifier& classifier, const standfast_attack_options* from) {
  AttackOptions options;
  if (from == nullptr) return options;
  STANDFAST_TRY(const auto copy, copy_in(from, kFirstAttackOptions, "options"));
  STANDFAST_TRY(auto norms, norms_of(copy.norms, copy.norm_count));
  options.norms = std::move(norms);
  STANDFAST_TRY(auto threat, threat_of(classifier, copy.threat));
  options.threat = std::move(threat);
  if (copy.restarts != 0) options.restarts = copy.restarts;
  if (copy.seed != 0) options.seed = copy.seed;
  options.threads = copy.threads;
  return options;
}

Status check_attack_arrays(const standfast_attacks& arrays) {
  CAPI_CHECK(check_array(arrays.logits, "logits"));
  CAPI_CHECK(check_array(arrays.distances, "distances"));
  CAPI_CHECK(check_array(arrays.inputs, "inputs"));
  return check_array(arrays.attack_logits, "attack_logits");
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_attack(const standfast_classifier* classifier, const float* rows, size_t count,
                                  const standfast_attack_options* options, standfast_attacks* attacks) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    STANDFAST_TRY(const auto arrays, capi::copy_in(attacks, capi::kFirstAttacks, "attacks"));
    CAPI_CHECK(capi::check_attack_arrays(arrays));
    STANDFAST_TRY(const auto inputs, capi::rows_of(*classifier, rows, count));
    STANDFAST_TRY(const auto chosen, capi::attack_options_of(*classifier, options));
    STANDFAST_TRY(const auto found, classifier->model.attack(inputs, count, chosen));
    capi::fill_in<float>(found.logits, arrays.logits);
    capi::fill_in<double>(found.distances, arrays.distances);
    capi::fill_in<float>(found.inputs, arrays.inputs);
    capi::fill_in<float>(found.attack_logits, arrays.attack_logits);
    return {};
  });
}
