// Checks the options once, then hands each input to attack::AttackSearch with a random stream of its own, so that
// results do not depend on the number of threads or on the order of the inputs. Whatever flips one head flips the
// model, so that heads are attacked one by one, those first that would flip soonest.
#include "classifier/attacker.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

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

bool is_whole(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value == std::floor(value); });
}

}  // namespace

Result<Attacker> Attacker::create(const AttackedModel& model, const AttackOptions& options) {
  STANDFAST_CHECK(check_options(options));
  STANDFAST_CHECK(options.threat.validate(model.plan->model().dim()));
  return Attacker(model, options);
}

Attacker::Attacker(AttackedModel model, const AttackOptions& options)
    : model_(std::move(model)), threat_(options.threat), seed_(options.seed) {
  effort_.restarts = options.restarts;
  for (const infer::Plan* head : model_.heads) readers_.emplace_back(head->model());
  for (std::size_t i = 0; i < model_.plan->model().dim(); ++i) cost_.push_back(threat_.cost_of(i));
}

attack::Adversarial Attacker::attack_norm(std::span<const float> x, std::size_t index, Norm norm,
                                          std::span<const Interval> interval,
                                          std::span<const threat::CategoryMoves> moves,
                                          AttackerWorkspace& workspace) const {
  // how near each head's linearisation would flip: where it is a minorant, no attack on that head is nearer
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t k = 0; k < model_.heads.size(); ++k) {
    infer::InferWorkspace& pass = workspace[k].infer;
    const float logit = model_.heads[k]->forward(x, pass);
    double nearest = 0;
    if (model_.heads.size() > 1) {
      nearest = nearest_flip(k, target_of(k, x, norm, moves), logit, interval, workspace[k]);
    }
    order.emplace_back(nearest, k);
  }
  std::ranges::stable_sort(order, {}, &std::pair<double, std::size_t>::first);
  attack::Adversarial best;
  for (const auto& [nearest, k] : order) {
    if (!best.input.empty() && nearest >= best.distance) break;
    Random random(seed_ + 0x9E3779B97F4A7C15ULL * (index + 1));  // an odd factor: no two inputs share a stream
    const attack::AttackTarget target = target_of(k, x, norm, moves);
    const float logit = model_.heads[k]->forward(x, workspace[k].infer);
    attack::Adversarial found =
        attack::AttackSearch(target, readers_[k], interval, workspace[k]).find_smallest(logit, effort_, random);
    if (found.distance < best.distance) best = std::move(found);
  }
  return best;
}

double Attacker::nearest_flip(std::size_t head, const attack::AttackTarget& target, float logit,
                              std::span<const Interval> interval, attack::AttackWorkspace& workspace) const {
  minorant::SeparableMinorant line = attack::linearised_at_input(target, readers_[head], logit, workspace.infer);
  if (target.moves.empty()) {
    workspace.problem.assign(line, cost_, interval);
    return search::separable_radius(workspace.problem, target.norm).radius;
  }
  std::vector<std::uint32_t> targets;
  search::merge_moves(target.moves, line, targets);
  std::vector<double> cost = cost_;
  std::vector<Interval> merged(interval.begin(), interval.end());
  threat::merge_bounds(target.moves, cost, merged);
  workspace.problem.assign(line, cost, merged);
  return search::radius_with_moves(workspace.problem, target.moves, target.norm).radius;
}

std::vector<attack::Adversarial> Attacker::attack(std::span<const float> x, std::size_t index,
                                                  std::span<const Norm> norms, AttackerWorkspace& workspace) const {
  workspace.resize(model_.heads.size());
  std::vector<Interval> interval(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) interval[i] = threat_.interval_rounded_out(i, x[i]);
  const auto moves = threat::moves_at(threat_, x);
  if (!moves.ok()) return std::vector<attack::Adversarial>(norms.size());
  std::vector<attack::Adversarial> found;
  for (const Norm norm : norms) {
    // the fewest features go to the ends of their intervals, which are whole where the bounds are
    found.push_back(attack_norm(x, index, threat_.whole ? Norm::l0() : norm, interval, *moves, workspace));
    attack::Adversarial& last = found.back();
    if (!threat_.whole || last.input.empty()) continue;
    last.distance = is_whole(last.input) ? attack::price_upper(target_of(0, x, norm), last.input) : kInfinity;
    if (last.distance == kInfinity) last = {};
  }
  const std::vector<attack::Adversarial> own = found;
  for (std::size_t k = 0; k < norms.size(); ++k) {
    const attack::AttackTarget target = target_of(0, x, norms[k]);
    for (const attack::Adversarial& other : own) {
      const double price = other.input.empty() ? kInfinity : attack::price_upper(target, other.input);
      if (price < found[k].distance) found[k] = {price, other.input, other.logit};
    }
  }
  return found;
}

}  // namespace standfast::classifier
