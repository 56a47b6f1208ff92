// Forward and backward by hand, batch by batch: the products with the inputs in panels on all threads, the two hidden
// layers in plain loops. Inputs outside the margin have no gradient and are left out. Adam, then weights on convex
// values are clipped at 0 (Amos, Xu, Kolter, ICML 2017). Takes for granted whitened inputs of mean 0. Nothing here is
// trusted.
#include "lab/fits/icnn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "lab/fits/adam.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

/// Some of the inputs, and what the network makes of them. Arrays of units are (input, unit) row-major.
struct Batch {
  std::vector<float> inputs;  ///< (count, dim)
  std::vector<float> signs;
  std::vector<float> affine;  ///< A u + b of all units: (count, units)
  std::vector<float> first;   ///< z_1
  std::vector<float> second;  ///< z_2
  std::vector<float> scores;

  [[nodiscard]] std::size_t count() const { return signs.size(); }
};

class Trainer {
 public:
  Trainer(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive, const IcnnOptions& options)
      : rows_(rows),
        dim_(dim),
        positive_(positive),
        options_(options),
        units_(options.first + options.second + 1),
        panels_(round_up(units_, kFloatPanel) / kFloatPanel),
        random_(options.seed),
        weights_(panels_ * dim * kFloatPanel, 0.0F),
        gradient_(weights_.size(), 0.0F),
        bias_(units_, 0.0F),
        hidden_(options.second * options.first),
        last_(options.second),
        adam_weights_(weights_.size()),
        adam_bias_(units_),
        adam_hidden_(hidden_.size()),
        adam_last_(last_.size()),
        order_(rows.count) {
    std::iota(order_.begin(), order_.end(), 0U);
    draw_weights();
    centre();
  }

  Icnn run() {
    Icnn result;
    result.epochs = run_epochs(
        options_, rows_.count, steps_, [this] { return epoch(); }, [this] { return smallest_margin(); });
    write(result);
    return result;
  }

 private:
  void draw_weights() {
    const double free = 1 / std::sqrt(static_cast<double>(dim_));
    for (std::size_t u = 0; u < units_; ++u)
      for (std::size_t f = 0; f < dim_; ++f) weight(u, f) = static_cast<float>(random_.uniform(-free, free));
    for (float& w : hidden_) w = static_cast<float>(random_.uniform(0, 2.0 / static_cast<double>(options_.first)));
    for (float& w : last_) w = static_cast<float>(random_.uniform(0, 2.0 / static_cast<double>(options_.second)));
  }

  float& weight(std::size_t unit, std::size_t feature) {
    return weights_[(unit / kFloatPanel * dim_ + feature) * kFloatPanel + unit % kFloatPanel];
  }

  /// Biases that make every layer's mean input 0: whitened inputs have mean 0, sums of relus have not.
  void centre() {
    random_.shuffle(std::span(order_));
    Batch batch = gather(order_, 0, std::min<std::size_t>(rows_.count, 1000));
    const auto mean = [&](const std::vector<float>& values, std::size_t stride, std::size_t at) {
      double sum = 0;
      for (std::size_t b = 0; b < batch.count(); ++b) sum += static_cast<double>(values[b * stride + at]);
      return sum / static_cast<double>(batch.count());
    };
    forward(batch);
    for (std::size_t j = 0; j < options_.second; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < options_.first; ++i)
        sum += static_cast<double>(hidden_[j * options_.first + i]) * mean(batch.first, options_.first, i);
      bias_[options_.first + j] = static_cast<float>(-sum);
    }
    forward(batch);
    bias_.back() = static_cast<float>(-mean(batch.scores, 1, 0));
  }

  /// Inputs [begin, end) of `order`.
  Batch gather(const std::vector<std::uint32_t>& order, std::size_t begin, std::size_t end) const {
    Batch batch;
    for (std::size_t i = begin; i < end; ++i) {
      const float* row = rows_.row(order[i]);
      batch.inputs.insert(batch.inputs.end(), row, row + dim_);
      batch.signs.push_back(positive_[order[i]] != 0 ? 1.0F : -1.0F);
    }
    return batch;
  }

  void forward(Batch& batch) const {
    const std::size_t count = batch.count();
    batch.affine.resize(count * units_);
    parallel_for(panels_, 1, options_.threads, [&](std::size_t begin, std::size_t end) {
      std::vector<float> sums(count * kFloatPanel);
      for (std::size_t panel = begin; panel < end; ++panel) {
        std::ranges::fill(sums, 0.0F);
        multiply_panel(batch.inputs.data(), count, dim_, dim_, weights_.data() + panel * dim_ * kFloatPanel,
                       sums.data());
        for (std::size_t b = 0; b < count; ++b)
          for (std::size_t u = panel * kFloatPanel; u < std::min(units_, (panel + 1) * kFloatPanel); ++u)
            batch.affine[b * units_ + u] = sums[b * kFloatPanel + u % kFloatPanel] + bias_[u];
      }
    });
    forward_hidden(batch);
  }

  void forward_hidden(Batch& batch) const {
    const auto [first, second] = std::pair(options_.first, options_.second);
    std::vector<float> by_input(first * second);
    for (std::size_t j = 0; j < second; ++j)
      for (std::size_t i = 0; i < first; ++i) by_input[i * second + j] = hidden_[j * first + i];
    batch.first.resize(batch.count() * first);
    batch.second.resize(batch.count() * second);
    batch.scores.resize(batch.count());
    for (std::size_t b = 0; b < batch.count(); ++b) {
      const float* affine = batch.affine.data() + b * units_;
      float* z1 = batch.first.data() + b * first;
      float* z2 = batch.second.data() + b * second;
      for (std::size_t i = 0; i < first; ++i) z1[i] = std::max(affine[i], 0.0F);
      std::copy_n(affine + first, second, z2);
      for (std::size_t i = 0; i < first; ++i) {
        if (z1[i] == 0) continue;
        const float* column = by_input.data() + i * second;
        for (std::size_t j = 0; j < second; ++j) z2[j] += z1[i] * column[j];
      }
      float score = affine[first + second];
      for (std::size_t j = 0; j < second; ++j) {
        z2[j] = std::max(z2[j], 0.0F);
        score += last_[j] * z2[j];
      }
      batch.scores[b] = score;
    }
  }

  /// One pass over the inputs, and a second one over those inside the margin once they are few: a handful among many
  /// would hardly be heard. Returns how many were judged wrong on the way.
  std::size_t epoch() {
    random_.shuffle(std::span(order_));
    std::vector<std::uint32_t> hard;
    const std::size_t wrong = pass(order_, &hard);
    if (hard.size() * 10 <= rows_.count) pass(hard, nullptr);
    return wrong;
  }

  std::size_t pass(const std::vector<std::uint32_t>& order, std::vector<std::uint32_t>* hard) {
    std::size_t wrong = 0;
    for (std::size_t begin = 0; begin < order.size(); begin += options_.batch) {
      Batch batch = gather(order, begin, std::min(order.size(), begin + options_.batch));
      forward(batch);
      for (std::size_t b = 0; b < batch.count(); ++b) {
        const float margin = batch.signs[b] * batch.scores[b];
        wrong += margin > 0 ? 0 : 1;
        if (hard != nullptr && margin < 1) hard->push_back(order[begin + b]);
      }
      step(batch);
    }
    return wrong;
  }

  /// Adam on the mean hinge loss of the batch.
  void step(const Batch& batch) {
    const auto [first, second] = std::pair(options_.first, options_.second);
    std::vector<std::size_t> active;  // inputs inside the margin: the others have no gradient
    for (std::size_t b = 0; b < batch.count(); ++b)
      if (batch.signs[b] * batch.scores[b] < 1) active.push_back(b);
    std::vector<float> duals(panels_ * active.size() * kFloatPanel, 0.0F);
    std::vector<float> bias(units_, 0.0F);
    std::vector<float> hidden(hidden_.size(), 0.0F);
    std::vector<float> last(last_.size(), 0.0F);
    std::vector<float> dual(units_);
    for (std::size_t a = 0; a < active.size(); ++a) {
      const std::size_t b = active[a];
      const float* z1 = batch.first.data() + b * first;
      const float* z2 = batch.second.data() + b * second;
      const float loss = -batch.signs[b] / static_cast<float>(batch.count());
      std::ranges::fill(dual, 0.0F);
      dual.back() = loss;
      for (std::size_t j = 0; j < second; ++j) {
        last[j] += loss * z2[j];
        const float down = z2[j] > 0 ? loss * last_[j] : 0.0F;
        dual[first + j] = down;
        if (down == 0) continue;
        for (std::size_t i = 0; i < first; ++i) hidden[j * first + i] += down * z1[i];
        for (std::size_t i = 0; i < first; ++i) dual[i] += down * hidden_[j * first + i];
      }
      for (std::size_t i = 0; i < first; ++i) dual[i] = z1[i] > 0 ? dual[i] : 0.0F;
      for (std::size_t u = 0; u < units_; ++u) {
        bias[u] += dual[u];
        duals[(u / kFloatPanel * active.size() + a) * kFloatPanel + u % kFloatPanel] = dual[u];
      }
    }
    const std::size_t decays = steps_ / 40;
    const double rate = options_.rate * std::pow(options_.decay, static_cast<double>(decays));
    ++steps_;
    step_affine(batch, active, duals, rate);
    adam_bias_.update(0, units_, bias.data(), bias_.data(), steps_, rate);
    adam_hidden_.update(0, hidden_.size(), hidden.data(), hidden_.data(), steps_, rate);
    adam_last_.update(0, last_.size(), last.data(), last_.data(), steps_, rate);
    for (float& w : hidden_) w = std::max(w, 0.0F);
    for (float& w : last_) w = std::max(w, 0.0F);
  }

  /// The gradient of the weights on the inputs is inputs^T duals, panel by panel.
  void step_affine(const Batch& batch, const std::vector<std::size_t>& active, const std::vector<float>& duals,
                   double rate) {
    const std::size_t count = active.size();
    std::vector<float> turned(dim_ * count);
    parallel_for(dim_, 64, options_.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t a = 0; a < count; ++a)
        for (std::size_t f = begin; f < end; ++f) turned[f * count + a] = batch.inputs[active[a] * dim_ + f];
    });
    parallel_for(panels_, 1, options_.threads, [&](std::size_t begin, std::size_t end) {
      const std::size_t size = dim_ * kFloatPanel;
      for (std::size_t panel = begin; panel < end; ++panel) {
        float* gradient = gradient_.data() + panel * size;
        std::fill_n(gradient, size, 0.0F);
        multiply_panel(turned.data(), dim_, count, count, duals.data() + panel * count * kFloatPanel, gradient);
        adam_weights_.update(panel * size, (panel + 1) * size, gradient_.data(), weights_.data(), steps_, rate);
      }
    });
  }

  [[nodiscard]] double smallest_margin() const {
    float smallest = std::numeric_limits<float>::infinity();
    for (std::size_t begin = 0; begin < rows_.count; begin += options_.batch) {
      Batch batch = gather(order_, begin, std::min(rows_.count, begin + options_.batch));
      forward(batch);
      for (std::size_t b = 0; b < batch.count(); ++b) smallest = std::min(smallest, batch.signs[b] * batch.scores[b]);
      if (!(static_cast<double>(smallest) > options_.enough)) break;
    }
    return static_cast<double>(smallest);
  }

  void write(Icnn& result) {
    result.first = options_.first;
    result.second = options_.second;
    for (std::size_t u = 0; u < units_; ++u)
      for (std::size_t f = 0; f < dim_; ++f) result.affine.weights.push_back(static_cast<double>(weight(u, f)));
    result.affine.offsets.assign(bias_.begin(), bias_.end());
    result.hidden.assign(hidden_.begin(), hidden_.end());
    result.last.assign(last_.begin(), last_.end());
  }

  const Rows& rows_;
  std::size_t dim_;
  std::span<const std::uint8_t> positive_;
  const IcnnOptions& options_;
  std::size_t units_, panels_;
  Random random_;
  std::vector<float> weights_;   ///< A in panels: (panels, dim, kFloatPanel)
  std::vector<float> gradient_;  ///< The gradient of weights_, in the same order.
  std::vector<float> bias_, hidden_, last_;
  Adam adam_weights_, adam_bias_, adam_hidden_, adam_last_;
  std::vector<std::uint32_t> order_;
  std::size_t steps_ = 0;
};

}  // namespace

Icnn train_icnn(const Rows& rows, std::size_t dim, std::span<const std::uint8_t> positive, const IcnnOptions& options) {
  return Trainer(rows, dim, positive, options).run();
}

}  // namespace standfast::lab
