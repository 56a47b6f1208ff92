// The network of lipschitz_network.hpp in libtorch. Norms are part of what is differentiated. The gradient with respect
// to x runs backwards through the blocks, each of which is its own adjoint once its mask is a constant.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include <torch/torch.h>

#include "trainer/lipschitz/lipschitz_network.hpp"
#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

constexpr std::int64_t kPadding = kBlockKernel / 2;
constexpr int kNewtonSteps = 10;  // from a matrix of norms .5 to 1 to one that differs from 1 by rounding only
constexpr double kTiny = 1e-12;   // under a square root of what may be 0

/// The inner products of all filters with all filters moved by (down, right), taps that overlap only. Shape: (O, O).
TorchArray moved_products(const TorchArray& weight, std::int64_t down, std::int64_t right) {
  const std::int64_t height = kBlockKernel - down, width = kBlockKernel - std::abs(right);
  const auto part = [&](std::int64_t top, std::int64_t left) {
    return weight.narrow(2, top, height).narrow(3, left, width).flatten(1);
  };
  const TorchArray moved = part(down, std::max<std::int64_t>(right, 0));
  return moved.mm(part(0, std::max<std::int64_t>(-right, 0)).t());
}

/// unit_norms.hpp's balanced_filters, differentiable.
TorchArray balanced(const TorchArray& weight, const TorchArray& log_balance) {
  // a move and its opposite have transposed products
  TorchArray half = moved_products(weight, 0, 0).abs() / 2;
  for (std::int64_t down = 0; down < kBlockKernel; ++down) {
    for (std::int64_t right = down == 0 ? 1 : 1 - kBlockKernel; right < kBlockKernel; ++right)
      half = half + moved_products(weight, down, right).abs();
  }
  const TorchArray balance = log_balance.exp();
  const TorchArray sums = (half.mv(balance) + half.t().mv(balance)) / balance;
  return weight * (2 / (sums + kTiny)).sqrt().reshape({-1, 1, 1, 1});
}

/// unit_norms.hpp's orthonormal, differentiable. Shape: (rows, columns, 1, 1).
TorchArray orthonormalised(const TorchArray& matrix) {
  const bool wide = matrix.size(0) <= matrix.size(1);
  TorchArray m = wide ? matrix : matrix.t();
  m = m / m.mm(m.t()).abs().sum(1).max().sqrt();
  for (int step = 0; step < kNewtonSteps; ++step) m = 1.5 * m - 0.5 * m.mm(m.t()).mm(m);
  return (wide ? m : m.t()).reshape({matrix.size(0), matrix.size(1), 1, 1});
}

/// The adjoint of a convolution of stride 1 that keeps the size, which is another one.
TorchArray adjoint(const TorchArray& z, const TorchArray& weight) {
  return torch::conv2d(z, weight.transpose(0, 1).flip({2, 3}), {}, 1, kPadding);
}

struct TorchBlock {
  TorchArray weight, log_balance, bias;
  TorchArray filters, mask;  // of the last pass

  TorchBlock(const LipschitzBlock& start, const model::Shape& shape)
      : weight(torch_array(start.weight, shape)),
        log_balance(torch_array(start.log_balance, {shape[0]})),
        bias(torch_array(start.bias, {shape[0]})) {}

  TorchArray of(const TorchArray& u) {
    filters = balanced(weight, log_balance);
    const TorchArray hidden = torch::conv2d(u, filters, bias, 1, kPadding).relu();
    mask = hidden.detach() > 0;
    return u - adjoint(hidden, filters);
  }

  [[nodiscard]] TorchArray slopes(const TorchArray& slope, const TorchArray& rows) const {
    return slope - adjoint(torch::conv2d(slope, filters, {}, 1, kPadding) * rows_of(mask, rows), filters);
  }
};

struct TorchStage {
  TorchArray projection;  // undefined without one
  TorchArray orthonormal;
  std::vector<TorchBlock> blocks;

  TorchArray of(const TorchArray& before) {
    TorchArray u = torch::pixel_unshuffle(before, 2).contiguous(at::MemoryFormat::ChannelsLast);
    if (projection.defined()) {
      orthonormal = orthonormalised(projection);
      u = torch::conv2d(u, orthonormal);
    }
    for (TorchBlock& block : blocks) u = block.of(u);
    return u;
  }

  [[nodiscard]] TorchArray slopes(TorchArray slope, const TorchArray& rows) const {
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) slope = block->slopes(slope, rows);
    if (projection.defined()) slope = torch::conv2d(slope, orthonormal.transpose(0, 1));
    return torch::pixel_shuffle(slope, 2);
  }
};

class TorchLipschitzNet final : public TorchLearner {
 public:
  TorchLipschitzNet(const LipschitzNet& start, const TrainOptions& options) : TorchLearner(options), start_(start) {
    for (std::size_t s = 0; s < start.stages.size(); ++s) {
      TorchStage& stage = stages_.emplace_back();
      const std::vector<float>& projection = start.stages[s].projection;
      if (!projection.empty()) stage.projection = torch_array(projection, {start.channels(s), start.incoming(s)});
      for (const LipschitzBlock& block : start.stages[s].blocks) stage.blocks.emplace_back(block, start.block_shape(s));
    }
    head_weight_ = torch_array(start.head_weight, {static_cast<std::int64_t>(start.head_weight.size())});
    bias_ = torch_array({start.bias}, {1});
    this->start_optimiser();
  }

  [[nodiscard]] Result<model::Graph> graph() const override { return to_graph(values()); }
  [[nodiscard]] Result<model::FeatureMap> learnt_map() const override { return to_map(values()); }

 private:
  [[nodiscard]] LipschitzNet values() const;
  TorchArray forward(const TorchArray& x, bool learns) override;
  TorchArray judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                           WorstChange* adversary) override;
  TorchArray input_gradients(const TorchArray& rows) override;
  [[nodiscard]] std::vector<TorchArray> trainable() const override;
  [[nodiscard]] std::vector<TorchArray> statistics() const override { return {}; }
  void restore_signs() override {}  // any weights make a convex score

  /// The gradient of g with respect to the map's result, of norm 1 / temperature.
  [[nodiscard]] TorchArray head() const { return head_weight_ / (head_weight_.norm() * start_.temperature); }

  LipschitzNet start_;
  std::vector<TorchStage> stages_;
  TorchArray head_weight_, bias_;
  std::int64_t count_ = 0;  // the rows of the last pass
};

LipschitzNet TorchLipschitzNet::values() const {
  LipschitzNet network = start_;
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    LipschitzStage& stage = network.stages[s];
    if (stages_[s].projection.defined()) stage.projection = values_of(stages_[s].projection);
    for (std::size_t k = 0; k < stage.blocks.size(); ++k) {
      const TorchBlock& block = stages_[s].blocks[k];
      stage.blocks[k] = {values_of(block.weight), values_of(block.log_balance), values_of(block.bias)};
    }
  }
  network.head_weight = values_of(head_weight_);
  network.bias = bias_.item<float>();
  return network;
}

TorchArray TorchLipschitzNet::forward(const TorchArray& x, bool /*learns*/) {
  const model::Shape& shape = start_.input_shape;
  count_ = x.size(0);
  TorchArray u = x.reshape({count_, shape[0], shape[1], shape[2]});
  for (TorchStage& stage : stages_) u = stage.of(u);
  return u.contiguous().flatten(1).mv(head()) + bias_;
}

/// Nothing of size r moves the score by more than r / temperature.
TorchArray TorchLipschitzNet::judged_scores(const Batch& /*batch*/, const TorchArray& score, const TorchArray& rows,
                                            WorstChange* /*adversary*/) {
  if (!options_.certify_norm) return score;
  return score.index_add(0, rows,
                         torch::full_like(rows, -options_.certify_radius / start_.temperature, score.options()));
}

TorchArray TorchLipschitzNet::input_gradients(const TorchArray& rows) {
  const model::Shape last = start_.stage_shape(stages_.size() - 1);
  const std::int64_t count = rows.defined() ? rows.size(0) : count_;
  TorchArray slope = head().reshape({1, last[0], last[1], last[2]}).expand({count, -1, -1, -1});
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) slope = stage->slopes(slope, rows);
  return slope.flatten(1);
}

std::vector<TorchArray> TorchLipschitzNet::trainable() const {
  std::vector<TorchArray> all = {head_weight_, bias_};
  for (const TorchStage& stage : stages_) {
    if (stage.projection.defined()) all.push_back(stage.projection);
    for (const TorchBlock& block : stage.blocks) all.insert(all.end(), {block.weight, block.log_balance, block.bias});
  }
  return all;
}

}  // namespace

std::unique_ptr<Learner> make_learner(const LipschitzNet& start, const TrainOptions& options) {
  return std::make_unique<TorchLipschitzNet>(start, options);
}

}  // namespace standfast::trainer
