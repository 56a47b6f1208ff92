// An attack of distance a refutes every radius above a, so that accuracy under the attacks found is an upper bound on
// what any certificate can reach.
#include "evaluation/attacked_curve.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluation/certified_curve.hpp"

namespace standfast {
namespace {

/// The largest radius that the attack leaves possible: with norm 0 one feature fewer than it changes.
double radius_left_by_attack(Norm norm, double attacked) {
  return norm == Norm::l0() ? std::max(attacked - 1, 0.0) : attacked;
}

void add_shares(Norm norm, std::span<const evaluation::AttackedInput> inputs, Evaluation::AttackedCurve& curve) {
  std::vector<evaluation::AttackedInput> found;
  for (const auto& input : inputs) {
    if (input.right && std::isfinite(input.attacked)) found.push_back(input);
    if (input.right && !std::isfinite(input.attacked)) ++curve.none_found;
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.attacked < b.attacked; });
  std::vector<double> shares;
  for (const auto& input : found) {
    curve.rows.push_back(input.row);
    shares.push_back(certified_share(norm, input.certified, input.attacked));
  }
  std::sort(shares.begin(), shares.end());  // also so that the sum does not depend on the order of the data
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  curve.mean_certified_share = shares.empty() ? std::nan("") : total / static_cast<double>(shares.size());
  curve.median_certified_share = shares.empty() ? std::nan("") : evaluation::quantile(shares, 0.5);
}

}  // namespace

double certified_share(Norm norm, double certified, double attacked) {
  if (!std::isfinite(attacked)) return std::nan("");
  // the input itself counts as an attack if rounding decides its verdict: nothing is left to prove
  if (attacked == 0) return certified == 0 ? 1 : kInfinity;
  return (norm == Norm::l0() ? certified + 1 : certified) / attacked;
}

}  // namespace standfast

namespace standfast::evaluation {

Evaluation::AttackedCurve attacked_curve(Norm norm, std::span<const AttackedInput> inputs,
                                         std::span<const double> grid) {
  std::vector<SensitiveInput> distances;
  std::vector<SensitiveInput> survivals;
  for (const auto& input : inputs) {
    distances.push_back({input.row, input.right, input.attacked});
    survivals.push_back({input.row, input.right, radius_left_by_attack(norm, input.attacked)});
  }
  Evaluation::AttackedCurve curve;
  curve.accuracy = accuracy_on(norm, survivals, grid);
  curve.quantiles = radius_quantiles(distances);
  add_shares(norm, inputs, curve);
  return curve;
}

}  // namespace standfast::evaluation
