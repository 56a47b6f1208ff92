// The convex MLP of network.hpp in libtorch. The matrices on the input are one product for all layers; the gradient
// with respect to u is the explicit backward product of torch_network.hpp, so that no derivative is taken twice.
#include <algorithm>
#include <tuple>
#include <utility>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

class TorchMlp final : public TorchLearner {
 public:
  TorchMlp(const ConvexMlp& start, const model::Shape& input_shape, std::span<const float> conditioner,
           const TrainOptions& options);

  [[nodiscard]] Result<model::Graph> graph() const override {
    return to_graph(fold_batch_norms(weights()), input_shape_);
  }

 private:
  TorchArray forward(const TorchArray& u, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override;
  void adjust_gradients() override;
  void restore_signs() override;

  TorchArray normalise(std::size_t layer, const TorchArray& z, bool learns);
  [[nodiscard]] ConvexMlp weights() const;

  ConvexMlp start_;
  model::Shape input_shape_;
  std::vector<std::int64_t> widths_;           // hidden layers, then 1
  TorchArray conditioner_;                     // (inputs)
  TorchArray lowest_weight_, highest_weight_;  // (inputs), or undefined if the signs of the inputs are free
  TorchArray input_weight_;
  TorchArray bias_;
  std::vector<TorchArray> hidden_weight_;
  TorchArray gain_, shift_;  // (L) or undefined
  TorchArray running_mean_, running_variance_;
  std::vector<TorchArray> masks_;   // of the last pass, per hidden layer, (count, width)
  std::vector<TorchArray> scales_;  // batch norm's, one element each; empty without
};

TorchMlp::TorchMlp(const ConvexMlp& start, const model::Shape& input_shape, std::span<const float> conditioner,
                   const TrainOptions& options)
    : TorchLearner(options),
      start_(start),
      input_shape_(input_shape),
      widths_(start.hidden),
      conditioner_(conditioner.empty() ? torch::ones({start.inputs}) : view_of(conditioner, 1).squeeze(0).clone()) {
  widths_.push_back(1);
  input_weight_ = torch_array(start.input_weight, {start.rows(), start.inputs}) / conditioner_;
  bias_ = torch_array(start.bias, {start.rows()});
  for (std::size_t k = 0; k < start.hidden_weight.size(); ++k)
    hidden_weight_.push_back(torch_array(start.hidden_weight[k], {widths_[k + 1], widths_[k]}));
  if (!start.norms.empty()) {
    gain_ = torch::ones({static_cast<std::int64_t>(start.norms.size())});
    shift_ = torch::zeros_like(gain_);
    running_mean_ = torch::zeros_like(gain_);
    running_variance_ = torch::ones_like(gain_);
  }
  if (!start.input_signs.empty()) std::tie(lowest_weight_, highest_weight_) = weight_ends(start.input_signs);
  this->start_optimiser();
}

std::vector<TorchArray> TorchMlp::trainable() const {
  std::vector<TorchArray> all = hidden_weight_;
  all.push_back(input_weight_);
  all.push_back(bias_);
  if (gain_.defined()) {
    all.push_back(gain_);
    all.push_back(shift_);
  }
  return all;
}

std::vector<TorchArray> TorchMlp::statistics() const {
  if (!gain_.defined()) return {};
  return {running_mean_, running_variance_};
}

/// The published first layer is the sum of two matrices, each with this gradient: together they move twice as far.
void TorchMlp::adjust_gradients() {
  if (options_.init == StartingWeights::kPaper) input_weight_.grad().narrow(0, 0, widths_.front()).mul_(2);
}

void TorchMlp::restore_signs() {
  for (auto& weight : hidden_weight_) weight.clamp_min_(0);
  if (lowest_weight_.defined()) input_weight_.clamp_(lowest_weight_, highest_weight_);
  if (gain_.defined()) gain_.clamp_min_(kSmallestGain);
}

/// Batch norm over all units and rows of a layer; adds its scale to scales_.
TorchArray TorchMlp::normalise(std::size_t layer, const TorchArray& z, bool learns) {
  const auto k = static_cast<std::int64_t>(layer);
  const TorchArray mean = learns ? z.mean() : running_mean_[k];
  const TorchArray variance = learns ? (z - mean).square().mean() : running_variance_[k];
  scales_.push_back(gain_[k] * (variance + kBatchNormEpsilon).rsqrt());
  if (learns) {
    const torch::NoGradGuard no_grad;
    const auto count = static_cast<double>(z.numel());
    running_mean_[k].lerp_(mean, kBatchNormMomentum);
    running_variance_[k].lerp_(variance * (count / std::max(count - 1, 1.0)), kBatchNormMomentum);
  }
  return (z - mean) * scales_.back() + shift_[k];
}

TorchArray TorchMlp::forward(const TorchArray& u, bool learns) {
  const TorchArray direct = torch::addmm(bias_, u * conditioner_, input_weight_.t());
  const auto parts = direct.split_with_sizes(widths_, 1);
  masks_.clear();
  scales_.clear();
  TorchArray sum = parts[0];
  for (std::size_t layer = 0; layer + 1 < parts.size(); ++layer) {
    masks_.push_back((sum.detach() > 0).to(torch::kFloat));
    TorchArray z = sum.relu();
    if (gain_.defined()) z = normalise(layer, z, learns);
    sum = torch::addmm(parts[layer + 1], z, hidden_weight_[layer].t());
  }
  return sum.squeeze(1);
}

TorchArray TorchMlp::input_gradients(const TorchArray& rows) {
  const std::int64_t count = rows.defined() ? rows.size(0) : masks_[0].size(0);
  std::vector<TorchArray> slopes(widths_.size());
  slopes.back() = torch::ones({count, 1});
  for (std::size_t layer = slopes.size() - 1; layer-- > 0;) {
    TorchArray slope = slopes[layer + 1].mm(hidden_weight_[layer]) * rows_of(masks_[layer], rows);
    if (!scales_.empty()) slope = slope * scales_[layer];
    slopes[layer] = slope;
  }
  return torch::cat(slopes, 1).mm(input_weight_) * conditioner_;
}

ConvexMlp TorchMlp::weights() const {
  ConvexMlp network = start_;
  network.input_weight = values_of(input_weight_ * conditioner_);
  network.bias = values_of(bias_);
  for (std::size_t k = 0; k < network.hidden_weight.size(); ++k)
    network.hidden_weight[k] = values_of(hidden_weight_[k]);
  for (std::size_t k = 0; k < network.norms.size(); ++k) {
    const auto layer = static_cast<std::int64_t>(k);
    network.norms[k] = {gain_[layer].item<float>(), shift_[layer].item<float>(), running_mean_[layer].item<float>(),
                        running_variance_[layer].item<float>()};
  }
  return network;
}

}  // namespace

std::unique_ptr<Learner> make_learner(const ConvexMlp& start, const model::Shape& input_shape,
                                      std::span<const float> conditioner, const TrainOptions& options) {
  return std::make_unique<TorchMlp>(start, input_shape, conditioner, options);
}

}  // namespace standfast::trainer
