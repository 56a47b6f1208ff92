// Adversarial inputs of a batch, into the caller's memory.
#include <limits>

#include <fmt/format.h>

#include "capi/arguments.hpp"
#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstAttackOptions = 56;
constexpr std::size_t kFirstAttacks = 40;

Result<AttackOptions> attack_options_of(const standfast_classifier& classifier, const standfast_attack_options* from) {
  AttackOptions options;
  if (from == nullptr) return options;
  const auto copy = copy_in(from, kFirstAttackOptions, "options");
  if (!copy.ok()) return copy.error();
  auto norms = norms_of(copy->norms, copy->norm_count);
  if (!norms.ok()) return norms.error();
  options.norms = std::move(norms).value();
  auto threat = threat_of(classifier, copy->threat);
  if (!threat.ok()) return threat.error();
  options.threat = std::move(threat).value();
  if (copy->restarts != 0) options.restarts = copy->restarts;
  if (copy->seed != 0) options.seed = copy->seed;
  options.threads = copy->threads;
  return options;
}

Status check_attack_arrays(const standfast_attacks& arrays) {
  if (const Status aligned = check_array(arrays.logits, "logits"); !aligned.ok()) return aligned;
  if (const Status aligned = check_array(arrays.distances, "distances"); !aligned.ok()) return aligned;
  if (const Status aligned = check_array(arrays.inputs, "inputs"); !aligned.ok()) return aligned;
  return check_array(arrays.attack_logits, "attack_logits");
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_attack(const standfast_classifier* classifier, const float* rows, size_t count,
                                  const standfast_attack_options* options, standfast_attacks* attacks) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    if (const Status given = capi::check_not_null(classifier, "classifier"); !given.ok()) return given.error();
    const auto arrays = capi::copy_in(attacks, capi::kFirstAttacks, "attacks");
    if (!arrays.ok()) return arrays.error();
    if (const Status aligned = capi::check_attack_arrays(*arrays); !aligned.ok()) return aligned.error();
    const auto inputs = capi::rows_of(*classifier, rows, count);
    if (!inputs.ok()) return inputs.error();
    const auto chosen = capi::attack_options_of(*classifier, options);
    if (!chosen.ok()) return chosen.error();
    const auto found = classifier->model.attack(*inputs, count, *chosen);
    if (!found.ok()) return found.error();
    capi::fill_in<float>(found->logits, arrays->logits);
    capi::fill_in<double>(found->distances, arrays->distances);
    capi::fill_in<float>(found->inputs, arrays->inputs);
    capi::fill_in<float>(found->attack_logits, arrays->attack_logits);
    return {};
  });
}
