// Starts with random directions v_k and a linear part that leaves every negative low enough for the cone, then
// projects: each step goes along the summed gradients of the inputs inside the margin, as far as is best were f linear
// (batches of the passive-aggressive step, Crammer et al., JMLR 2006). Takes for granted whitened inputs, which are
// about equally long and nearly orthogonal. float32 in panels; the same bits for any number of threads. Nothing here is
// trusted.
#include "lab/fits/cone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr double kHighestShare = 0.93;  // of the cone's height: what is left over is for the margin
constexpr double kLinearShare = 0.01;   // of a step that w takes: little, for w.z moves f at every other input too
constexpr double kMeanSize = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // of a standard normal number

/// Some of the inputs, and what the network makes of them.
struct ConeBatch {
  std::vector<std::uint32_t> members;
  std::vector<float> inputs;  ///< z, and 1 for the constant: (count, inner)
  std::vector<float> signs;
  std::vector<float> units;  ///< v_k.z + c_k in panels: (panels, count, kFloatPanel)
  std::vector<float> scores;

  [[nodiscard]] std::size_t count() const { return members.size(); }
};

class ConeTrainer {
 public:
  ConeTrainer(const Rows& rows, std::size_t dim, std::span<const float> linear, std::span<const std::uint8_t> positive,
              const ConeOptions& options)
      : rows_(rows),
        inner_(dim + 1),
        linear_(linear),
        positive_(positive),
        options_(options),
        panels_(round_up(options.units, kFloatPanel) / kFloatPanel),
        scale_(static_cast<float>(options.height / kMeanSize / static_cast<double>(panels_ * kFloatPanel))),
        random_(options.seed),
        weights_(panels_ * inner_ * kFloatPanel, 0.0F),
        gradient_(weights_.size()),
        skip_(inner_, 0.0F),
        squares_(rows.count),
        order_(rows.count) {
    std::iota(order_.begin(), order_.end(), 0U);
    for (std::size_t i = 0; i < rows.count; ++i)
      squares_[i] = 1 + std::inner_product(rows.row(i), rows.row(i) + dim, rows.row(i), 0.0F);
    limit_negative_scores();
    draw_weights();
    centre_scores();
  }

  Cone run() {
    Cone result;
    result.epochs = run_epochs(
        options_, rows_.count, steps_, [this] { return epoch(); }, [this] { return smallest_margin(); });
    write(result);
    return result;
  }

 private:
  /// Moves w until no negative is so high that the cone, which can be lowered to 0 there, could not bring it below 0.
  void limit_negative_scores() {
    const auto highest = static_cast<float>(kHighestShare * options_.height);
    for (int pass = 0; pass < 100; ++pass) {
      float worst = 0;
      for (std::size_t i = 0; i < rows_.count; ++i) {
        if (positive_[i] != 0) continue;
        const float* row = rows_.row(i);
        const float excess =
            linear_[i] + std::inner_product(row, row + inner_ - 1, skip_.data(), skip_.back()) - highest;
        if (!(excess > 0)) continue;
        worst = std::max(worst, excess);
        for (std::size_t f = 0; f + 1 < inner_; ++f) skip_[f] -= excess / squares_[i] * row[f];
        skip_.back() -= excess / squares_[i];
      }
      if (worst < 0.02F * highest) break;
    }
  }

  /// Random directions, v_k.z of size 1 at the median input, no constant.
  void draw_weights() {
    std::vector<float> sorted = squares_;
    std::ranges::sort(sorted);
    const double deviation = 1 / std::sqrt(static_cast<double>(sorted[sorted.size() / 2]));
    for (std::size_t panel = 0; panel < panels_; ++panel)
      for (std::size_t i = 0; i + 1 < inner_; ++i)
        for (std::size_t lane = 0; lane < kFloatPanel; ++lane)
          weights_[(panel * inner_ + i) * kFloatPanel + lane] = static_cast<float>(random_.normal() * deviation);
  }

  /// A constant that puts the median score at 0.
  void centre_scores() {
    random_.shuffle(std::span(order_));
    ConeBatch batch = gather(order_, 0, std::min<std::size_t>(rows_.count, 1000));
    std::ranges::sort(batch.scores);
    skip_.back() -= batch.scores[batch.count() / 2];
  }

  /// Inputs [begin, end) of `order` with their scores.
  ConeBatch gather(const std::vector<std::uint32_t>& order, std::size_t begin, std::size_t end) const {
    ConeBatch batch;
    batch.members.reserve(end - begin);
    batch.signs.reserve(end - begin);
    batch.inputs.reserve((end - begin) * inner_);
    for (std::size_t i = begin; i < end; ++i) {
      const float* row = rows_.row(order[i]);
      batch.members.push_back(order[i]);
      batch.inputs.insert(batch.inputs.end(), row, row + inner_);
      batch.inputs.back() = 1;
      batch.signs.push_back(positive_[order[i]] != 0 ? 1.0F : -1.0F);
    }
    score_batch(batch);
    return batch;
  }

  void score_batch(ConeBatch& batch) const {
    const std::size_t count = batch.count();
    batch.units.assign(panels_ * count * kFloatPanel, 0.0F);
    parallel_for(panels_, 1, options_.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t panel = begin; panel < end; ++panel)
        multiply_panel(batch.inputs.data(), count, inner_, inner_, weights_.data() + panel * inner_ * kFloatPanel,
                       batch.units.data() + panel * count * kFloatPanel);
    });
    batch.scores.reserve(count);
    for (std::size_t b = 0; b < count; ++b) {
      const float* x = batch.inputs.data() + b * inner_;
      float sum = 0;
      for (std::size_t panel = 0; panel < panels_; ++panel)
        for (std::size_t lane = 0; lane < kFloatPanel; ++lane)
          sum += std::abs(batch.units[(panel * count + b) * kFloatPanel + lane]);
      batch.scores.push_back(linear_[batch.members[b]] + std::inner_product(x, x + inner_, skip_.data(), scale_ * sum));
    }
  }

  /// One pass over the inputs, and more over those that were inside the margin once they are few: a handful among many
  /// would hardly be heard. Returns how many were judged wrong on the way.
  std::size_t epoch() {
    random_.shuffle(std::span(order_));
    std::vector<std::uint32_t> hard;
    const std::size_t wrong = pass(order_, hard);
    for (int again = 0; again < 40 && hard.size() * 10 <= rows_.count; ++again) {
      const std::vector<std::uint32_t> order = std::move(hard);
      hard.clear();
      pass(order, hard);
    }
    return wrong;
  }

  std::size_t pass(const std::vector<std::uint32_t>& order, std::vector<std::uint32_t>& hard) {
    std::size_t wrong = 0;
    for (std::size_t begin = 0; begin < order.size(); begin += options_.batch) {
      const ConeBatch batch = gather(order, begin, std::min(order.size(), begin + options_.batch));
      for (std::size_t b = 0; b < batch.count(); ++b) {
        const float margin = batch.signs[b] * batch.scores[b];
        wrong += margin > 0 ? 0 : 1;
        if (static_cast<double>(margin) < options_.margin) hard.push_back(order[begin + b]);
      }
      step(batch);
    }
    return wrong;
  }

  /// An input inside the margin, what is missing to the margin, and how far its own gradient alone would have to go.
  struct Missing {
    std::size_t at;
    float amount;
    float dual;  ///< amount y / |gradient|^2
  };

  std::vector<Missing> missing_of(const ConeBatch& batch) const {
    std::vector<Missing> missing;
    const float size =
        scale_ * scale_ * static_cast<float>(panels_ * kFloatPanel) * (1 + static_cast<float>(kLinearShare));
    for (std::size_t b = 0; b < batch.count(); ++b) {
      const float amount = static_cast<float>(options_.margin) - batch.signs[b] * batch.scores[b];
      if (amount > 0) missing.push_back({b, amount, amount * batch.signs[b] / (size * squares_[batch.members[b]])});
    }
    return missing;
  }

  /// Along the sum of these gradients, as far as is best were f linear: all the way if inputs are orthogonal, less
  /// if they pull alike.
  void step(const ConeBatch& batch) {
    ++steps_;
    const auto missing = missing_of(batch);
    const std::size_t count = missing.size();
    if (count == 0) return;
    std::vector<float> turned(inner_ * count);  // inputs, one feature after the other
    std::vector<float> skip(inner_, 0.0F);
    const auto share = static_cast<float>(kLinearShare) * scale_ * scale_ * static_cast<float>(panels_ * kFloatPanel);
    for (std::size_t m = 0; m < count; ++m) {
      const float* x = batch.inputs.data() + missing[m].at * inner_;
      for (std::size_t i = 0; i < inner_; ++i) turned[i * count + m] = x[i];
      for (std::size_t i = 0; i < inner_; ++i) skip[i] += missing[m].dual * x[i];
    }
    double square = static_cast<double>(share * std::inner_product(skip.begin(), skip.end(), skip.begin(), 0.0F));
    square += unit_gradients(batch, missing, turned);
    if (!(square > 0)) return;
    double wanted = 0;
    for (const Missing& one : missing) wanted += static_cast<double>(one.amount * std::abs(one.dual));
    const auto length = static_cast<float>(wanted / square);
    for (std::size_t i = 0; i < inner_; ++i) skip_[i] += length * share * skip[i];
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i] += length * gradient_[i];
  }

  /// Writes the gradients of v_k and c_k into gradient_; returns the sum of their squares.
  double unit_gradients(const ConeBatch& batch, const std::vector<Missing>& missing, const std::vector<float>& turned) {
    const std::size_t count = missing.size();
    const std::size_t size = inner_ * kFloatPanel;
    std::vector<double> squares(panels_);
    std::ranges::fill(gradient_, 0.0F);
    parallel_for(panels_, 1, options_.threads, [&](std::size_t begin, std::size_t end) {
      std::vector<float> duals(count * kFloatPanel);
      for (std::size_t panel = begin; panel < end; ++panel) {
        for (std::size_t m = 0; m < count; ++m)
          for (std::size_t lane = 0; lane < kFloatPanel; ++lane)
            duals[m * kFloatPanel + lane] =
                std::copysign(scale_, batch.units[(panel * batch.count() + missing[m].at) * kFloatPanel + lane]) *
                missing[m].dual;
        float* gradient = gradient_.data() + panel * size;
        multiply_panel(turned.data(), inner_, count, count, duals.data(), gradient);
        for (std::size_t i = 0; i < size; ++i) squares[panel] += static_cast<double>(gradient[i] * gradient[i]);
      }
    });
    return std::accumulate(squares.begin(), squares.end(), 0.0);
  }

  [[nodiscard]] double smallest_margin() const {
    float smallest = std::numeric_limits<float>::infinity();
    for (std::size_t begin = 0; begin < rows_.count; begin += options_.batch) {
      const ConeBatch batch = gather(order_, begin, std::min(rows_.count, begin + options_.batch));
      for (std::size_t b = 0; b < batch.count(); ++b) smallest = std::min(smallest, batch.signs[b] * batch.scores[b]);
      if (!(static_cast<double>(smallest) > options_.enough)) break;
    }
    return static_cast<double>(smallest);
  }

  void write(Cone& result) const {
    const std::size_t units = panels_ * kFloatPanel;
    std::vector<double> last(skip_.begin(), skip_.end());
    for (std::size_t k = 0; k < units; ++k)
      for (std::size_t i = 0; i < inner_; ++i) {
        const double weight =
            static_cast<double>(scale_ * weights_[(k / kFloatPanel * inner_ + i) * kFloatPanel + k % kFloatPanel]);
        (i + 1 < inner_ ? result.affine.weights : result.affine.offsets).push_back(2 * weight);
        last[i] -= weight;
      }
    result.affine.weights.insert(result.affine.weights.end(), last.begin(), last.end() - 1);
    result.affine.offsets.push_back(last.back());
  }

  const Rows& rows_;
  std::size_t inner_;  ///< Values of an input, the constant included.
  std::span<const float> linear_;
  std::span<const std::uint8_t> positive_;
  const ConeOptions& options_;
  std::size_t panels_;
  float scale_;  ///< a
  Random random_;
  std::vector<float> weights_;   ///< v_k and c_k: (panels, inner, kFloatPanel)
  std::vector<float> gradient_;  ///< The gradient of weights_, in the same order.
  std::vector<float> skip_;      ///< w and b
  std::vector<float> squares_;   ///< |z|^2 + 1
  std::vector<std::uint32_t> order_;
  std::size_t steps_ = 0;
};

}  // namespace

Cone train_cone(const Rows& rows, std::size_t dim, std::span<const float> linear,
                std::span<const std::uint8_t> positive, const ConeOptions& options) {
  return ConeTrainer(rows, dim, linear, positive, options).run();
}

}  // namespace standfast::lab
