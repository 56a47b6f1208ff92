// The network of lipschitz_network.hpp in libtorch. Norms are part of what is differentiated: once for a step, while
// the two halves of its batch are passed through the network side by side.
#include <future>
#include <numbers>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include "trainer/lipschitz/lipschitz_network.hpp"
#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

constexpr std::int64_t kPadding = kBlockKernel / 2;
constexpr int kNewtonSteps = 5;  // enough from what one step of the optimiser makes of an orthonormal matrix
constexpr int kFirstIterations = 30;
constexpr int kMoreIterations = 300;  // to judge as the proven norm will
constexpr double kTiny = 1e-12;       // beside a norm that may be 0

/// orthonormal.hpp's orthonormal, differentiable. Shape: (rows, columns, 1, 1).
TorchArray orthonormalised(const TorchArray& matrix) {
  const bool wide = matrix.size(0) <= matrix.size(1);
  TorchArray m = wide ? matrix : matrix.t();
  m = m / m.mm(m.t()).abs().sum(1).max().sqrt();
  for (int step = 0; step < kNewtonSteps; ++step) m = 1.5 * m - 0.5 * m.mm(m.t()).mm(m);
  return (wide ? m : m.t()).reshape({matrix.size(0), matrix.size(1), 1, 1});
}

/// The filters of the adjoint, which is a convolution as well, in the order of a convolution's own.
TorchArray adjoint_of(const TorchArray& filters) {
  return filters.transpose(0, 1).flip({2, 3}).contiguous(at::MemoryFormat::ChannelsLast);
}

TorchArray same_size(const TorchArray& u, const TorchArray& filters, const TorchArray& bias) {
  return torch::conv2d(u, filters, bias, 1, kPadding);
}

/// A convolution on a torus, of which that of zero-padded images is a part: the proven bound is one on its norm.
TorchArray round_torus(const TorchArray& z, const TorchArray& filters) {
  return torch::conv2d(at::pad(z, {kPadding, kPadding, kPadding, kPadding}, "circular"), filters);
}

/// A block's weights, and what power iteration has reached: a change that V stretches as much as any, on the torus that
/// no kernel reaches round. Shape: stretched is (1, C, h + 2, w + 2).
struct TorchBlock {
  TorchArray weight, bias, stretched;
};

void iterate(const TorchArray& weight, int steps, TorchArray& stretched) {
  const torch::NoGradGuard no_grad;
  const TorchArray back = adjoint_of(weight);
  for (int step = 0; step < steps; ++step) {
    stretched = round_torus(round_torus(stretched, weight), back);
    stretched = stretched / (stretched.norm() + kTiny);
  }
}

/// sqrt(2) V / ||V||_2, differentiable.
TorchArray of_squared_norm_2(const TorchBlock& block) {
  return block.weight * (std::numbers::sqrt2 / (round_torus(block.stretched, block.weight).norm() + kTiny));
}

struct TorchStage {
  TorchArray projection;  // undefined without one
  std::vector<TorchBlock> blocks;
};

/// Arrays that a pass multiplies by, made of the weights: for each stage its projection, if it has one, and for each
/// of its blocks W and b; then the score's gradient and its bias.
using Arrays = std::vector<TorchArray>;

class TorchLipschitzNet final : public TorchLearner {
 public:
  TorchLipschitzNet(const LipschitzNet& start, const TrainOptions& options) : TorchLearner(options), start_(start) {
    // after those of weights, batches and dropout; constant images would stay constant
    const at::Generator directions = at::detail::createCPUGenerator(options.seed + 3);
    for (std::size_t s = 0; s < start.stages.size(); ++s) {
      TorchStage& stage = stages_.emplace_back();
      const std::vector<float>& projection = start.stages[s].projection;
      const std::int64_t channels = start.channels(s);
      if (!projection.empty()) stage.projection = torch_array(projection, {channels, start.incoming(s)});
      const model::Shape image = start.stage_shape(s),
                         torus = {1, image[0], image[1] + 2 * kPadding, image[2] + 2 * kPadding};
      for (const LipschitzBlock& block : start.stages[s].blocks) {
        stage.blocks.push_back({torch_array(block.weight, start.block_shape(s)), torch_array(block.bias, {channels}),
                                torch::randn(torus, directions)});
        iterate(stage.blocks.back().weight, kFirstIterations, stage.blocks.back().stretched);
      }
    }
    head_weight_ = torch_array(start.head_weight, {static_cast<std::int64_t>(start.head_weight.size())});
    bias_ = torch_array({start.bias}, {1});
    this->start_optimiser();
  }

  [[nodiscard]] Result<model::Graph> graph() const override { return to_graph(values()); }
  [[nodiscard]] Result<model::FeatureMap> learnt_map() const override { return to_map(values()); }

 private:
  [[nodiscard]] LipschitzNet values() const;
  [[nodiscard]] Arrays arrays() const;
  TorchArray pass(const TorchArray& x, const Arrays& arrays, std::vector<TorchArray>* masks) const;
  TorchArray forward(const TorchArray& x, bool learns) override;
  StepResult add_gradients(const Batch& batch, WorstChange* adversary) override;
  TorchArray judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                           WorstChange* adversary) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override { return {}; }
  void restore_signs() override;

  struct Half {
    TorchArray loss, scores;
    Arrays gradients;
  };
  [[nodiscard]] Half half(const Batch& batch, std::int64_t first, std::int64_t count, const Arrays& arrays);

  LipschitzNet start_;
  std::vector<TorchStage> stages_;
  TorchArray head_weight_, bias_;
  // of the last pass of forward: a mask for each block, from the first to the last
  Arrays last_arrays_;
  std::vector<TorchArray> masks_;
  std::int64_t count_ = 0;
};

LipschitzNet TorchLipschitzNet::values() const {
  LipschitzNet network = start_;
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    LipschitzStage& stage = network.stages[s];
    if (stages_[s].projection.defined()) stage.projection = values_of(stages_[s].projection);
    for (std::size_t k = 0; k < stage.blocks.size(); ++k) {
      const TorchBlock& block = stages_[s].blocks[k];
      stage.blocks[k] = {values_of(block.weight), values_of(block.bias)};
    }
  }
  network.head_weight = values_of(head_weight_);
  network.bias = bias_.item<float>();
  return network;
}

Arrays TorchLipschitzNet::arrays() const {
  Arrays all;
  for (const TorchStage& stage : stages_) {
    if (stage.projection.defined()) all.push_back(orthonormalised(stage.projection));
    for (const TorchBlock& block : stage.blocks) all.insert(all.end(), {of_squared_norm_2(block), block.bias});
  }
  all.insert(all.end(), {head_weight_ / (head_weight_.norm() * start_.temperature), bias_});
  return all;
}

TorchArray TorchLipschitzNet::pass(const TorchArray& x, const Arrays& arrays, std::vector<TorchArray>* masks) const {
  const model::Shape& shape = start_.input_shape;
  TorchArray u = x.reshape({x.size(0), shape[0], shape[1], shape[2]});
  auto array = arrays.begin();
  for (const TorchStage& stage : stages_) {
    u = torch::pixel_unshuffle(u, 2).contiguous(at::MemoryFormat::ChannelsLast);
    if (stage.projection.defined()) u = torch::conv2d(u, *array++);
    for (std::size_t k = 0; k < stage.blocks.size(); ++k, array += 2) {
      const TorchArray hidden = same_size(u, array[0], array[1]).relu();
      if (masks != nullptr) masks->push_back(hidden.detach() > 0);
      u = u - same_size(hidden, adjoint_of(array[0]), {});
    }
  }
  return u.contiguous().flatten(1).mv(array[0]) + array[1];
}

TorchArray TorchLipschitzNet::forward(const TorchArray& x, bool learns) {
  for (TorchStage& stage : stages_)
    for (TorchBlock& block : stage.blocks) iterate(block.weight, learns ? 0 : kMoreIterations, block.stretched);
  count_ = x.size(0);
  last_arrays_ = arrays();
  masks_.clear();
  return pass(x, last_arrays_, &masks_);
}

/// Nothing of size r moves the score by more than r / temperature.
TorchArray TorchLipschitzNet::judged_scores(const Batch& /*batch*/, const TorchArray& score, const TorchArray& rows,
                                            WorstChange* /*adversary*/) {
  if (!options_.certify_norm) return score;
  const double margin = options_.certify_radius / start_.temperature;
  return score.index_add(0, rows, torch::full({rows.size(0)}, -margin));
}

/// Rows from `first` on, with arrays of their own to differentiate: no other thread writes to them.
TorchLipschitzNet::Half TorchLipschitzNet::half(const Batch& batch, std::int64_t first, std::int64_t count,
                                                const Arrays& arrays) {
  use_one_thread();
  const auto all = static_cast<std::int64_t>(batch.count());
  Arrays own;
  for (const TorchArray& array : arrays) own.push_back(array.detach().requires_grad_());
  const TorchArray labels = view_of(batch.labels, 1).squeeze(0).narrow(0, first, count);
  const TorchArray scores = pass(view_of(batch.features, batch.count()).narrow(0, first, count), own, nullptr);
  const TorchArray judged = judged_scores(batch, scores, labels.nonzero().squeeze(1), nullptr);
  const TorchArray loss = mean_loss(judged, labels) * (static_cast<double>(count) / static_cast<double>(all));
  Arrays gradients = torch::autograd::grad({loss}, own);
  return {loss.detach(), scores.detach(), std::move(gradients)};
}

/// Two halves of the batch side by side, whose gradients are added in one order: the bits do not depend on the number
/// of cores.
StepResult TorchLipschitzNet::add_gradients(const Batch& batch, WorstChange* adversary) {
  const auto count = static_cast<std::int64_t>(batch.count());
  if (count < 2 || options_.jacobian_weight > 0 || options_.input_dropout > 0)
    return TorchLearner::add_gradients(batch, adversary);
  const Arrays all = arrays();
  const std::int64_t middle = count / 2;
  auto later = std::async(std::launch::async, [&] { return half(batch, middle, count - middle, all); });
  const Half first = half(batch, 0, middle, all), second = later.get();
  Arrays gradients;
  for (std::size_t i = 0; i < all.size(); ++i) gradients.push_back(first.gradients[i] + second.gradients[i]);
  torch::autograd::backward(all, gradients);
  return {(first.loss + second.loss).item<double>(), values_of(torch::cat({first.scores, second.scores}))};
}

/// Backwards through the last pass: a block is its own adjoint once its mask is a constant.
TorchArray TorchLipschitzNet::input_gradients(const TorchArray& rows) {
  const model::Shape last = start_.stage_shape(stages_.size() - 1);
  const std::int64_t count = rows.defined() ? rows.size(0) : count_;
  auto array = last_arrays_.end() - 2;
  auto mask = masks_.end();
  TorchArray slope = array[0].reshape({1, last[0], last[1], last[2]}).expand({count, -1, -1, -1});
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    for (std::size_t k = 0; k < stage->blocks.size(); ++k) {
      array -= 2, --mask;
      const TorchArray hidden = same_size(slope, array[0], {}) * rows_of(*mask, rows);
      slope = slope - same_size(hidden, adjoint_of(array[0]), {});
    }
    if (stage->projection.defined()) slope = torch::conv2d(slope, (*--array).transpose(0, 1));
    slope = torch::pixel_shuffle(slope, 2);
  }
  return slope.flatten(1);
}

std::vector<TorchArray> TorchLipschitzNet::trainable() const {
  std::vector<TorchArray> all = {head_weight_, bias_};
  for (const TorchStage& stage : stages_) {
    if (stage.projection.defined()) all.push_back(stage.projection);
    for (const TorchBlock& block : stage.blocks) all.insert(all.end(), {block.weight, block.bias});
  }
  return all;
}

/// Any weights make a convex score; what is known of the weights follows them.
void TorchLipschitzNet::restore_signs() {
  for (TorchStage& stage : stages_) {
    if (stage.projection.defined()) stage.projection.copy_(orthonormalised(stage.projection).squeeze(3).squeeze(2));
    for (TorchBlock& block : stage.blocks) iterate(block.weight, 1, block.stretched);
  }
}

}  // namespace

std::unique_ptr<Learner> make_learner(const LipschitzNet& start, const TrainOptions& options) {
  return std::make_unique<TorchLipschitzNet>(start, options);
}

}  // namespace standfast::trainer
