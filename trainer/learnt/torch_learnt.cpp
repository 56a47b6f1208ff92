// The network of learnt_network.hpp in libtorch, its feature map among the weights. The gradient with respect to x runs
// backwards through adjoint convolutions, with masks, signs and dropout factors of the last forward pass as constants.
#include <utility>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

// shares of the last layer's inputs: more keeps rows from being learnt by heart, less trains faster
constexpr double kHeadDropout = 0.1;
constexpr double kInputDropout = 0.2;

/// Gain and shift are undefined if they are 1 and 0 for good.
struct TorchNorm {
  TorchArray gain, shift, mean, variance;
  TorchArray learnt_from;  // what the last pass normalised by its own statistics; undefined otherwise

  explicit TorchNorm(const ChannelNorm& start) {
    const auto channels = static_cast<std::int64_t>(start.mean.size());
    if (!start.gain.empty()) {
      gain = torch_array(start.gain, {channels});
      shift = torch_array(start.shift, {channels});
    }
    mean = torch_array(start.mean, {channels});
    variance = torch_array(start.variance, {channels});
  }

  TorchArray of(const TorchArray& z, bool learns) {
    learnt_from = learns ? z : TorchArray();
    return torch::batch_norm(z, gain, shift, mean, variance, learns, kBatchNormMomentum, kBatchNormEpsilon, false);
  }

  /// What the last pass multiplied each channel by. Shape: (1, C, 1, 1).
  [[nodiscard]] TorchArray scale() const {
    const TorchArray present = learnt_from.defined() ? learnt_from.var(at::IntArrayRef{0, 2, 3}, false, true)
                                                     : variance.reshape({1, -1, 1, 1});
    const TorchArray inverse = (present + kBatchNormEpsilon).rsqrt();
    return gain.defined() ? inverse * gain.reshape({1, -1, 1, 1}) : inverse;
  }

  [[nodiscard]] ChannelNorm values() const {
    if (!gain.defined()) return {{}, {}, values_of(mean), values_of(variance)};
    return {values_of(gain), values_of(shift), values_of(mean), values_of(variance)};
  }
};

/// A convolution that halves the sides of an image, and its adjoint.
TorchArray halve(const TorchArray& u, const TorchArray& weight) { return torch::conv2d(u, weight, {}, 2, 1); }
TorchArray halve_adjoint(const TorchArray& slope, const TorchArray& weight) {
  return conv_adjoint(slope, weight, {2, 1, 2 * slope.size(2), 2 * slope.size(3)});
}

/// Means of windows of 2 x 2, and their adjoint.
TorchArray pool(const TorchArray& z) { return torch::avg_pool2d(z, 2); }
TorchArray pool_adjoint(const TorchArray& slope) { return slope.repeat_interleave(2, 2).repeat_interleave(2, 3) / 4; }

/// relu with the mask of its last pass.
struct TorchRelu {
  TorchArray mask;

  TorchArray of(const TorchArray& sum) {
    mask = (sum.detach() > 0).to(torch::kFloat);
    return sum.relu();
  }
};

/// Dropout with the factors of its last pass; 1 if nothing is dropped.
struct TorchDropout {
  double share;
  TorchArray factors;

  TorchArray of(const TorchArray& z, bool learns) {
    factors = torch::dropout(torch::ones_like(z), share, learns);
    return z * factors;
  }
};

struct TorchLearntBlock {
  TorchArray weight, input_weight;
  TorchNorm sum, identity;
  TorchRelu relu;

  TorchLearntBlock(const LearntBlock& start, const LearntNet& network)
      : weight(torch_array(start.weight, network.block_weight_shape())),
        input_weight(torch_array(start.input_weight, network.input_weight_shape())),
        sum(start.sum),
        identity(start.identity) {}

  TorchArray of(const TorchArray& z, const TorchArray& u, bool learns) {
    const TorchArray both = torch::conv2d(z, weight, {}, 1, 1) + halve(u, input_weight);
    return relu.of(sum.of(both, learns) + identity.of(z, learns));
  }

  /// The score's slope with respect to what the last pass put out becomes those of z and of u.
  struct Slopes {
    TorchArray z, u;
  };
  [[nodiscard]] Slopes slopes(const TorchArray& slope, const TorchArray& rows) const {
    const TorchArray masked = slope * rows_of(relu.mask, rows), scaled = masked * sum.scale();
    return {conv_adjoint(scaled, weight, {1, 1, slope.size(2), slope.size(3)}) + masked * identity.scale(),
            halve_adjoint(scaled, input_weight)};
  }
};

class TorchLearntNet final : public TorchLearner {
 public:
  TorchLearntNet(const LearntNet& start, const TrainOptions& options)
      : TorchLearner(options),
        start_(start),
        filter_(torch_array(start.filter, start.filter_shape())),
        offset_(torch_array(start.offset, {1, start.layout.filters, 1, 1})),
        filter_norm_(start.filter_norm),
        stem_weight_(torch_array(start.stem_weight, start.input_weight_shape())),
        stem_(start.stem),
        blocks_{TorchLearntBlock(start.blocks[0], start), TorchLearntBlock(start.blocks[1], start)},
        head_(start.head),
        head_weight_(torch_array(start.head_weight, {static_cast<std::int64_t>(start.head_weight.size()), 1})),
        input_weight_(torch_array(start.input_weight, {static_cast<std::int64_t>(start.input_weight.size()), 1})),
        bias_(torch_array({start.bias}, {1})) {
    torch::manual_seed(options.seed);  // dropout
    this->start_optimiser();
  }

  [[nodiscard]] Result<model::Graph> graph() const override { return to_graph(values()); }
  [[nodiscard]] Result<model::FeatureMap> learnt_map() const override { return to_map(values()); }

 private:
  [[nodiscard]] LearntNet values() const;
  TorchArray forward(const TorchArray& x, bool learns) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  [[nodiscard]] TorchArray feature_slopes(const TorchArray& rows) const;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override;
  void restore_signs() override;

  LearntNet start_;
  TorchArray filter_, offset_;
  TorchNorm filter_norm_;
  TorchArray stem_weight_;
  TorchNorm stem_;
  TorchRelu stem_relu_;
  std::array<TorchLearntBlock, 2> blocks_;
  TorchNorm head_;
  TorchDropout head_dropout_{kHeadDropout, {}}, input_dropout_{kInputDropout, {}};
  TorchArray head_weight_, input_weight_, bias_;
  TorchArray signs_;  // of v in the last pass
};

LearntNet TorchLearntNet::values() const {
  LearntNet network = start_;
  network.filter = values_of(filter_);
  network.offset = values_of(offset_);
  network.filter_norm = filter_norm_.values();
  network.stem_weight = values_of(stem_weight_);
  network.stem = stem_.values();
  for (std::size_t k = 0; k < blocks_.size(); ++k) {
    const TorchLearntBlock& block = blocks_[k];
    network.blocks[k] = {values_of(block.weight), values_of(block.input_weight), block.sum.values(),
                         block.identity.values()};
  }
  network.head = head_.values();
  network.head_weight = values_of(head_weight_);
  network.input_weight = values_of(input_weight_);
  network.bias = bias_.item<float>();
  return network;
}

TorchArray TorchLearntNet::forward(const TorchArray& x, bool learns) {
  const model::Shape& shape = start_.input_shape;
  // the convolutions would put every other order into this one first
  const TorchArray image =
      x.reshape({x.size(0), shape[0], shape[1], shape[2]}).contiguous(at::MemoryFormat::ChannelsLast);
  TorchArray v = torch::conv2d(image, filter_, {}, start_.layout.filter_stride, start_.filter_padding());
  v = filter_norm_.of(v, learns) - offset_;
  signs_ = v.detach().sign();
  const TorchArray u = torch::cat({v, v.abs()}, 1), small = pool(u);
  TorchArray z = stem_relu_.of(stem_.of(halve(u, stem_weight_), learns));
  z = blocks_[0].of(z, u, learns);
  z = blocks_[1].of(pool(z), small, learns);
  z = head_.of(pool(z), learns).flatten(1);
  const TorchArray head = head_dropout_.of(z, learns).mm(head_weight_);
  const TorchArray input = input_dropout_.of(small.flatten(1), learns).mm(input_weight_);
  return (head + input + bias_).squeeze(1);
}

/// The slopes of u in the last pass: the network backwards, with its masks. Shape: that of u.
TorchArray TorchLearntNet::feature_slopes(const TorchArray& rows) const {
  const auto image = [](const TorchArray& slope, const model::Shape& shape) {
    return slope.reshape({-1, shape[0], shape[1], shape[2]});
  };
  const TorchArray head = rows_of(head_dropout_.factors, rows) * head_weight_.t();
  const TorchArray input = rows_of(input_dropout_.factors, rows) * input_weight_.t();
  TorchArray slope = pool_adjoint(image(head, start_.halved(start_.layout.channels, 3)) * head_.scale());
  auto [before, small] = blocks_[1].slopes(slope, rows);
  const auto [z, u] = blocks_[0].slopes(pool_adjoint(before), rows);
  small = small + image(input, start_.halved(start_.features(), 1));
  return u + pool_adjoint(small) + halve_adjoint(z * rows_of(stem_relu_.mask, rows) * stem_.scale(), stem_weight_);
}

/// The slopes of u, back through |v| and the filters.
TorchArray TorchLearntNet::input_gradients(const TorchArray& rows) {
  const std::int64_t filters = start_.layout.filters;
  const TorchArray slopes = feature_slopes(rows);
  TorchArray slope = slopes.narrow(1, 0, filters) + slopes.narrow(1, filters, filters) * rows_of(signs_, rows);
  slope = slope * filter_norm_.scale();
  const model::Shape& shape = start_.input_shape;
  return conv_adjoint(slope, filter_, {start_.layout.filter_stride, start_.filter_padding(), shape[1], shape[2]})
      .flatten(1);
}

std::vector<TorchArray> TorchLearntNet::trainable() const {
  std::vector<TorchArray> all = {filter_,     offset_,      stem_weight_,  stem_.gain,
                                 stem_.shift, head_weight_, input_weight_, bias_};
  for (const TorchLearntBlock& block : blocks_) {
    all.insert(all.end(), {block.weight, block.input_weight, block.sum.gain, block.sum.shift, block.identity.gain,
                           block.identity.shift});
  }
  return all;
}

std::vector<TorchArray> TorchLearntNet::statistics() const {
  std::vector<TorchArray> all = {stem_.mean,     stem_.variance,    head_.mean,
                                 head_.variance, filter_norm_.mean, filter_norm_.variance};
  for (const TorchLearntBlock& block : blocks_) {
    all.insert(all.end(), {block.sum.mean, block.sum.variance, block.identity.mean, block.identity.variance});
  }
  return all;
}

void TorchLearntNet::restore_signs() {
  head_weight_.clamp_min_(0);
  for (TorchLearntBlock& block : blocks_) {
    block.weight.clamp_min_(0);
    block.sum.gain.clamp_min_(kSmallestGain);
    block.identity.gain.clamp_min_(kSmallestGain);
  }
}

}  // namespace

std::unique_ptr<Learner> make_learner(const LearntNet& start, const TrainOptions& options) {
  return std::make_unique<TorchLearntNet>(start, options);
}

}  // namespace standfast::trainer
