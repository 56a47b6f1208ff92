// The smallest score of several convex MLPs in libtorch. The heads have one layout, so that one product serves all of
// them on the input and one batch of products on each hidden layer: K heads cost little more than one of the same size.
// A row teaches the head that scores it lowest, the only one that its verdict depends on.
#include <algorithm>
#include <tuple>
#include <utility>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"
#include "trainer/words/torch_words.hpp"

namespace standfast::trainer {
namespace {

std::vector<float> joined(const std::vector<ConvexMlp>& heads, auto part) {
  std::vector<float> all;
  for (const auto& head : heads) {
    const std::vector<float>& values = part(head);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

/// The share of head k in an array whose first dimension is the heads.
std::vector<float> share_of(const TorchArray& all, std::size_t k) {
  return values_of(all.select(0, static_cast<std::int64_t>(k)));
}

class TorchHeads : public TorchLearner {
 public:
  TorchHeads(const std::vector<ConvexMlp>& start, const model::Shape& input_shape, std::span<const float> conditioner,
             const TrainOptions& options);

  [[nodiscard]] Result<model::Graph> graph() const override;

 protected:
  TorchArray forward(const TorchArray& u, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  TorchArray worst_scores(const TorchArray& score, const TorchArray& features, const TorchArray& rows,
                          WorstChange& adversary) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override;
  void adjust_gradients() override;
  void restore_signs() override;

  /// The smallest score of each row, given what the layers of all heads read of the input. Shape: (count, heads *
  /// rows).
  TorchArray run_layers(const TorchArray& product, bool learns);
  /// What each head's layers pass on to the input, for these rows, if its score counts by `weights`. Shapes: weights is
  /// (heads, count, 1), the result (heads, count, rows of input_weight_).
  TorchArray all_slopes(const TorchArray& rows, const TorchArray& weights);
  /// The same of the smallest score alone. Shape: (count, heads * rows).
  TorchArray slopes_of_smallest(const TorchArray& rows);
  /// The weights on the input as a model has them. Shape: (heads, rows, inputs).
  [[nodiscard]] virtual TorchArray exported_input_weight() const { return input_weight_ * conditioner_; }

  std::int64_t heads_;
  std::vector<std::int64_t> widths_;           // hidden layers, then 1
  TorchArray conditioner_;                     // (inputs)
  TorchArray lowest_weight_, highest_weight_;  // (inputs), or undefined if the signs of the inputs are free
  TorchArray input_weight_;                    // (heads, rows, inputs)
  TorchArray bias_;                            // (heads, rows)
  TorchArray scores_;                          // of the last pass, (heads, count)

 private:
  TorchArray normalise(std::size_t layer, const TorchArray& z, bool learns);
  [[nodiscard]] ConvexMlp weights_of(std::size_t k, const TorchArray& input_weight) const;

  std::vector<ConvexMlp> start_;
  model::Shape input_shape_;
  std::vector<TorchArray> hidden_weight_;  // (heads, width behind, width)
  TorchArray gain_, shift_;                // (layers, heads, 1, 1) or undefined
  TorchArray running_mean_, running_variance_;
  std::vector<TorchArray> masks_;   // of the last pass, per hidden layer, (heads, count, width)
  std::vector<TorchArray> scales_;  // batch norm's, (heads, 1, 1) each; empty without
};

TorchHeads::TorchHeads(const std::vector<ConvexMlp>& start, const model::Shape& input_shape,
                       std::span<const float> conditioner, const TrainOptions& options)
    : TorchLearner(options),
      heads_(static_cast<std::int64_t>(start.size())),
      widths_(start.front().hidden),
      start_(start),
      input_shape_(input_shape) {
  const ConvexMlp& first = start.front();
  conditioner_ = conditioner.empty() ? torch::ones({first.inputs}) : view_of(conditioner, 1).squeeze(0).clone();
  widths_.push_back(1);
  const auto inputs = joined(start, [](const ConvexMlp& head) { return head.input_weight; });
  const auto biases = joined(start, [](const ConvexMlp& head) { return head.bias; });
  input_weight_ = torch_array(inputs, {heads_, first.rows(), first.inputs}) / conditioner_;
  bias_ = torch_array(biases, {heads_, first.rows()});
  for (std::size_t layer = 0; layer < first.hidden_weight.size(); ++layer) {
    const auto hidden = joined(start, [layer](const ConvexMlp& head) { return head.hidden_weight[layer]; });
    hidden_weight_.push_back(torch_array(hidden, {heads_, widths_[layer + 1], widths_[layer]}));
  }
  if (!first.norms.empty()) {
    gain_ = torch::ones({static_cast<std::int64_t>(first.norms.size()), heads_, 1, 1});
    shift_ = torch::zeros_like(gain_);
    running_mean_ = torch::zeros_like(gain_);
    running_variance_ = torch::ones_like(gain_);
  }
  if (!first.input_signs.empty()) std::tie(lowest_weight_, highest_weight_) = weight_ends(first.input_signs);
}

std::vector<TorchArray> TorchHeads::trainable() const {
  std::vector<TorchArray> all = hidden_weight_;
  all.push_back(input_weight_);
  all.push_back(bias_);
  if (gain_.defined()) {
    all.push_back(gain_);
    all.push_back(shift_);
  }
  return all;
}

std::vector<TorchArray> TorchHeads::statistics() const {
  if (!gain_.defined()) return {};
  return {running_mean_, running_variance_};
}

/// As one network does: the published first layer is the sum of two matrices.
void TorchHeads::adjust_gradients() {
  if (options_.init == StartingWeights::kPaper) input_weight_.grad().narrow(1, 0, widths_.front()).mul_(2);
}

void TorchHeads::restore_signs() {
  for (auto& weight : hidden_weight_) weight.clamp_min_(0);
  if (lowest_weight_.defined()) input_weight_.clamp_(lowest_weight_, highest_weight_);
  if (gain_.defined()) gain_.clamp_min_(kSmallestGain);
}

/// Batch norm over all units and rows of each head's layer; adds its scales to scales_.
TorchArray TorchHeads::normalise(std::size_t layer, const TorchArray& z, bool learns) {
  const auto k = static_cast<std::int64_t>(layer);
  const TorchArray mean = learns ? z.mean({1, 2}, true) : running_mean_[k];
  const TorchArray variance = learns ? (z - mean).square().mean({1, 2}, true) : running_variance_[k];
  scales_.push_back(gain_[k] * (variance + kBatchNormEpsilon).rsqrt());
  if (learns) {
    const torch::NoGradGuard no_grad;
    const auto count = static_cast<double>(z.numel() / heads_);
    running_mean_[k].lerp_(mean, kBatchNormMomentum);
    running_variance_[k].lerp_(variance * (count / std::max(count - 1, 1.0)), kBatchNormMomentum);
  }
  return (z - mean) * scales_.back() + shift_[k];
}

TorchArray TorchHeads::forward(const TorchArray& u, bool learns) {
  return run_layers(torch::addmm(bias_.flatten(), u * conditioner_, input_weight_.flatten(0, 1).t()), learns);
}

TorchArray TorchHeads::run_layers(const TorchArray& product, bool learns) {
  const TorchArray direct = product.view({product.size(0), heads_, -1}).transpose(0, 1);
  const auto parts = direct.split_with_sizes(widths_, 2);
  masks_.clear();
  scales_.clear();
  TorchArray sum = parts[0];
  for (std::size_t layer = 0; layer + 1 < parts.size(); ++layer) {
    masks_.push_back((sum.detach() > 0).to(torch::kFloat));
    TorchArray z = sum.relu();
    if (gain_.defined()) z = normalise(layer, z, learns);
    sum = torch::baddbmm(parts[layer + 1], z, hidden_weight_[layer].transpose(1, 2));
  }
  scores_ = sum.squeeze(2);
  return std::get<0>(scores_.min(0));
}

TorchArray TorchHeads::all_slopes(const TorchArray& rows, const TorchArray& weights) {
  std::vector<TorchArray> slopes(widths_.size());
  slopes.back() = weights;
  for (std::size_t layer = slopes.size() - 1; layer-- > 0;) {
    const TorchArray mask = rows.defined() ? masks_[layer].index_select(1, rows) : masks_[layer];
    TorchArray slope = slopes[layer + 1].bmm(hidden_weight_[layer]) * mask;
    if (!scales_.empty()) slope = slope * scales_[layer];
    slopes[layer] = slope;
  }
  return torch::cat(slopes, 2);
}

TorchArray TorchHeads::slopes_of_smallest(const TorchArray& rows) {
  const TorchArray scores = rows.defined() ? scores_.index_select(1, rows) : scores_;
  const TorchArray smallest = torch::zeros_like(scores).scatter_(0, scores.argmin(0, true), 1).detach();
  return all_slopes(rows, smallest.unsqueeze(2)).transpose(0, 1).flatten(1);
}

TorchArray TorchHeads::input_gradients(const TorchArray& rows) {
  return slopes_of_smallest(rows).mm(input_weight_.flatten(0, 1)) * conditioner_;
}

/// Every head has a worst change of its own: the head that ends lowest need not be the one that starts lowest.
TorchArray TorchHeads::worst_scores(const TorchArray& score, const TorchArray& features, const TorchArray& rows,
                                    WorstChange& adversary) {
  const std::int64_t count = rows.size(0);
  const TorchArray slopes = all_slopes(rows, torch::ones({heads_, count, 1})).bmm(input_weight_) * conditioner_;
  const TorchArray repeated = features.repeat({heads_, 1});
  const TorchArray changes = worst_changes(adversary, repeated, slopes.flatten(0, 1)).view_as(slopes);
  const TorchArray margins = scores_.index_select(1, rows) + (slopes * changes).sum(2);
  return score.index_copy(0, rows, std::get<0>(margins.min(0)));
}

ConvexMlp TorchHeads::weights_of(std::size_t k, const TorchArray& input_weight) const {
  ConvexMlp network = start_[k];
  network.input_weight = share_of(input_weight, k);
  network.bias = share_of(bias_, k);
  for (std::size_t layer = 0; layer < network.hidden_weight.size(); ++layer)
    network.hidden_weight[layer] = share_of(hidden_weight_[layer], k);
  for (std::size_t layer = 0; layer < network.norms.size(); ++layer) {
    const auto value = [&](const TorchArray& all) { return share_of(all[static_cast<std::int64_t>(layer)], k)[0]; };
    network.norms[layer] = {value(gain_), value(shift_), value(running_mean_), value(running_variance_)};
  }
  return network;
}

Result<model::Graph> TorchHeads::graph() const {
  const TorchArray input_weight = exported_input_weight();
  std::vector<ConvexMlp> heads;
  for (std::size_t k = 0; k < start_.size(); ++k) heads.push_back(fold_batch_norms(weights_of(k, input_weight)));
  return to_graph(heads, input_shape_);
}

/// Reads rows of numbers.
class DenseHeads final : public TorchHeads {
 public:
  DenseHeads(const std::vector<ConvexMlp>& start, const model::Shape& input_shape, std::span<const float> conditioner,
             const TrainOptions& options)
      : TorchHeads(start, input_shape, conditioner, options) {
    start_optimiser();
  }
};

/// Reads messages: which words there are instead of rows of numbers. input_weight_ is (words, heads * rows) here, so
/// that the weights of one word lie side by side.
class WordHeads final : public TorchHeads {
 public:
  WordHeads(const std::vector<ConvexMlp>& start, const TrainOptions& options)
      : TorchHeads(start, {start.front().inputs}, {}, options) {
    input_weight_ = input_weight_.permute({2, 0, 1}).flatten(1).contiguous();
    if (lowest_weight_.defined()) {
      lowest_weight_.unsqueeze_(1);
      highest_weight_.unsqueeze_(1);
    }
    start_optimiser();
  }

  void set_word_radii(const WordRadii& radii) override { radii_ = radii; }

 private:
  TorchArray learnt_scores(const Batch& batch) override {
    TorchArray factors = kept_elements(torch::empty({static_cast<std::int64_t>(batch.words.size())}));
    if (factors.defined()) factors = factors / (1 - options_.input_dropout);
    return run_layers(sums_of_words(batch, input_weight_, factors) + bias_.flatten(), true);
  }

  /// Every head has a worst case of its own, and of two radii the worse one counts.
  TorchArray judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                           WorstChange* /*adversary*/) override {
    if (!radii_.any() || rows.size(0) == 0) return score;
    const TorchArray slopes = all_slopes(rows, torch::ones({heads_, rows.size(0), 1}));
    const TorchArray change = worst_change_of_words(batch, rows, slopes, input_weight_, radii_);
    return score.index_copy(0, rows, std::get<0>((scores_.index_select(1, rows) + change).min(0)));
  }

  /// Of rows of numbers, for evaluation.
  TorchArray forward(const TorchArray& u, bool learns) override {
    return run_layers(torch::addmm(bias_.flatten(), u, input_weight_), learns);
  }
  TorchArray input_gradients(const TorchArray& rows) override { return slopes_of_smallest(rows).mm(input_weight_.t()); }
  /// As one network does.
  void adjust_gradients() override {
    if (options_.init != StartingWeights::kPaper) return;
    input_weight_.grad().view({input_weight_.size(0), heads_, -1}).narrow(2, 0, widths_.front()).mul_(2);
  }
  [[nodiscard]] TorchArray exported_input_weight() const override {
    return input_weight_.view({input_weight_.size(0), heads_, -1}).permute({1, 2, 0}).contiguous();
  }

  WordRadii radii_;
};

}  // namespace

std::unique_ptr<Learner> make_learner(const std::vector<ConvexMlp>& heads, const model::Shape& input_shape,
                                      std::span<const float> conditioner, const TrainOptions& options) {
  if (heads.size() == 1) return make_learner(heads.front(), input_shape, conditioner, options);
  return std::make_unique<DenseHeads>(heads, input_shape, conditioner, options);
}

std::unique_ptr<Learner> make_word_learner(const std::vector<ConvexMlp>& heads, const TrainOptions& options) {
  return std::make_unique<WordHeads>(heads, options);
}

}  // namespace standfast::trainer
