// Forward pass, loss, gradients and optimiser of the convex MLP in libtorch: the only file that includes it.
#include "train/torch_network.hpp"

#include <cmath>
#include <utility>

#include <dlfcn.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>
#include <torch/torch.h>

namespace standfast {
namespace {

using Array = torch::Tensor;  // Array is the model file's

constexpr double kBatchNormMomentum = 0.1;
constexpr double kSmallestGain = 1e-3;  // a gain of 0 would silence its layer for good

Array tensor_of(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(torch::ArrayRef<float>(values)).reshape(shape);
}

std::vector<float> values_of(const Array& tensor) {
  const Array flat = tensor.detach().contiguous().reshape({-1});
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// A view of rows that the caller keeps alive.
Array view_of(std::span<const float> rows, std::size_t count) {
  // from_blob asks for a pointer to mutable data and never writes through it here
  auto* data = const_cast<float*>(rows.data());
  return torch::from_blob(data, {static_cast<std::int64_t>(count), static_cast<std::int64_t>(rows.size() / count)});
}

struct Parameters {
  std::vector<std::int64_t> widths;  // hidden layers, then 1
  Array input_weight;
  Array bias;
  std::vector<Array> hidden_weight;
  Array gain, shift;  // (L) or undefined
  Array running_mean, running_variance;

  explicit Parameters(const ConvexMlp& network) : widths(network.hidden) {
    widths.push_back(1);
    input_weight = tensor_of(network.input_weight, {network.rows(), network.inputs});
    bias = tensor_of(network.bias, {network.rows()});
    for (std::size_t k = 0; k < network.hidden_weight.size(); ++k)
      hidden_weight.push_back(tensor_of(network.hidden_weight[k], {widths[k + 1], widths[k]}));
    if (network.norms.empty()) return;
    gain = torch::ones({static_cast<std::int64_t>(network.norms.size())});
    shift = torch::zeros_like(gain);
    running_mean = torch::zeros_like(gain);
    running_variance = torch::ones_like(gain);
  }

  [[nodiscard]] std::vector<Array> trainable() const {
    std::vector<Array> all = hidden_weight;
    all.push_back(input_weight);
    all.push_back(bias);
    if (gain.defined()) {
      all.push_back(gain);
      all.push_back(shift);
    }
    return all;
  }

  void project() {
    const torch::NoGradGuard no_grad;
    for (auto& weight : hidden_weight) weight.clamp_min_(0);
    if (gain.defined()) gain.clamp_min_(kSmallestGain);
  }
};

struct Forward {
  Array score;                // (count)
  std::vector<Array> masks;   // per hidden layer, (count, width)
  std::vector<Array> scales;  // batch norm's, one element each; empty without
};

/// Batch norm over all units and rows of a layer; returns its scale and normalises z.
Array normalise(Parameters& parameters, std::int64_t layer, Array& z) {
  const Array mean = z.mean();
  const Array variance = (z - mean).square().mean();
  const Array scale = parameters.gain[layer] * (variance + kBatchNormEpsilon).rsqrt();
  z = (z - mean) * scale + parameters.shift[layer];
  const torch::NoGradGuard no_grad;
  const auto count = static_cast<double>(z.numel());
  parameters.running_mean[layer].lerp_(mean, kBatchNormMomentum);
  parameters.running_variance[layer].lerp_(variance * (count / std::max(count - 1, 1.0)), kBatchNormMomentum);
  return scale;
}

Forward forward(Parameters& parameters, const Array& features) {
  const Array direct = torch::addmm(parameters.bias, features, parameters.input_weight.t());
  const auto parts = direct.split_with_sizes(parameters.widths, 1);
  Forward result;
  Array z;
  for (std::size_t layer = 0; layer < parts.size(); ++layer) {
    const Array sum = layer == 0 ? parts[0] : torch::addmm(parts[layer], z, parameters.hidden_weight[layer - 1].t());
    if (layer + 1 == parts.size()) {
      result.score = sum.squeeze(1);
      break;
    }
    result.masks.push_back((sum.detach() > 0).to(torch::kFloat));
    z = sum.relu();
    if (parameters.gain.defined()) result.scales.push_back(normalise(parameters, static_cast<std::int64_t>(layer), z));
  }
  return result;
}

/// The gradient of g with respect to u of every row: see TorchNetwork::step.
Array input_gradients(const Parameters& parameters, const Forward& pass) {
  const std::int64_t count = pass.score.size(0);
  std::vector<Array> slopes(parameters.widths.size());
  slopes.back() = torch::ones({count, 1});
  for (std::size_t layer = slopes.size() - 1; layer-- > 0;) {
    Array slope = slopes[layer + 1].mm(parameters.hidden_weight[layer]) * pass.masks[layer];
    if (!pass.scales.empty()) slope = slope * pass.scales[layer];
    slopes[layer] = slope;
  }
  return torch::cat(slopes, 1).mm(parameters.input_weight);
}

std::unique_ptr<torch::optim::Optimizer> make_optimiser(const Parameters& parameters, const TrainOptions& options) {
  if (options.optimiser == "sgd")
    return std::make_unique<torch::optim::SGD>(
        parameters.trainable(), torch::optim::SGDOptions(options.learning_rate).momentum(options.momentum));
  return std::make_unique<torch::optim::Adam>(parameters.trainable(), torch::optim::AdamOptions(options.learning_rate));
}

}  // namespace

struct TorchNetwork::Impl {
  ConvexMlp start;
  Parameters parameters;
  Array conditioner;  // (inputs)
  double jacobian_weight;
  double sensitive_weight;
  double other_weight;
  bool paper;
  std::unique_ptr<torch::optim::Optimizer> optimiser;

  Impl(const ConvexMlp& network, std::span<const float> scale, const TrainOptions& options)
      : start(network),
        parameters(network),
        conditioner(scale.empty() ? torch::ones({network.inputs}) : view_of(scale, 1).squeeze(0).clone()),
        jacobian_weight(options.jacobian_weight),
        sensitive_weight(options.sensitive_weight),
        other_weight(options.other_weight),
        paper(options.init == "paper") {
    parameters.input_weight /= conditioner;
    for (auto& tensor : parameters.trainable()) tensor.requires_grad_();
    optimiser = make_optimiser(parameters, options);
  }
};

TorchNetwork::TorchNetwork(const ConvexMlp& start, std::span<const float> conditioner, const TrainOptions& options)
    : impl_(std::make_unique<Impl>(start, conditioner, options)) {}
TorchNetwork::~TorchNetwork() = default;
TorchNetwork::TorchNetwork(TorchNetwork&&) noexcept = default;
TorchNetwork& TorchNetwork::operator=(TorchNetwork&&) noexcept = default;

void TorchNetwork::set_learning_rate(double rate) {
  for (auto& group : impl_->optimiser->param_groups()) group.options().set_lr(rate);
}

StepResult TorchNetwork::step(const Batch& batch) {
  auto& parameters = impl_->parameters;
  const Array labels = view_of(batch.labels, 1).squeeze(0);
  const Forward pass = forward(parameters, view_of(batch.features, batch.count()) * impl_->conditioner);
  const Array weights = labels * (impl_->sensitive_weight - impl_->other_weight) + impl_->other_weight;
  Array loss = torch::binary_cross_entropy_with_logits(pass.score, labels, weights);
  if (impl_->jacobian_weight > 0)
    loss = loss + impl_->jacobian_weight * (input_gradients(parameters, pass) * impl_->conditioner).norm();
  impl_->optimiser->zero_grad();
  loss.backward();
  // the published first layer is the sum of two matrices, each with this gradient: together they move twice as far
  if (impl_->paper) parameters.input_weight.grad().narrow(0, 0, parameters.widths.front()).mul_(2);
  impl_->optimiser->step();
  parameters.project();
  return {loss.item<double>(), values_of(pass.score)};
}

ConvexMlp TorchNetwork::weights() const {
  const auto& parameters = impl_->parameters;
  ConvexMlp network = impl_->start;
  network.input_weight = values_of(parameters.input_weight * impl_->conditioner);
  network.bias = values_of(parameters.bias);
  for (std::size_t k = 0; k < network.hidden_weight.size(); ++k)
    network.hidden_weight[k] = values_of(parameters.hidden_weight[k]);
  for (std::size_t k = 0; k < network.norms.size(); ++k) {
    const auto layer = static_cast<std::int64_t>(k);
    network.norms[k] = {parameters.gain[layer].item<float>(), parameters.shift[layer].item<float>(),
                        parameters.running_mean[layer].item<float>(), parameters.running_variance[layer].item<float>()};
  }
  return network;
}

std::vector<float> torch_scores(const ConvexMlp& folded, std::span<const float> features, std::size_t count) {
  const torch::NoGradGuard no_grad;
  Parameters parameters(folded);
  return values_of(forward(parameters, view_of(features, count)).score);
}

InputGradients torch_input_gradients(const ConvexMlp& folded, std::span<const float> features, std::size_t count) {
  Parameters parameters(folded);
  const Array rows = view_of(features, count).clone().requires_grad_();
  const Forward pass = forward(parameters, rows);
  pass.score.sum().backward();
  return {values_of(input_gradients(parameters, pass)), values_of(rows.grad())};
}

void use_one_thread() {
  at::set_num_threads(1);
  // OpenBLAS keeps its own count; another BLAS has no such function
  const auto set_blas_threads = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_blas_threads != nullptr) set_blas_threads(1);
}

}  // namespace standfast
