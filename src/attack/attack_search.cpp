// The steps of the section "Attacks" of docs/certificates.md, in their order; later ones start from the best change so
// far. Projected gradient descent is that of Madry et al., ICLR 2018. Every candidate goes through confirm_attack, so
// that a wrong gradient or minorant costs time and closeness only. Taken for granted: x itself has the sensitive
// verdict.
#include "attack/attack_search.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "search/ray.hpp"

namespace standfast::attack {
namespace {

// Each trades passes of the model, and so time, against closeness.
constexpr int kDescentSteps = 20;            // steps shrink by 0.85 each: the last ones hardly move
constexpr std::size_t kSingleFeatures = 12;  // a ray each; the steepest features come first
constexpr double kTightGap = 0.002;          // the certificate search goes on longer than a user's gap asks for
constexpr std::ptrdiff_t kFewFeatures = 64;  // kHalvings passes for each of them
constexpr int kHalvings = 14;                // leaves each feature within 2^-14 of its change
constexpr int kRounds = 8;                   // walks to a flip: each starts closer, so that late ones gain little
constexpr int kRoundsAfterDescent = 4;       // fewer, because every random start takes them
constexpr int kRecounts = 8;                 // linearisations after which norm 0 gives up

}  // namespace

AttackSearch::AttackSearch(const AttackTarget& target, const search::MinorantReader& reader,
                           std::span<const Interval> interval, AttackWorkspace& workspace)
    : target_(target),
      interval_(interval.begin(), interval.end()),
      cost_(target.cost.begin(), target.cost.end()),
      ws_(workspace),
      minorants_(*target.plan, reader, target.x, search::features_of(workspace.infer, target.x), workspace.probe),
      with_moves_(target.moves, targets_, offset_, minorants_),
      reader_(&reader) {
  threat::merge_bounds(target.moves, cost_, interval_);
  if (!target.moves.empty()) is_move_.resize(interval.size());
  for (const threat::CategoryMoves& of_category : target.moves) {
    for (const std::uint32_t feature : of_category.features) is_move_[feature] = true;
  }
  for (std::size_t i = 0; i < interval.size(); ++i) {
    lo_.push_back(interval_[i].lo * cost_[i]);
    hi_.push_back(interval_[i].hi * cost_[i]);
  }
}

Adversarial AttackSearch::find_smallest(float logit, const AttackEffort& effort, Random& random) {
  price_merged(linearised_at_input(target_, *reader_, logit, ws_.infer), ws_.problem);
  if (target_.norm == Norm::l0()) {
    change_fewest_features();
    return best_;
  }
  follow_certificate(effort);
  try_single_features();
  if (!best_change_.empty()) walk_to_linearised_flip(best_change_, kRounds);
  for (std::size_t k = 0; k < effort.restarts; ++k) descend_from_random_start(random);
  put_back_changes();
  return best_;
}

minorant::SeparableMinorant linearised_at_input(const AttackTarget& target, const search::MinorantReader& reader,
                                                float logit, infer::InferWorkspace& workspace) {
  minorant::SeparableMinorant minorant;
  if (reader.separable()) {
    target.plan->backward(workspace);
    reader.read_minorant(target.x, search::Lane{search::features_of(workspace, target.x).data()}, logit,
                         search::Lane{workspace.feature_dual.data()}, minorant);
  } else {
    // no minorant, but an attack needs none: the linearisation at x
    const std::span<const float> slope = target.plan->input_gradient(workspace);
    minorant.margin = logit;
    minorant.coefficient.assign(slope.begin(), slope.end());
  }
  return minorant;
}

std::vector<double> AttackSearch::in_price_units(std::span<const double> change) const {
  std::vector<double> result(change.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = change[i] * cost_[i];
  return result;
}

std::vector<double> AttackSearch::in_feature_units(std::span<const double> priced) const {
  std::vector<double> result(priced.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = priced[i] / cost_[i];
  return result;
}

/// Keeps the change if it is cheaper than the best one and stands after rounding to float32.
void AttackSearch::keep_if_cheaper(std::span<const double> change) {
  std::vector<double> pushed(change.begin(), change.end());
  // rounding to float32 may put it back over the border: a little farther, then
  for (const double beyond : {0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}) {
    for (std::size_t i = 0; i < pushed.size(); ++i) {
      if (is_move(i)) continue;
      pushed[i] = std::clamp(change[i] * (1 + beyond), interval_[i].lo, interval_[i].hi);
    }
    if (!(price_of(pushed) < best_.distance)) return;
    auto found = confirm_attack(target_, pushed, ws_.judge);
    if (!found) continue;
    if (found->distance < best_.distance) {
      best_ = std::move(*found);
      best_change_ = pushed;
    }
    return;
  }
}

/// Shape: direction is in units of price.
bool AttackSearch::try_ray(std::span<const double> direction) {
  return target_.moves.empty() ? try_one_ray(direction) : try_rays_with_moves(direction);
}

bool AttackSearch::try_one_ray(std::span<const double> direction) {
  std::vector<double> change;
  search::ValueSource& values = target_.moves.empty() ? static_cast<search::ValueSource&>(minorants_) : with_moves_;
  const double price =
      search::first_crossing(direction, {lo_, hi_, cost_}, target_.norm, best_.distance, values, change);
  if (!(price < best_.distance)) return false;
  const double before = best_.distance;
  keep_if_cheaper(expanded(change));
  return best_.distance < before;
}

void AttackSearch::follow_certificate(const AttackEffort& effort) {
  if (!(ws_.problem.margin > 0)) return;
  const search::PricedProblem first = ws_.problem;
  if (reader_->separable()) follow_minorants(first, effort);
  // the worst points themselves, and everything allowed at once if no radius is finite
  for (const search::SeparableRadius& radius :
       {search::separable_radius(first, target_.norm), search::SeparableRadius{.radius = kInfinity}}) {
    if (radius.radius < kInfinity || best_.input.empty()) try_ray(search::worst_change(first, target_.norm, radius));
  }
  // for p = 1 a few features alone may lead nowhere: all of them do
  const search::SeparableRadius round = search::separable_radius(first, Norm::l2());
  if (best_.input.empty() && round.radius > 0 && round.radius < kInfinity) {
    try_ray(search::worst_change(first, Norm::l2(), round));
  }
}

void AttackSearch::follow_minorants(const search::PricedProblem& first, const AttackEffort& effort) {
  const search::MinorantSearchOptions options{target_.norm, effort.passes, true, kTightGap};
  search::MinorantSource& source =
      target_.moves.empty() ? static_cast<search::MinorantSource&>(minorants_) : with_moves_;
  const std::vector<double> found = ws_.search.find_radius(first, cost_, options, source).attack;
  if (!found.empty()) keep_if_cheaper(expanded(found));
  if (!found.empty() && !target_.moves.empty()) try_ray(in_price_units(found));
  // p = 1 without bounds: the worst points are jumps of single features, which may lead nowhere
  if (best_.input.empty() && target_.norm == Norm::l1()) {
    const search::MinorantSearchOptions round{Norm::l2(), effort.passes, true, kTightGap};
    const std::vector<double> other = ws_.search.find_radius(first, cost_, round, source).attack;
    if (!other.empty()) try_ray(in_price_units(other));
  }
}

/// linearised_ <- the affine function that touches f at x + change; behind several kinks, affine in the features: the
/// map's own steep and flat pieces on the way from x stay what they are.
void AttackSearch::linearise_at(std::span<const double> change) {
  if (reader_->has_several_kinks()) return price_merged(minorants_.tangent_at(change), linearised_);
  double margin = minorants_.value_and_gradient(change, gradient_);
  for (std::size_t i = 0; i < gradient_.size(); ++i) margin -= gradient_[i] * change[i];
  price_merged({margin, gradient_, {}, {}}, linearised_);
}

/// From a point on the border: a ray to the place at which its linearisation would flip first, and again.
void AttackSearch::walk_to_linearised_flip(std::vector<double> change, int rounds) {
  for (int k = 0; k < rounds; ++k) {
    linearise_at(change);
    const search::SeparableRadius radius = search::separable_radius(linearised_, target_.norm);
    if (!(radius.radius > 0 && radius.radius < kInfinity)) return;
    if (!try_ray(search::worst_change(linearised_, target_.norm, radius))) return;
    change = best_change_;
  }
}

/// The direction in which a unit of price lowers f most, in units of price.
std::vector<double> AttackSearch::steepest_step(const std::vector<double>& gradient) const {
  std::vector<double> step(gradient.size());
  for (std::size_t i = 0; i < step.size(); ++i) step[i] = -gradient[i] / cost_[i];
  if (target_.norm == Norm::linf()) {
    for (double& s : step) s = s > 0 ? 1.0 : s < 0 ? -1.0 : 0.0;
  } else if (target_.norm == Norm::l1()) {
    // the steepest hundredth of the features that can still move
    std::vector<double> sizes(step.size());
    std::transform(step.begin(), step.end(), sizes.begin(), [](double s) { return std::fabs(s); });
    const auto kept = static_cast<std::ptrdiff_t>(1 + sizes.size() / 100);
    std::nth_element(sizes.begin(), sizes.begin() + kept - 1, sizes.end(), std::greater<>());
    const double floor = sizes[static_cast<std::size_t>(kept - 1)];
    for (double& s : step) s = std::fabs(s) >= floor ? s : 0.0;
  }
  const double length = target_.norm.of_vector(step);
  for (double& s : step) s = length > 0 ? s / length : 0.0;
  return step;
}

std::vector<double> AttackSearch::project_onto_ball(std::vector<double> priced, double price) const {
  for (std::size_t i = 0; i < priced.size(); ++i) {
    priced[i] = std::clamp(priced[i], lo_[i], hi_[i]);
    if (target_.norm == Norm::linf()) priced[i] = std::clamp(priced[i], -price, price);
  }
  const double length = target_.norm.of_vector(priced);
  for (double& d : priced) d *= length > price ? price / length : 1.0;
  return priced;
}

/// Projected gradient descent inside the best price found, from a random start.
void AttackSearch::descend_from_random_start(Random& random) {
  if (best_.input.empty()) return;
  const double price = best_.distance * 0.995;
  std::vector<double> at = in_price_units(merged(best_change_));
  std::vector<double> noise(at.size());
  for (double& d : noise) d = random.normal();
  const double length = target_.norm.of_vector(noise);
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = 0.5 * at[i] + 0.5 * price * noise[i] / length;
  at = project_onto_ball(at, price);
  double size = price / 4;
  for (int k = 0; k < kDescentSteps; ++k, size *= 0.85) {
    if (merged_value_and_gradient(in_feature_units(at)) <= 0) break;
    const std::vector<double> step = steepest_step(gradient_);
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += size * step[i];
    at = project_onto_ball(at, price);
  }
  if (try_ray(at)) walk_to_linearised_flip(best_change_, kRoundsAfterDescent);
}

/// p = 1 and 2: each feature is put back as far as the verdict allows, if few have changed.
void AttackSearch::put_back_changes() {
  std::vector<double> change = best_change_;
  put_back_moves(change);
  const auto changed = std::count_if(change.begin(), change.end(), [](double d) { return d != 0; });
  if (changed == 0 || changed > kFewFeatures || target_.norm == Norm::linf()) return;
  for (std::size_t i = 0; i < change.size(); ++i) {
    double& d = change[i];
    if (d == 0 || is_move(i)) continue;
    const double whole = d;
    double flips = 1, stays = 0;  // shares of the change
    for (int k = 0; k < kHalvings; ++k) {
      const double share = k == 0 ? 0 : (flips + stays) / 2;
      d = share * whole;
      (minorants_.value(change) <= 0 ? flips : stays) = share;
      if (flips == 0) break;
    }
    d = flips * whole;
  }
  keep_if_cheaper(change);
}

/// One feature alone, those first that the linearisation finds worst.
void AttackSearch::try_single_features() {
  if (target_.norm != Norm::l1()) return;
  std::vector<std::size_t> order(lo_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto slope = [&](std::size_t i) { return ws_.problem.feature(i).steepest_slope(); };
  const std::size_t count = std::min(kSingleFeatures, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) { return slope(a) > slope(b); });
  std::vector<double> direction(lo_.size(), 0.0);
  for (std::size_t k = 0; k < count; ++k) {
    const double side = ws_.problem.feature(order[k]).slope_at(0);
    direction[order[k]] = (side > 0 ? -1.0 : 1.0) * ws_.problem.margin / slope(order[k]);
    try_ray(direction);
    direction[order[k]] = 0;
  }
}

/// p = 0: the problem's worst features, more and more of them; `changed` lists them. True if the verdict flips.
bool AttackSearch::change_worst_features(const search::PricedProblem& problem, std::vector<double>& change,
                                         std::vector<std::size_t>& changed) {
  const std::vector<double> worst =
      search::worst_change(problem, Norm::l0(), {.radius = static_cast<double>(lo_.size())});
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < worst.size(); ++i) {
    if (worst[i] != 0 && std::isfinite(worst[i])) order.push_back(i);
  }
  const auto gain = [&](std::size_t i) { return problem.feature(i).decrease(worst[i]); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return gain(a) > gain(b); });
  for (std::size_t used = 0; used < order.size();) {
    // groups grow, so that large inputs do not take a pass per feature
    for (std::size_t k = 0; k <= used / 16 && used < order.size(); ++k, ++used) {
      change[order[used]] = worst[order[used]] / cost_[order[used]];
      changed.push_back(order[used]);
    }
    if (value_of_merged(change) <= 0) return true;
  }
  return false;
}

/// p = 0: the linearisation's worst features, seen anew from there if they do not do; then each that is not needed
/// is put back.
void AttackSearch::change_fewest_features() {
  std::vector<double> change(lo_.size(), 0.0);
  std::vector<std::size_t> changed;
  bool flips = change_worst_features(ws_.problem, change, changed);
  for (int round = 0; round < kRecounts && !flips; ++round) {
    const std::vector<std::uint32_t> moved = targets_;
    linearise_at(expanded(change));
    for (std::size_t k = 0; k < moved.size(); ++k) {
      if (change[target_.moves[k].from] != 0) targets_[k] = moved[k];
    }
    for (const std::size_t i : changed) linearised_.coefficient[i] = linearised_.lo[i] = linearised_.hi[i] = 0;
    flips = change_worst_features(linearised_, change, changed);
  }
  if (!flips) return;
  keep_if_cheaper(expanded(change));
  for (std::size_t k = std::min<std::size_t>(changed.size(), 256); k-- > 0;) {
    const double kept = change[changed[k]];
    change[changed[k]] = 0;
    if (value_of_merged(change) > 0) change[changed[k]] = kept;
  }
  keep_if_cheaper(expanded(change));
}

}  // namespace standfast::attack
