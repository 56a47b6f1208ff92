#include "support/ulp_hunter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace standfast::support {
namespace {

float stepped(float value, int ulps) {
  const float to = ulps < 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
  for (int k = 0; k < std::abs(ulps); ++k) value = std::nextafter(value, to);
  return value;
}

}  // namespace

UlpHunter::UlpHunter(const Classifier& classifier, const AttackProblem& problem, const deployed::DeployedError* error,
                     double radius)
    : classifier_(classifier), problem_(problem), error_(error), radius_(radius) {}

bool UlpHunter::allowed(const std::vector<float>& point) const {
  for (const float value : point) {
    if (!std::isfinite(value)) return false;
  }
  const auto wide = widen(point);
  return problem_.inside(wide) && problem_.distance_upper(wide) < radius_;
}

/// The start rounded to float32, features that left their bounds moved back, all moved towards x while too dear.
std::vector<float> UlpHunter::rounded_inside(const std::vector<double>& start) const {
  const auto& x = problem_.input();
  std::vector<float> point(start.size());
  for (double step = 0; step < 1; step = step == 0 ? 1e-12 : step * 4) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      const double value = x[i] + (1 - step) * (start[i] - x[i]);
      point[i] = static_cast<float>(std::clamp(value, -3e38, 3e38));
      const auto home = static_cast<float>(x[i]);
      const auto outside = [&] {
        const double wide = static_cast<double>(point[i]);
        return wide < problem_.lower(i) || wide > problem_.upper(i);
      };
      if (outside()) point[i] = std::nextafter(point[i], home);
      if (outside()) point[i] = home;
    }
    if (allowed(point)) return point;
  }
  return std::vector<float>(x.begin(), x.end());
}

double UlpHunter::score(const std::vector<float>& point) {
  ++tried_;
  if (error_ == nullptr) return problem_.reference().value(widen(point));
  const auto logits = classifier_.logits(point, 1, 1);
  // an overflow has no logit, and a bound that is infinite
  const double value = logits.ok() ? static_cast<double>((*logits)[0]) + error_->at(point) : kInfinity;
  return std::isnan(value) ? kInfinity : value;
}

std::optional<std::string> UlpHunter::judge(const std::vector<float>& point) {
  const auto found = [&](const std::string& what) {
    return fmt::format("{} radius {}: {} at {}", problem_.norm().name(), radius_, what,
                       ::testing::PrintToString(point));
  };
  const auto wide = widen(point);
  if (problem_.reference().surely_other(wide)) return found("f <= 0");
  if (error_ == nullptr) return std::nullopt;
  CertifyOptions deployed;
  deployed.guarantee = Guarantee::kDeployed;
  deployed.threads = 1;
  const auto verdict = classifier_.certify(point, 1, deployed);
  if (!verdict.ok() || !verdict->sensitive(0)) return found("the deployed verdict is other");
  const auto logits = classifier_.logits(point, 1, 1);
  if (!logits.ok() || error_->at(point) == kInfinity) return std::nullopt;
  const double logit = static_cast<double>((*logits)[0]), slack = error_->at(point);
  if (!(logit > -slack)) return found(fmt::format("deployed logit {} with slack {}", logit, slack));
  const auto f = problem_.reference().bounded_value(wide);
  if (std::fabs(static_cast<long double>(logit) - f.value) > static_cast<long double>(slack) + f.error)
    return found(fmt::format("logit {} is further than {} from f", logit, slack));
  return std::nullopt;
}

bool UlpHunter::improve(std::vector<float>& point, double& lowest, std::size_t i, int ulps) {
  const float before = point[i];
  point[i] = stepped(before, ulps);
  if (allowed(point)) {
    if (const double value = score(point); value < lowest) {
      lowest = value;
      return true;
    }
  }
  point[i] = before;
  return false;
}

std::optional<std::string> UlpHunter::hunt(const std::vector<double>& start, Random& random, int budget) {
  auto point = rounded_inside(start);
  if (!allowed(point)) return std::nullopt;
  if (auto found = judge(point)) return found;
  double lowest = score(point);
  const auto stop = tried_ + static_cast<std::size_t>(budget);
  int misses = 0;
  while (tried_ < stop && misses < 4 * budget) {
    ++misses;
    constexpr int kSteps[] = {1, 1, 1, 2, 7, 64};
    const int ulps = kSteps[random.below(6)] * (random.below(2) == 0 ? 1 : -1);
    const auto i = static_cast<std::size_t>(random.below(point.size()));
    bool better = improve(point, lowest, i, ulps);
    if (!better && point.size() > 1) {
      // where the budget is spent, one feature gives back what another one takes
      const auto j = static_cast<std::size_t>(random.below(point.size()));
      const float kept = point[j];
      point[j] = std::nextafter(kept, static_cast<float>(problem_.input()[j]));
      better = j != i && improve(point, lowest, i, ulps);
      if (!better) point[j] = kept;
    }
    if (!better) continue;
    misses = 0;
    if (auto found = judge(point)) return found;
  }
  return std::nullopt;
}

}  // namespace standfast::support
