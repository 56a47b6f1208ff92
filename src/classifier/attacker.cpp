// Checks the options once, then hands each input to attack::AttackSearch with a random stream of its own, so that
// results do not depend on the number of threads or on the order of the inputs.
#include "classifier/attacker.hpp"

#include <string>

#include "base/try.hpp"

namespace standfast::classifier {
namespace {

constexpr std::size_t kMaxRestarts = 10'000;  // more is taken for a slip of the hand: time grows with it

Status check_options(const AttackOptions& options) {
  if (options.norms.empty()) return Error{ErrorCode::kBadOption, "norms: found none, expected at least one"};
  for (const Norm norm : options.norms) {
    if (norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf()) continue;
    return Error{ErrorCode::kBadOption, "norm " + norm.name() + ": attacks know l0, l1, l2 and linf"};
  }
  if (options.restarts > kMaxRestarts) {
    return Error{ErrorCode::kBadOption, "restarts: found " + std::to_string(options.restarts) + ", expected at most " +
                                            std::to_string(kMaxRestarts)};
  }
  return {};
}

}  // namespace

Result<Attacker> Attacker::create(const model::Model& model, const infer::Plan& plan, const AttackOptions& options) {
  STANDFAST_CHECK(check_options(options));
  STANDFAST_CHECK(options.threat.validate(model.dim()));
  return Attacker(model, plan, options);
}

Attacker::Attacker(const model::Model& model, const infer::Plan& plan, const AttackOptions& options)
    : plan_(&plan), forward64_(model), reader_(model), threat_(options.threat), seed_(options.seed) {
  effort_.restarts = options.restarts;
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
}

attack::Adversarial Attacker::attack(std::span<const float> x, float logit, std::size_t index, Norm norm,
                                     attack::AttackWorkspace& workspace) const {
  std::vector<Interval> interval(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) interval[i] = threat_.interval_rounded_out(i, x[i]);
  const attack::AttackTarget target{plan_, &forward64_, &threat_, cost_, x, norm, slack_};
  Random random(seed_ + 0x9E3779B97F4A7C15ULL * (index + 1));  // an odd factor: no two inputs share a stream
  return attack::AttackSearch(target, reader_, interval, workspace).find_smallest(logit, effort_, random);
}

}  // namespace standfast::classifier
