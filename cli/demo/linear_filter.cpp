// Naive Bayes counts. Logistic regression is Newton's method on sparse rows: a product with the Hessian costs two
// passes over the words that occur. Both are sums over one thread, so that the same data give the same filter.
#include "cli/demo/linear_filter.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace standfast::cli {
namespace {

using Vector = std::vector<double>;  // of the logistic regression: a weight per word, then the bias

constexpr int kNewtonSteps = 100, kConjugateSteps = 200, kHalvings = 40;
constexpr double kGradientLeft = 1e-6;     // of the first gradient
constexpr double kResidualLeft = 0.1;      // of the gradient: an inexact step is enough far from the end
constexpr double kSufficientShare = 1e-4;  // of the decrease that the slope promises

constexpr double kSameScore = 1e-9;  // scores this near are the same but for rounding

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

double score_of(const Vector& weights, std::span<const std::uint32_t> words) {
  double score = weights.back();
  for (const std::uint32_t word : words) score += weights[word];
  return score;
}

/// log(1 + exp(z)) without overflow.
double softplus(double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }

class LogisticLoss {
 public:
  LogisticLoss(const Dataset& data, std::int32_t alarm) : data_(data), alarm_(alarm) {}

  [[nodiscard]] double value(const Vector& weights) const {
    double loss = 0.5 * (dot(weights, weights) - weights.back() * weights.back());
    for (std::size_t i = 0; i < data_.count(); ++i) {
      const double score = score_of(weights, data_.words.row(i));
      loss += softplus(is_alarm(i) ? -score : score);
    }
    return loss;
  }

  /// The gradient; `curvatures` becomes the second derivative of each message's loss.
  Vector gradient(const Vector& weights, Vector& curvatures) const {
    Vector gradient = penalty_of(weights);
    curvatures.resize(data_.count());
    for (std::size_t i = 0; i < data_.count(); ++i) {
      const double probability = 1 / (1 + std::exp(-score_of(weights, data_.words.row(i))));
      curvatures[i] = probability * (1 - probability);
      add_to_words(gradient, i, probability - (is_alarm(i) ? 1 : 0));
    }
    return gradient;
  }

  [[nodiscard]] Vector hessian_times(const Vector& direction, const Vector& curvatures) const {
    Vector product = penalty_of(direction);
    for (std::size_t i = 0; i < data_.count(); ++i)
      add_to_words(product, i, curvatures[i] * score_of(direction, data_.words.row(i)));
    return product;
  }

 private:
  [[nodiscard]] bool is_alarm(std::size_t i) const { return data_.labels[i] == alarm_; }

  static Vector penalty_of(Vector weights) {
    weights.back() = 0;
    return weights;
  }

  void add_to_words(Vector& sums, std::size_t i, double amount) const {
    for (const std::uint32_t word : data_.words.row(i)) sums[word] += amount;
    sums.back() += amount;
  }

  const Dataset& data_;
  std::int32_t alarm_;
};

/// About -H^-1 g, by conjugate gradients. The bias alone has no penalty, and its curvature is that of all messages.
Vector newton_step(const LogisticLoss& loss, const Vector& gradient, const Vector& curvatures) {
  Vector step(gradient.size()), residual(gradient.size());
  for (std::size_t k = 0; k < gradient.size(); ++k) residual[k] = -gradient[k];
  Vector direction = residual;
  double square = dot(residual, residual);
  const double enough = square * kResidualLeft * kResidualLeft;
  for (int round = 0; round < kConjugateSteps && square > enough; ++round) {
    const Vector product = loss.hessian_times(direction, curvatures);
    const double length = square / dot(direction, product);
    for (std::size_t k = 0; k < step.size(); ++k) {
      step[k] += length * direction[k];
      residual[k] -= length * product[k];
    }
    const double next = dot(residual, residual);
    for (std::size_t k = 0; k < step.size(); ++k) direction[k] = residual[k] + next / square * direction[k];
    square = next;
  }
  return step;
}

/// The weights after the longest of the steps 1, 1/2, 1/4, ... that lowers the loss enough.
Vector weights_after(const LogisticLoss& loss, const Vector& weights, const Vector& step, double slope) {
  const double before = loss.value(weights);
  double share = 1;
  for (int halving = 0; halving < kHalvings; ++halving, share /= 2) {
    Vector next = weights;
    for (std::size_t k = 0; k < next.size(); ++k) next[k] += share * step[k];
    if (loss.value(next) <= before + kSufficientShare * share * slope) return next;
  }
  return weights;
}

}  // namespace

double LinearFilter::score(std::span<const std::uint32_t> words) const {
  double sum = bias;
  for (const std::uint32_t word : words) sum += weights[word];
  return sum;
}

LinearFilter fit_naive_bayes(const Dataset& data, std::int32_t alarm) {
  const std::size_t dim = data.feature_names.size();
  Vector with_alarm(dim, 1), without(dim, 1);  // messages with the word, and one more
  double alarms = 0, others = 0;
  for (std::size_t i = 0; i < data.count(); ++i) {
    const bool is_alarm = data.labels[i] == alarm;
    (is_alarm ? alarms : others) += 1;
    for (const std::uint32_t word : data.words.row(i)) (is_alarm ? with_alarm : without)[word] += 1;
  }
  LinearFilter filter{"naive Bayes", Vector(dim), std::log(alarms / others)};
  for (std::size_t word = 0; word < dim; ++word) {
    const double p = with_alarm[word] / (alarms + 2), q = without[word] / (others + 2);
    filter.bias += std::log1p(-p) - std::log1p(-q);
    filter.weights[word] = std::log(p / (1 - p)) - std::log(q / (1 - q));
  }
  return filter;
}

LinearFilter fit_logistic_regression(const Dataset& data, std::int32_t alarm) {
  const LogisticLoss loss(data, alarm);
  Vector weights(data.feature_names.size() + 1), curvatures;
  Vector gradient = loss.gradient(weights, curvatures);
  const double enough = dot(gradient, gradient) * kGradientLeft * kGradientLeft;
  for (int round = 0; round < kNewtonSteps && dot(gradient, gradient) > enough; ++round) {
    const Vector step = newton_step(loss, gradient, curvatures);
    weights = weights_after(loss, weights, step, dot(gradient, step));
    gradient = loss.gradient(weights, curvatures);
  }
  const double bias = weights.back();
  weights.pop_back();
  return {"logistic regression", std::move(weights), bias};
}

void allow_false_alarms(LinearFilter& filter, const Dataset& data, std::int32_t alarm, std::size_t most_alarms) {
  Vector others, alarms;
  for (std::size_t i = 0; i < data.count(); ++i)
    (data.labels[i] == alarm ? alarms : others).push_back(filter.score(data.words.row(i)));
  std::ranges::sort(others, std::ranges::greater{});
  if (most_alarms >= others.size()) {  // every score may raise an alarm
    const double lowest = std::min(others.back(), alarms.empty() ? others.back() : std::ranges::min(alarms));
    filter.bias -= lowest - 1;
    return;
  }
  // as far above the highest score that may not alarm as below the next one
  const double highest = others[most_alarms];
  double next = highest + std::max(1.0, std::abs(highest));
  for (const Vector* scores : {&others, &alarms})
    for (const double score : *scores)
      if (score > highest + kSameScore * std::max(1.0, std::abs(highest))) next = std::min(next, score);
  filter.bias -= highest + (next - highest) / 2;
}

std::optional<std::vector<std::uint32_t>> fewest_words_past(const LinearFilter& filter,
                                                            std::span<const std::uint32_t> words, bool may_remove) {
  std::vector<char> present(filter.weights.size());
  for (const std::uint32_t word : words) present[word] = 1;
  std::vector<std::uint32_t> helpful;
  for (std::uint32_t word = 0; word < filter.weights.size(); ++word)
    if (present[word] != 0 ? may_remove && filter.weights[word] > 0 : filter.weights[word] < 0) helpful.push_back(word);
  std::ranges::stable_sort(helpful, std::ranges::greater{},
                           [&](std::uint32_t word) { return std::abs(filter.weights[word]); });
  double score = filter.score(words);
  std::size_t count = 0;
  while (score > 0 && count < helpful.size()) score -= std::abs(filter.weights[helpful[count++]]);
  if (score > 0) return std::nullopt;
  helpful.resize(count);
  return helpful;
}

}  // namespace standfast::cli
