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

Result<Attacker> Attacker::create(const model::Model& model, const infer::Plan& plan,
                                  const deployed::BoundedPass& bounded_pass, const AttackOptions& options) {
  STANDFAST_CHECK(check_options(options));
  STANDFAST_CHECK(options.threat.validate(model.dim()));
  return Attacker(model, plan, bounded_pass, options);
}

Attacker::Attacker(const model::Model& model, const infer::Plan& plan, const deployed::BoundedPass& bounded_pass,
                   const AttackOptions& options)
    : plan_(&plan), bounded_pass_(&bounded_pass), reader_(model), threat_(options.threat), seed_(options.seed) {
  effort_.restarts = options.restarts;
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
}

std::vector<attack::Adversarial> Attacker::attack(std::span<const float> x, std::size_t index,
                                                  std::span<const Norm> norms,
                                                  attack::AttackWorkspace& workspace) const {
  std::vector<Interval> interval(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) interval[i] = threat_.interval_rounded_out(i, x[i]);
  attack::AttackTarget target{plan_, bounded_pass_, &threat_, cost_, x, Norm::l2()};
  std::vector<attack::Adversarial> found;
  for (const Norm norm : norms) {
    target.norm = norm;
    Random random(seed_ + 0x9E3779B97F4A7C15ULL * (index + 1));  // an odd factor: no two inputs share a stream
    const float logit = plan_->forward(x, workspace.infer);
    found.push_back(attack::AttackSearch(target, reader_, interval, workspace).find_smallest(logit, effort_, random));
  }
  const std::vector<attack::Adversarial> own = found;
  for (std::size_t k = 0; k < norms.size(); ++k) {
    target.norm = norms[k];
    for (const attack::Adversarial& other : own) {
      const double price = other.input.empty() ? kInfinity : attack::price_upper(target, other.input);
      if (price < found[k].distance) found[k] = {price, other.input, other.logit};
    }
  }
  return found;
}

}  // namespace standfast::classifier
