// The convex ConvNet of conv_network.hpp in libtorch. The gradient with respect to u runs backwards through adjoint
// convolutions with the masks and winners of the last forward pass, which count as constants.
#include <algorithm>
#include <tuple>
#include <utility>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

/// One block's weights; gains and statistics are (1, C, 1, 1).
struct Block {
  TorchArray weight, skip_weight;  // the latter undefined without input skips
  TorchArray conv_gain, conv_shift;
  TorchArray identity_gain, identity_shift;
  TorchArray mean, variance;

  Block(const ConvBlock& start, const ConvexConvNet& network);
  [[nodiscard]] ConvBlock values() const;
};

Block::Block(const ConvBlock& start, const ConvexConvNet& network) {
  const auto per_channel = [&](const std::vector<float>& values) {
    return torch_array(values, {1, network.channels(), 1, 1});
  };
  weight = torch_array(start.weight, network.block_weight_shape());
  if (!start.skip_weight.empty()) skip_weight = torch_array(start.skip_weight, network.first_weight_shape());
  conv_gain = per_channel(start.conv_gain);
  conv_shift = per_channel(start.conv_shift);
  identity_gain = per_channel(start.identity_gain);
  identity_shift = per_channel(start.identity_shift);
  mean = per_channel(start.mean);
  variance = per_channel(start.variance);
}

ConvBlock Block::values() const {
  return {values_of(weight),        skip_weight.defined() ? values_of(skip_weight) : std::vector<float>{},
          values_of(conv_gain),     values_of(conv_shift),
          values_of(identity_gain), values_of(identity_shift),
          values_of(mean),          values_of(variance)};
}

class TorchConvNet final : public TorchLearner {
 public:
  TorchConvNet(const ConvexConvNet& start, const TrainOptions& options);

  [[nodiscard]] Result<model::Graph> graph() const override;

 private:
  TorchArray forward(const TorchArray& u, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override;
  void restore_signs() override;

  TorchArray activate(const TorchArray& sum);
  TorchArray normalise(Block& block, const TorchArray& z, bool learns);
  [[nodiscard]] TorchArray from_input(const TorchArray& image, const TorchArray& weight, const TorchArray& bias) const;
  [[nodiscard]] TorchArray to_input(const TorchArray& slope, const TorchArray& weight) const;
  [[nodiscard]] TorchArray skip_slope() const;
  [[nodiscard]] TorchArray before_pool(const TorchArray& slope, const TorchArray& rows) const;

  ConvexConvNet start_;
  TorchArray first_weight_, first_bias_;
  std::vector<Block> blocks_;
  TorchArray readout_weight_, readout_bias_;
  TorchArray readout_skip_;         // per window of first_stride pixels, (c, h, w); undefined without input skips
  std::vector<TorchArray> masks_;   // of the last pass, one more than blocks, (count, C, H, W)
  std::vector<TorchArray> scales_;  // 1 / deviation per block, (1, C, 1, 1)
  TorchArray winners_;              // of the pool, undefined without
};

TorchConvNet::TorchConvNet(const ConvexConvNet& start, const TrainOptions& options)
    : TorchLearner(options), start_(start) {
  first_weight_ = torch_array(start.first_weight, start.first_weight_shape());
  first_bias_ = torch_array(start.first_bias, {start.channels()});
  for (const auto& block : start.blocks) blocks_.emplace_back(block, start);
  readout_weight_ = torch_array(start.readout_weight, {1, static_cast<std::int64_t>(start.readout_weight.size())});
  readout_bias_ = torch_array({start.readout_bias}, {1});
  const model::Shape hidden = start.hidden_shape();
  if (start.layout.input_skips) readout_skip_ = torch::zeros({start.input_shape[0], hidden[1], hidden[2]});
  this->start_optimiser();
}

Result<model::Graph> TorchConvNet::graph() const {
  ConvexConvNet network = start_;
  network.first_weight = values_of(first_weight_);
  network.first_bias = values_of(first_bias_);
  network.blocks.clear();
  for (const auto& block : blocks_) network.blocks.push_back(block.values());
  network.readout_weight = values_of(readout_weight_);
  network.readout_bias = readout_bias_.item<float>();
  if (readout_skip_.defined()) network.readout_skip = values_of(skip_slope());
  return to_graph(network);
}

std::vector<TorchArray> TorchConvNet::trainable() const {
  std::vector<TorchArray> all = {first_weight_, first_bias_, readout_weight_, readout_bias_};
  if (readout_skip_.defined()) all.push_back(readout_skip_);
  for (const auto& block : blocks_) {
    all.insert(all.end(), {block.weight, block.conv_gain, block.conv_shift, block.identity_gain, block.identity_shift});
    if (block.skip_weight.defined()) all.push_back(block.skip_weight);
  }
  return all;
}

std::vector<TorchArray> TorchConvNet::statistics() const {
  std::vector<TorchArray> all;
  for (const auto& block : blocks_) all.insert(all.end(), {block.mean, block.variance});
  return all;
}

void TorchConvNet::restore_signs() {
  readout_weight_.clamp_min_(0);
  for (auto& block : blocks_) {
    block.weight.clamp_min_(0);
    block.conv_gain.clamp_min_(kSmallestGain);
    block.identity_gain.clamp_min_(kSmallestGain);
  }
}

TorchArray TorchConvNet::activate(const TorchArray& sum) {
  masks_.push_back((sum.detach() > 0).to(torch::kFloat));
  return sum.relu();
}

/// Mean 0 and variance 1 per channel; adds 1 / deviation to scales_.
TorchArray TorchConvNet::normalise(Block& block, const TorchArray& z, bool learns) {
  const TorchArray mean = learns ? z.mean({0, 2, 3}, true) : block.mean;
  const TorchArray centred = z - mean;
  const TorchArray variance = learns ? centred.square().mean({0, 2, 3}, true) : block.variance;
  scales_.push_back((variance + kBatchNormEpsilon).rsqrt());
  if (learns) {
    const torch::NoGradGuard no_grad;
    const auto count = static_cast<double>(z.numel() / z.size(1));
    block.mean.lerp_(mean, kBatchNormMomentum);
    block.variance.lerp_(variance * (count / std::max(count - 1, 1.0)), kBatchNormMomentum);
  }
  return centred * scales_.back();
}

TorchArray TorchConvNet::from_input(const TorchArray& image, const TorchArray& weight, const TorchArray& bias) const {
  const ConvLayout& layout = start_.layout;
  return torch::conv2d(image, weight, bias, layout.first_stride, start_.first_padding());
}

TorchArray TorchConvNet::forward(const TorchArray& u, bool learns) {
  const model::Shape& shape = start_.input_shape;
  const std::int64_t window = start_.layout.input_pool;
  TorchArray image = u.reshape({u.size(0), shape[0], shape[1], shape[2]});
  if (window > 1) image = torch::avg_pool2d(image, window);
  masks_.clear();
  scales_.clear();
  TorchArray z = activate(from_input(image, first_weight_, first_bias_));
  for (auto& block : blocks_) {
    const TorchArray standard = normalise(block, z, learns);
    TorchArray sum =
        torch::conv2d(standard * block.conv_gain + block.conv_shift, block.weight, {}, 1, start_.block_padding()) +
        standard * block.identity_gain + block.identity_shift;
    if (block.skip_weight.defined()) sum = sum + from_input(image, block.skip_weight, {});
    z = activate(sum);
  }
  const std::int64_t pool = start_.layout.pool;
  if (pool > 1) std::tie(z, winners_) = torch::max_pool2d_with_indices(z, {pool, pool}, {pool, pool});
  const TorchArray score = torch::addmm(readout_bias_, z.flatten(1), readout_weight_.t()).squeeze(1);
  return readout_skip_.defined() ? torch::addmv(score, u, skip_slope().flatten()) : score;
}

/// The score's own weights of u: a window shares one, for pixels of their own would learn noise. Shape: that of u.
TorchArray TorchConvNet::skip_slope() const {
  const model::Shape& shape = start_.input_shape;
  const std::int64_t window = start_.layout.first_stride * start_.layout.input_pool;
  const TorchArray pixels = readout_skip_.repeat_interleave(window, 1).repeat_interleave(window, 2);
  return pixels.narrow(1, 0, shape[1]).narrow(2, 0, shape[2]) / (window * window);
}

/// The adjoint of from_input.
TorchArray TorchConvNet::to_input(const TorchArray& slope, const TorchArray& weight) const {
  const model::Shape seen = start_.seen_shape();
  return conv_adjoint(slope, weight, {start_.layout.first_stride, start_.first_padding(), seen[1], seen[2]});
}

/// The windows do not overlap: each slope goes to its window's largest value.
TorchArray TorchConvNet::before_pool(const TorchArray& slope, const TorchArray& rows) const {
  if (start_.layout.pool == 1) return slope;
  const model::Shape hidden = start_.hidden_shape();
  const TorchArray flat = torch::zeros({slope.size(0), hidden[0], hidden[1] * hidden[2]});
  return flat.scatter(2, rows_of(winners_, rows).flatten(2), slope.flatten(2))
      .reshape({slope.size(0), hidden[0], hidden[1], hidden[2]});
}

TorchArray TorchConvNet::input_gradients(const TorchArray& rows) {
  const std::int64_t count = rows.defined() ? rows.size(0) : masks_[0].size(0);
  const model::Shape pooled = start_.pooled_shape();
  const TorchArray readout = readout_weight_.reshape({1, pooled[0], pooled[1], pooled[2]});
  TorchArray slope = before_pool(readout.expand({count, -1, -1, -1}), rows);
  const model::Shape seen = start_.seen_shape();
  TorchArray gradients = torch::zeros({count, seen[0], seen[1], seen[2]});
  for (std::size_t k = blocks_.size(); k-- > 0;) {
    const Block& block = blocks_[k];
    const TorchArray masked = slope * rows_of(masks_[k + 1], rows);
    if (block.skip_weight.defined()) gradients = gradients + to_input(masked, block.skip_weight);
    const ConvGeometry geometry = {1, start_.block_padding(), masked.size(2), masked.size(3)};
    slope = conv_adjoint(masked, block.weight, geometry) * block.conv_gain + masked * block.identity_gain;
    slope = slope * scales_[k];
  }
  gradients = gradients + to_input(slope * rows_of(masks_[0], rows), first_weight_);
  const std::int64_t window = start_.layout.input_pool;
  if (window > 1) gradients = gradients.repeat_interleave(window, 2).repeat_interleave(window, 3) / (window * window);
  if (readout_skip_.defined()) gradients = gradients + skip_slope();
  return gradients.flatten(1);
}

}  // namespace

std::unique_ptr<Learner> make_learner(const ConvexConvNet& start, const TrainOptions& options) {
  return std::make_unique<TorchConvNet>(start, options);
}

}  // namespace standfast::trainer
