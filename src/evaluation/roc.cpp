// Ties are kept together throughout: a threshold between two equal logits does not exist, so no rate may pretend it
// does.
#include "evaluation/roc.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <utility>

namespace standfast::evaluation {
namespace {

struct Score {
  float logit;
  bool sensitive;
};

void append_scores(std::span<const float> logits, bool sensitive, std::vector<Score>& scores) {
  for (const float logit : logits) {
    if (!std::isnan(logit)) scores.push_back({logit, sensitive});
  }
}

bool is_corner(const Evaluation::RocPoint& before, const Evaluation::RocPoint& at, const Evaluation::RocPoint& after) {
  const bool straight_up =
      before.false_positive_rate == at.false_positive_rate && at.false_positive_rate == after.false_positive_rate;
  const bool straight_on = before.detection_rate == at.detection_rate && at.detection_rate == after.detection_rate;
  return !straight_up && !straight_on;
}

std::vector<Evaluation::RocPoint> corners_only(const std::vector<Evaluation::RocPoint>& points) {
  std::vector<Evaluation::RocPoint> corners;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool end = i == 0 || i + 1 == points.size();
    if (end || is_corner(corners.back(), points[i], points[i + 1])) corners.push_back(points[i]);
  }
  return corners;
}

std::vector<Evaluation::RocPoint> thinned(const std::vector<Evaluation::RocPoint>& points, std::size_t max_points) {
  if (points.size() <= max_points) return points;
  std::vector<Evaluation::RocPoint> kept;
  for (std::size_t k = 0; k < max_points; ++k) kept.push_back(points[k * (points.size() - 1) / (max_points - 1)]);
  return kept;
}

}  // namespace

double share_or_nan(std::size_t part, std::size_t whole) {
  return whole == 0 ? std::nan("") : static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<ScoreStep> score_steps(std::span<const float> sensitive_logits, std::span<const float> other_logits) {
  std::vector<Score> scores;
  append_scores(sensitive_logits, true, scores);
  append_scores(other_logits, false, scores);
  std::sort(scores.begin(), scores.end(), [](const Score& a, const Score& b) { return a.logit > b.logit; });
  std::vector<ScoreStep> steps;
  ScoreStep current;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    ++(scores[i].sensitive ? current.sensitive : current.other);
    current.logit = static_cast<double>(scores[i].logit);
    const bool last_of_tie = i + 1 == scores.size() || scores[i + 1].logit != scores[i].logit;
    if (last_of_tie) steps.push_back(current);
  }
  return steps;
}

std::vector<Evaluation::RocPoint> roc_curve(std::span<const ScoreStep> steps, std::size_t sensitive_count,
                                            std::size_t other_count, std::size_t max_points) {
  assert(max_points >= 2 && "a staircase has two ends");
  if (sensitive_count == 0 || other_count == 0) return {};
  std::vector<Evaluation::RocPoint> points = {{0, 0}};
  for (const auto& step : steps) {
    points.push_back({share_or_nan(step.other, other_count), share_or_nan(step.sensitive, sensitive_count)});
  }
  points.push_back({1, 1});
  return thinned(corners_only(points), max_points);
}

Evaluation::OperatingPoint operating_point(std::span<const ScoreStep> steps, std::size_t sensitive_count,
                                           std::size_t other_count, double max_false_positive_rate) {
  assert(other_count > 0 && "a false-positive rate needs inputs of the other class");
  const auto first_excluded = std::find_if(steps.begin(), steps.end(), [&](const ScoreStep& step) {
    return share_or_nan(step.other, other_count) > max_false_positive_rate;
  });
  const ScoreStep reached = first_excluded == steps.begin() ? ScoreStep{} : *std::prev(first_excluded);
  return {.max_false_positive_rate = max_false_positive_rate,
          .false_positive_rate = share_or_nan(reached.other, other_count),
          .detection_rate = share_or_nan(reached.sensitive, sensitive_count),
          .logit_threshold = first_excluded == steps.end() ? -kInfinity : first_excluded->logit};
}

}  // namespace standfast::evaluation
