// The network of trainer/mlp/network.hpp layer by layer, with BatchNorm1d(1) and a penalty on the input gradients that
// autograd differentiates a second time. Loss, penalty and SGD are those of the trainer, so that only the way of
// computing differs. Its numbers are never used, only its time.
#include "lab/peers/training_step.hpp"

#include <utility>
#include <vector>

#include <torch/optim/sgd.h>
#include <torch/torch.h>

namespace standfast::lab {
namespace {

using Array = torch::Tensor;

Array parameter(std::span<const float> values, std::vector<std::int64_t> shape) {
  return torch::tensor(torch::ArrayRef<float>(values.data(), values.size())).reshape(shape).requires_grad_();
}

/// y = W z + A u + b, as two layers: what nn.Linear gives, one for each weight.
struct Layer {
  Array input_weight, bias, hidden_weight, gain, shift, running_mean, running_variance;
};

Layer layer_of(const trainer::ConvexMlp& network, std::size_t k) {
  const auto first = static_cast<std::size_t>(network.first_row(k));
  const auto width = static_cast<std::size_t>(network.width(k));
  const auto inputs = static_cast<std::size_t>(network.inputs);
  Layer layer;
  layer.input_weight = parameter(std::span(network.input_weight).subspan(first * inputs, width * inputs),
                                 {network.width(k), network.inputs});
  layer.bias = parameter(std::span(network.bias).subspan(first, width), {network.width(k)});
  if (k > 0) layer.hidden_weight = parameter(network.hidden_weight[k - 1], {network.width(k), network.width(k - 1)});
  if (k == network.hidden.size()) return layer;
  layer.gain = torch::ones({1}).requires_grad_();
  layer.shift = torch::zeros({1}).requires_grad_();
  layer.running_mean = torch::zeros({1});
  layer.running_variance = torch::ones({1});
  return layer;
}

/// BatchNorm1d(1): one channel that holds all units of the layer.
Array normalise(const Layer& layer, const Array& z) {
  return torch::batch_norm(z.unsqueeze(1), layer.gain, layer.shift, layer.running_mean, layer.running_variance,
                           /*training=*/true, /*momentum=*/0.1, trainer::kBatchNormEpsilon, /*cudnn_enabled=*/false)
      .squeeze(1);
}

Array view_of(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  // from_blob asks for a pointer to mutable data and never writes through it here
  return torch::from_blob(const_cast<float*>(values.data()), shape);
}

}  // namespace

struct PlainTrainingStep::Impl {
  std::vector<Layer> layers;
  double jacobian_weight;
  std::unique_ptr<torch::optim::SGD> optimiser;

  Impl(const trainer::ConvexMlp& start, const TrainOptions& options) : jacobian_weight(options.jacobian_weight) {
    std::vector<Array> all;
    for (std::size_t k = 0; k <= start.hidden.size(); ++k) {
      layers.push_back(layer_of(start, k));
      const Layer& layer = layers.back();
      for (const auto& tensor : {layer.input_weight, layer.bias, layer.hidden_weight, layer.gain, layer.shift})
        if (tensor.defined()) all.push_back(tensor);
    }
    optimiser = std::make_unique<torch::optim::SGD>(all, torch::optim::SGDOptions(options.learning_rate).momentum(0.9));
  }

  [[nodiscard]] Array scores(const Array& u) const {
    Array z = torch::linear(u, layers[0].input_weight, layers[0].bias);
    for (std::size_t k = 1; k < layers.size(); ++k)
      z = torch::linear(normalise(layers[k - 1], z.relu()), layers[k].hidden_weight) +
          torch::linear(u, layers[k].input_weight, layers[k].bias);
    return z.squeeze(1);
  }

  void restore_signs() {
    const torch::NoGradGuard no_grad;
    for (auto& layer : layers)
      if (layer.hidden_weight.defined()) layer.hidden_weight.clamp_min_(0);
  }
};

PlainTrainingStep::PlainTrainingStep(const trainer::ConvexMlp& start, const TrainOptions& options)
    : impl_(std::make_unique<Impl>(start, options)) {}
PlainTrainingStep::~PlainTrainingStep() = default;

double PlainTrainingStep::step(const trainer::Batch& batch) {
  const auto count = static_cast<std::int64_t>(batch.count());
  const Array u = view_of(batch.features, {count, static_cast<std::int64_t>(batch.features.size()) / count})
                      .clone()
                      .requires_grad_();
  const Array scores = impl_->scores(u);
  Array loss = torch::binary_cross_entropy_with_logits(scores, view_of(batch.labels, {count}));
  const Array gradients =
      torch::autograd::grad({scores.sum()}, {u}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  loss = loss + impl_->jacobian_weight * gradients.norm();
  impl_->optimiser->zero_grad();
  loss.backward();
  impl_->optimiser->step();
  impl_->restore_signs();
  return loss.item<double>();
}

}  // namespace standfast::lab
