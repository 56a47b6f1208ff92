#include "support/random_threat.hpp"

#include <cmath>
#include <utility>

namespace standfast::support {
namespace {

std::vector<double> random_costs(Random& random, const std::vector<double>& scale) {
  std::vector<double> cost;
  const bool by_scale = random.chance(0.5);
  for (const auto s : scale)
    cost.push_back(by_scale ? (0.5 + random.uniform()) / s : std::pow(10.0, random.uniform(-3, 3)));
  return cost;
}

/// A bound `direction` units away from x: often x itself, sometimes a float32, sometimes past x on the wrong side.
double bound_beside(Random& random, double x, double scale, double direction) {
  const double draw = random.uniform();
  if (draw < 0.15) return x;
  if (draw < 0.2) return x - direction * scale * 0.1;  // x lies outside: leaving it alone stays possible
  const double bound = x + direction * scale * 3 * random.uniform();
  return draw < 0.6 ? static_cast<double>(static_cast<float>(bound)) : bound;
}

void add_domain(Random& random, ThreatModel& threat, const std::vector<double>& scale, std::span<const float> x,
                double share) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = static_cast<double>(x[i]);
    const double lower = random.chance(share) ? bound_beside(random, value, scale[i], -1) : -kInfinity;
    const double upper = random.chance(share) ? bound_beside(random, value, scale[i], 1) : kInfinity;
    threat.lower.push_back(std::min(lower, upper));
    threat.upper.push_back(std::max(lower, upper));
  }
}

void add_directions(Random& random, ThreatModel& threat, const std::vector<double>& scale) {
  for (const auto s : scale) {
    const double draw = random.uniform();
    const double step = s * random.uniform() * 2;
    threat.max_decrease.push_back(draw < 0.2 ? 0 : draw < 0.5 ? step : kInfinity);
    threat.max_increase.push_back(draw > 0.85 || draw < 0.05 ? 0 : draw > 0.4 ? step : kInfinity);
  }
}

}  // namespace

ThreatModel threat_of(std::vector<double> cost, std::vector<double> lower, std::vector<double> upper,
                      std::vector<double> max_decrease, std::vector<double> max_increase) {
  ThreatModel threat;
  threat.cost = std::move(cost);
  threat.lower = std::move(lower);
  threat.upper = std::move(upper);
  threat.max_decrease = std::move(max_decrease);
  threat.max_increase = std::move(max_increase);
  return threat;
}

ThreatModel random_threat(Random& random, const RandomModel& random_model, std::span<const float> x) {
  ThreatModel threat;
  if (random.chance(0.2)) return threat;
  if (random.chance(0.6)) threat.cost = random_costs(random, random_model.scale);
  if (random.chance(0.6)) add_domain(random, threat, random_model.scale, x, random.chance(0.5) ? 1.0 : 0.5);
  if (random.chance(0.4)) add_directions(random, threat, random_model.scale);
  return threat;
}

ThreatModel random_bounded_threat(Random& random, const RandomModel& random_model, std::span<const float> x) {
  ThreatModel threat;
  if (random.chance(0.5)) threat.cost = random_costs(random, random_model.scale);
  add_domain(random, threat, random_model.scale, x, 1.0);
  if (random.chance(0.4)) add_directions(random, threat, random_model.scale);
  return threat;
}

}  // namespace standfast::support
