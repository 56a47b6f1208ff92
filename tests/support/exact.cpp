#include "support/exact.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace standfast::support {
namespace {

/// One feature inside one cell: |d| starts at `start` and may grow by `room`, each unit lowering the function by
/// `rate`.
struct Move {
  long double rate, start, room, cost;
};

long double lowered(std::span<const Move> moves, auto size) {
  long double sum = 0;
  for (const auto& move : moves) {
    if (move.rate > 0)
      sum += move.rate * (std::clamp<long double>(size(move), move.start, move.start + move.room) - move.start);
  }
  return sum;
}

/// Smallest parameter at which the function has come down by `margin`; size(move, parameter) is |d|, growing.
long double solve(std::span<const Move> moves, long double margin, auto size) {
  long double lo = 0, hi = 1e-30L;
  const auto enough = [&](long double at) {
    return lowered(moves, [&](const Move& move) { return size(move, at); }) >= margin;
  };
  while (!enough(hi)) {
    hi *= 16;
    if (hi > 1e60L) return kInfinity;
  }
  for (int k = 0; k < 200; ++k) {
    const long double middle = (lo + hi) / 2;
    (enough(middle) ? hi : lo) = middle;
  }
  return hi;
}

long double cell_linf(std::span<const Move> moves, long double margin) {
  long double floor = 0;
  for (const auto& move : moves) floor = std::max(floor, move.cost * move.start);
  if (margin <= 0) return floor;
  return std::max(floor, solve(moves, margin, [](const Move& move, long double r) { return r / move.cost; }));
}

long double cell_l2(std::span<const Move> moves, long double margin) {
  const auto size = [](const Move& move, long double tau) { return tau * move.rate / (move.cost * move.cost); };
  const long double tau = margin <= 0 ? 0 : solve(moves, margin, size);
  if (std::isinf(tau)) return tau;
  long double sum = 0;
  for (const auto& move : moves) {
    const long double d = std::clamp(move.rate > 0 ? size(move, tau) : 0, move.start, move.start + move.room);
    sum += move.cost * d * move.cost * d;
  }
  return std::sqrt(sum);
}

long double cell_l1(std::span<const Move> moves, long double margin) {
  std::vector<Move> order(moves.begin(), moves.end());
  std::sort(order.begin(), order.end(), [](const Move& a, const Move& b) { return a.rate * b.cost > b.rate * a.cost; });
  long double spent = 0;
  for (const auto& move : order) spent += move.cost * move.start;
  for (const auto& move : order) {
    if (margin <= 0) return spent;
    if (!(move.rate > 0)) continue;
    const long double step = std::min(move.room, margin / move.rate);
    spent += step * move.cost;
    margin = step < move.room ? 0 : margin - step * move.rate;
  }
  return margin <= 0 ? spent : static_cast<long double>(kInfinity);
}

/// The cell in which feature i has t <= 0 (side -1), t >= 0 (side 1) or no bend at all (side 0). False where it is
/// empty.
bool add_feature(const AttackProblem& problem, const SeparableFunction& f, std::size_t i, int side,
                 std::vector<Move>& moves, long double& value) {
  const long double x = problem.input()[i], offset = f.offset[i];
  long double lo = problem.lower(i) - x, hi = problem.upper(i) - x;
  if (side < 0) hi = std::min(hi, -offset);
  if (side > 0) lo = std::max(lo, -offset);
  if (lo > hi) return false;
  const long double rate = f.slope[i] + static_cast<long double>(side) * f.bend[i];
  const long double base = std::clamp(0.0L, lo, hi);
  value += static_cast<long double>(f.slope[i]) * base;
  if (side != 0) value += f.bend[i] * (std::fabs(offset + base) - std::fabs(offset));
  // moving towards zero leaves the cell, because base is its point nearest to zero
  const bool down = rate > 0 && base <= 0, up = rate < 0 && base >= 0;
  const long double room = down ? base - lo : up ? hi - base : 0;
  moves.push_back({down || up ? std::fabs(rate) : 0, std::fabs(base), room, problem.cost(i)});
  return true;
}

long double cell_distance(const AttackProblem& problem, const SeparableFunction& f, std::size_t cell) {
  std::vector<Move> moves;
  long double value = f.margin;
  std::size_t bit = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    int side = 0;
    if (f.bend[i] != 0) side = ((cell >> bit++) & 1U) != 0 ? 1 : -1;
    if (!add_feature(problem, f, i, side, moves, value)) return kInfinity;
  }
  if (std::isinf(problem.norm().p())) return cell_linf(moves, value);
  return problem.norm().p() == 1 ? cell_l1(moves, value) : cell_l2(moves, value);
}

/// The most that feature i alone can lower the function: at an end or at the kink.
long double worst_alone(const AttackProblem& problem, const SeparableFunction& f, std::size_t i) {
  const long double x = problem.input()[i], offset = f.offset[i];
  const long double lo = problem.lower(i) - x, hi = problem.upper(i) - x;
  long double worst = 0;
  for (const long double end : {lo, hi, std::clamp(-offset, lo, hi)}) {
    const long double d = std::clamp(end, -1e30L, 1e30L);  // far enough to count as unbounded, without inf - inf
    worst = std::max(worst, -(f.slope[i] * d + f.bend[i] * (std::fabs(offset + d) - std::fabs(offset))));
  }
  return worst;
}

double exact_count(const AttackProblem& problem, const SeparableFunction& f) {
  std::vector<long double> worst;
  for (std::size_t i = 0; i < problem.dim(); ++i) worst.push_back(worst_alone(problem, f, i));
  std::sort(worst.rbegin(), worst.rend());
  long double value = f.margin;
  for (std::size_t k = 0; k < worst.size(); ++k) {
    if (value <= 0) return static_cast<double>(k);
    value -= worst[k];
  }
  return value <= 0 ? static_cast<double>(worst.size()) : kInfinity;
}

/// Points of the line a.y + b = 0 that can be nearest to x: the projection, and where the ball's corners touch it.
std::vector<std::array<double, 2>> touching_points(std::span<const double> x, const HalfPlane& plane, Norm norm) {
  const auto [a, b] = plane.normal;
  const double value = a * x[0] + b * x[1] + plane.offset;
  std::vector<std::array<double, 2>> directions;
  if (norm.p() == 2) directions = {{a, b}};
  if (norm.p() == 1) directions = {{1, 0}, {0, 1}};
  if (std::isinf(norm.p())) directions = {{1, 1}, {1, -1}};
  std::vector<std::array<double, 2>> points;
  for (const auto& [u, v] : directions) {
    const double speed = a * u + b * v;
    if (speed != 0) points.push_back({x[0] - value / speed * u, x[1] - value / speed * v});
  }
  return points;
}

}  // namespace

SeparableFunction separable_function(const model::Model& model, std::span<const double> x) {
  SeparableFunction f{.margin = Reference(model).bounded_value(x).value, .slope = {}, .bend = {}, .offset = {}};
  const auto kinks = kinks_of(model);
  const auto& weight = model.graph.nodes.front().weight.values;
  const bool has_abs = weight.size() == 2 * x.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    f.slope.push_back(weight[i]);
    f.bend.push_back(has_abs ? static_cast<double>(weight[i + x.size()]) : 0.0);
    f.offset.push_back(x[i] - kinks[i]);
  }
  return f;
}

double exact_distance(const AttackProblem& problem, const SeparableFunction& function) {
  if (function.margin <= 0) return 0;
  if (problem.norm().p() == 0) return exact_count(problem, function);
  const auto bends = std::count_if(function.bend.begin(), function.bend.end(), [](double bend) { return bend != 0; });
  long double best = kInfinity;
  for (std::size_t cell = 0; cell < (std::size_t{1} << bends); ++cell) {
    best = std::min(best, cell_distance(problem, function, cell));
  }
  return static_cast<double>(best);
}

double polygon_distance(std::span<const double> x, std::span<const HalfPlane> planes, Norm norm) {
  std::vector<std::array<double, 2>> points{{x[0], x[1]}};
  for (const auto& plane : planes) {
    const auto touching = touching_points(x, plane, norm);
    points.insert(points.end(), touching.begin(), touching.end());
    for (const auto& other : planes) {
      const double det = plane.normal[0] * other.normal[1] - plane.normal[1] * other.normal[0];
      if (det == 0) continue;
      points.push_back({(-plane.offset * other.normal[1] + other.offset * plane.normal[1]) / det,
                        (-other.offset * plane.normal[0] + plane.offset * other.normal[0]) / det});
    }
  }
  double best = kInfinity;
  for (const auto& y : points) {
    const bool feasible = std::all_of(planes.begin(), planes.end(), [&](const HalfPlane& plane) {
      const double u = plane.normal[0] * y[0], v = plane.normal[1] * y[1];
      return u + v + plane.offset <= 0x1p-45 * (std::fabs(u) + std::fabs(v) + std::fabs(plane.offset));
    });
    const std::array<double, 2> change{y[0] - x[0], y[1] - x[1]};
    if (feasible) best = std::min(best, norm.of_vector(change));
  }
  return best;
}

}  // namespace standfast::support
