// Kelley's cutting planes (1960) on the dual function (C22): weigh the minorants found so far, ask the attacker for the
// best answer to their weighted sum, add the minorant that touches f there, and again. Section "Several minorants" of
// docs/certificates.md. Any weights give a certificate (C21), so that every radius here may be approximate: Algorithm S
// and the verifier run on the result. Taken for granted: the margin at x is positive.
#include "search/minorant_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/ray.hpp"

namespace standfast::search {
namespace {

// A new minorant starts with this share of the weight: small enough not to spoil the others, large enough to move.
constexpr double kFirstShare = 0.05;
// p = 1: places a little beyond the radius matter while the radius still grows.
constexpr double kLimitBeyondRadius = 1.25;

// The relative tolerance of the radii that steer the search: the one that counts is computed again, exactly.
constexpr double kTolerance = 5e-5;

// Passes without a gain after which p = inf starts from a high temperature again: shortly before the search gives up.
constexpr int kShaken = 20;

// A leap by this factor may be the way to an infinite radius; smaller ones are worth no second computation.
constexpr double kSuspicious = 30;

// Relative to the margin and to the radius. Below these the search has nothing left to gain: a pass costs more than the
// digits it would add.
constexpr double kLittleLeft = 1e-3, kGainThatCounts = 1e-4;

// The relative tolerance of the radius that counts: a few more Newton steps, once per search.
constexpr double kHintTolerance = 1e-10;

// Of so many features none is most of the answer, and one step of the ascent comes close.
constexpr double kManyFeatures = 256;

// Temperatures: high ones are smooth and lead far, low ones are close to the true dual function. Each further step is a
// sweep over all features.
constexpr AscentSchedule kStart{.first = 3e-5, .last = 3e-5, .steps = 0};
constexpr AscentSchedule kTouch{.first = 3e-5, .last = 3e-5, .steps = 2};
constexpr AscentSchedule kAnnealed{.first = 3e-2, .last = 3e-5, .factor = 0.3, .steps = 4};
constexpr AscentSchedule kAnnealedFast{.first = 3e-3, .last = 3e-5, .factor = 0.1, .steps = 2};

}  // namespace

bool MinorantSearch::start(const PricedProblem& first, std::span<const double> cost,
                           const MinorantSearchOptions& options, ValueSource* values) {
  options_ = options;
  cost_ = cost;
  values_ = values;
  pass_ = 1;
  stalled_ = 0;
  set_first_minorant(first);
  if (!(result_.radius > 0 && result_.radius < kInfinity)) return false;
  ascent_.maximise_dual(minorants_, options_.norm, price_limit(), dual_scale(), kStart, alpha_);
  return choose_next_point();
}

/// Whether another minorant is worth its pass, and at which point.
bool MinorantSearch::choose_next_point() {
  if (options_.keep_all) walk_to_other_verdict();
  if (pass_ >= options_.passes || result_.radius >= (1 - options_.gap) * result_.attack_price) return false;
  const Response& mean = ascent_.response();
  change_.resize(minorants_.dim());
  bend_change_.resize(mean.bend_change.size());
  for (std::size_t i = 0; i < change_.size(); ++i) change_[i] = mean.change[i] / cost_[i];
  for (std::size_t i = 0; i < bend_change_.size(); ++i)
    bend_change_[i] = mean.bend_change[i] / cost_[i / minorants_.kinks()];
  return true;
}

bool MinorantSearch::add_minorant(const minorant::SeparableMinorant& minorant) {
  append_minorant(minorant);
  // `exact` has passes to spare and gains in leaps; `refined` stops soon
  const int patience = options_.keep_all ? 25 : 2;
  const double little = options_.keep_all ? -kInfinity : kLittleLeft;
  // at the attacker's answer the earlier minorants are about 0; if the newest one is, too, little is left to gain
  const double excess = ascent_.value_of_minorant(minorants_, minorants_.size() - 1) / first_margin_;
  if (stalled_ >= patience || (stalled_ > 0 && excess < little)) return false;
  const double before = result_.radius;
  improve_weights(schedule());
  if (!(radius_ < kInfinity)) return false;
  stalled_ = result_.radius > before * (1 + kGainThatCounts) ? 0 : stalled_ + 1;
  ++pass_;
  return choose_next_point();
}

const MinorantSearchResult& MinorantSearch::find_radius(const PricedProblem& first, std::span<const double> cost,
                                                        const MinorantSearchOptions& options, MinorantSource& source) {
  for (bool more = start(first, cost, options, &source); more;)
    more = add_minorant(source.minorant_at(change_, bend_change_));
  return result_;
}

void MinorantSearch::set_first_minorant(const PricedProblem& first) {
  problem_ = first;
  first_margin_ = first.margin;
  minorants_.reset_to(first);
  result_ = {};
  merged_ = {1.0};
  thrifty_ = !options_.keep_all && options_.norm == Norm::l1() && std::ranges::count(first.hi, kInfinity) > 0;
  const SeparableRadius start = separable_radius(first, options_.norm);
  radius_ = first_radius_ = result_.radius = start.radius;
  result_.weights = {1.0};
  if (start.radius < kInfinity) result_.hint = {start.radius, 1 / start.multiplier, kHintTolerance};
  // p = 1 and 2: the dual variable of the single minorant is the weight that it starts with
  alpha_ = {options_.norm == Norm::linf() || !(start.multiplier > 0) ? 1.0 : 1 / start.multiplier};
}

/// No single change above this price is considered.
double MinorantSearch::price_limit() const {
  if (options_.norm == Norm::l1()) return kLimitBeyondRadius * radius_;
  return options_.norm == Norm::linf() ? radius_ : kInfinity;
}

double MinorantSearch::dual_scale() const {
  if (options_.norm == Norm::l1()) return radius_;
  if (options_.norm == Norm::l2()) return radius_ * radius_ / 2;
  double margin = 0;
  for (std::size_t j = 0; j < minorants_.size(); ++j) margin += alpha_[j] * std::fabs(minorants_[j].margin);
  return margin;
}

/// The softening of all features together matters, so few features are softened more each at first.
AscentSchedule MinorantSearch::schedule() const {
  const double features = static_cast<double>(minorants_.dim());
  if (!options_.keep_all) {
    // p = inf: every feature moves, so that more of them are close to call
    const double last = options_.norm == Norm::linf() ? 2e-5 : 6e-5;
    return {.first = std::max(last, 800 * last / features),
            .last = last,
            .factor = 0.1,
            .steps = thrifty_ && features > kManyFeatures ? 1 : 2,
            .enough = 1e-4};
  }
  return {.first = 3e-4, .last = 3e-5, .factor = 0.1, .steps = 3};
}

/// New weights for the minorants, and the radius that they give; the response is that at the new radius.
void MinorantSearch::improve_weights(const AscentSchedule& schedule) {
  const bool linf = options_.norm == Norm::linf();
  const double before = result_.radius;
  ascent_.maximise_dual(minorants_, options_.norm, price_limit(), dual_scale(), schedule, alpha_);
  update_radius();
  const bool stuck = options_.keep_all ? !(result_.radius > before) : !(result_.radius > first_radius_);
  // p = inf seldom jumps, and its answers are the attacker's best: only a search that is going to end is shaken
  const bool jumps = (options_.norm == Norm::l1() && !thrifty_) || (linf && options_.keep_all && stalled_ == kShaken);
  if (jumps && minorants_.size() > 1 && stuck) {
    // all or nothing: at a low temperature every feature stays or jumps, and Newton's method goes nowhere from there
    ascent_.maximise_dual(minorants_, options_.norm, price_limit(), dual_scale(),
                          options_.keep_all ? kAnnealed : kAnnealedFast, alpha_);
    update_radius();
  }
  if (linf && radius_ < kInfinity) {
    // the answer was that at the old radius
    ascent_.maximise_dual(minorants_, options_.norm, price_limit(), dual_scale(), options_.keep_all ? kTouch : kStart,
                          alpha_);
    if (options_.keep_all) update_radius();
  }
}

/// The radius of the current weights. p = 1 and 2: their sum is the dual variable's inverse already, or close to it, so
/// that F is the radius, or half its square.
double MinorantSearch::radius_of_weights() {
  const bool l1 = options_.norm == Norm::l1(), l2 = options_.norm == Norm::l2();
  if (l1) return std::min(ascent_.dual_value(), price_limit());
  const double found = std::sqrt(2 * std::max(ascent_.dual_value(), 0.0));
  if (l2 && !options_.keep_all && !(found > kSuspicious * radius_)) return found;
  minorants_.sum_weighted(alpha_, problem_);
  return separable_radius(problem_, options_.norm, {radius_, 1, kTolerance}).radius;
}

void MinorantSearch::update_radius() {
  const double sum = std::accumulate(alpha_.begin(), alpha_.end(), 0.0);
  const double found = radius_of_weights();
  if (found > 0) radius_ = found;
  if (!(found > result_.radius)) return;
  result_.radius = found;
  result_.hint = found < kInfinity ? RadiusHint{found, sum, kHintTolerance} : RadiusHint{};
  std::vector<double>& weights = result_.weights;
  weights.assign(merged_.size() + minorants_.size() - 1, 0.0);
  for (std::size_t t = 0; t < merged_.size(); ++t) weights[t] = alpha_[0] * merged_[t];
  for (std::size_t j = 1; j < minorants_.size(); ++j) weights[merged_.size() + j - 1] = alpha_[j];
  for (double& w : weights) w /= sum;
}

void MinorantSearch::append_minorant(const minorant::SeparableMinorant& minorant) {
  const double sum = std::accumulate(alpha_.begin(), alpha_.end(), 0.0);
  if (!options_.keep_all && minorants_.size() > 1) {
    for (double& w : merged_) w *= alpha_[0] / sum;
    merged_.push_back(alpha_[1] / sum);
    minorants_.merge(alpha_);
    alpha_ = {sum};
  }
  minorants_.add(minorant, cost_);
  for (double& a : alpha_) a *= 1 - kFirstShare;
  alpha_.push_back(kFirstShare * sum);
}

/// Along the attacker's mean answer to the other verdict, for an upper bound.
void MinorantSearch::walk_to_other_verdict() {
  const std::vector<double>& answer = ascent_.response().change;
  if (walk_along(answer) || result_.attack.empty()) return;
  // if answers jump from side to side, the way between them and the cheapest change so far may be cheaper than both
  halfway_.resize(answer.size());
  for (std::size_t i = 0; i < answer.size(); ++i) halfway_[i] = (answer[i] + result_.attack[i] * cost_[i]) / 2;
  walk_along(halfway_);
}

bool MinorantSearch::walk_along(std::span<const double> direction) {
  const double price = first_crossing(direction, {minorants_.lo(), minorants_.hi(), cost_}, options_.norm,
                                      result_.attack_price, *values_, step_);
  if (!(price < result_.attack_price)) return false;
  result_.attack_price = price;
  result_.attack = step_;
  return true;
}

}  // namespace standfast::search
