// The loss is the logistic loss of the logit. Interval training (Gowal et al., ICCV 2019) adds the loss of the lower
// bound for rows of the sensitive class, which is all that is certified: both ramp up over the first half of the steps.
#include "lab/compare/torch_training.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

#include <torch/optim/adam.h>
#include <torch/torch.h>

#include "base/random.hpp"
#include "trainer/torch_learner.hpp"

namespace standfast::lab {
namespace {

using trainer::TorchArray;

constexpr std::uint32_t kTrainingNoise = 100;  // no purpose of smoothing's own draws
constexpr double kRise = 0.3;                  // of the steps
constexpr double kIntervalRamp = 0.5;          // of the steps, as is the share of the bound's loss at their end

class Trainee {
 public:
  Trainee(const model::Shape& input_shape, const BaseTraining& training) : shape_(input_shape), training_(training) {
    at::Generator generator = at::detail::createCPUGenerator(training.seed);
    TorchArray x = view_as_input(torch::zeros({1, static_cast<std::int64_t>(model::element_count(input_shape))}));
    for (const auto& layer : training.layers) {
      const std::int64_t inputs = layer.kernel > 0 ? x.size(1) : x.flatten(1).size(1);
      std::vector<std::int64_t> sizes = {layer.outputs, inputs};
      if (layer.kernel > 0) sizes.insert(sizes.end(), 2, layer.kernel);
      const auto fan_in = static_cast<double>(inputs * std::max<std::int64_t>(layer.kernel * layer.kernel, 1));
      // He's deviation, for ReLU
      weights_.push_back(torch::empty(sizes).normal_(0, std::sqrt(2 / fan_in), generator).requires_grad_());
      biases_.push_back(torch::zeros({layer.outputs}).requires_grad_());
      x = affine(weights_.size() - 1, x, weights_.back(), biases_.back());
    }
  }

  [[nodiscard]] std::vector<TorchArray> parameters() const {
    std::vector<TorchArray> all = weights_;
    all.insert(all.end(), biases_.begin(), biases_.end());
    return all;
  }

  /// Shape: x is (count, dim), the logits (count).
  [[nodiscard]] TorchArray logits(const TorchArray& x) const {
    TorchArray value = view_as_input(normalised(x));
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      value = affine(k, value, weights_[k], biases_[k]);
      if (k + 1 < weights_.size()) value = value.relu();
    }
    return value.flatten();
  }

  /// Lower bounds of the logits over pixels in [0, 1] within `radius` of x in linf.
  [[nodiscard]] TorchArray lower_logits(const TorchArray& x, double radius) const {
    TorchArray low = view_as_input(normalised((x - radius).clamp(0, 1)));
    TorchArray high = view_as_input(normalised((x + radius).clamp(0, 1)));
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      const TorchArray middle = affine(k, (low + high) / 2, weights_[k], biases_[k]);
      const TorchArray reach = affine(k, (high - low) / 2, weights_[k].abs(), {});
      low = middle - reach;
      high = middle + reach;
      if (k + 1 == weights_.size()) break;
      low = low.relu();
      high = high.relu();
    }
    return low.flatten();
  }

  [[nodiscard]] std::vector<TrainedLayer> trained() const {
    std::vector<TrainedLayer> layers;
    for (std::size_t k = 0; k < weights_.size(); ++k)
      layers.push_back({training_.layers[k],
                        {weights_[k].sizes().vec(), trainer::values_of(weights_[k])},
                        {biases_[k].sizes().vec(), trainer::values_of(biases_[k])}});
    return layers;
  }

 private:
  [[nodiscard]] TorchArray view_as_input(const TorchArray& x) const {
    std::vector<std::int64_t> sizes = {x.size(0)};
    sizes.insert(sizes.end(), shape_.begin(), shape_.end());
    return x.reshape(sizes);
  }

  [[nodiscard]] TorchArray normalised(const TorchArray& x) const {
    return (x - training_.normalisation.mean) * training_.normalisation.inverse_deviation;
  }

  [[nodiscard]] TorchArray affine(std::size_t k, const TorchArray& x, const TorchArray& weight,
                                  const TorchArray& bias) const {
    const auto& layer = training_.layers[k];
    if (layer.kernel == 0) return torch::linear(x.flatten(1), weight, bias);
    return torch::conv2d(x, weight, bias, layer.stride, layer.padding);
  }

  model::Shape shape_;
  const BaseTraining& training_;
  std::vector<TorchArray> weights_;
  std::vector<TorchArray> biases_;
};

double learning_rate_at(double done, double peak) {
  const auto half_cosine = [](double t) { return (1 - std::cos(std::numbers::pi * t)) / 2; };
  return peak * (done < kRise ? half_cosine(done / kRise) : 1 - half_cosine((done - kRise) / (1 - kRise)));
}

/// Row `row` as the network sees it in this epoch.
class TrainingInputs {
 public:
  TrainingInputs(std::span<const float> features, std::size_t dim, const BaseTraining& training)
      : features_(features), dim_(dim), training_(training), random_(training.seed + 1) {}

  void copy(std::size_t row, std::uint32_t epoch, std::span<float> out) {
    const auto x = features_.subspan(row * dim_, dim_);
    if (training_.noise) {
      add_noise(x, *training_.noise, {training_.seed, kTrainingNoise, static_cast<std::uint32_t>(row), epoch}, out);
    } else if (training_.splitting && on_the_grid(x, levels_)) {
      const auto& splitting = *training_.splitting;
      const auto position = random_.below(static_cast<std::uint64_t>(splitting.cuts));
      split(levels_, splitting, static_cast<std::int64_t>(position), out);
    } else {
      std::ranges::copy(x, out.begin());
    }
  }

 private:
  std::span<const float> features_;
  std::size_t dim_;
  const BaseTraining& training_;
  Random random_;
  std::vector<std::int64_t> levels_;
};

TorchArray loss_of(const Trainee& network, const TorchArray& x, const TorchArray& y, double done,
                   const BaseTraining& training) {
  const TorchArray logits = network.logits(x);
  const TorchArray loss = torch::binary_cross_entropy_with_logits(logits, y);
  if (training.interval_radius <= 0) return loss;
  const double ramp = std::min(done / kIntervalRamp, 1.0);
  const TorchArray worst = torch::where(y > 0.5, network.lower_logits(x, ramp * training.interval_radius), logits);
  const double share = kIntervalRamp * ramp;
  return (1 - share) * loss + share * torch::binary_cross_entropy_with_logits(worst, y);
}

}  // namespace

std::vector<TrainedLayer> train_base(const model::Shape& input_shape, std::span<const float> features,
                                     std::span<const float> labels, const BaseTraining& training) {
  const std::size_t dim = model::element_count(input_shape);
  Trainee network(input_shape, training);
  torch::optim::Adam optimiser(network.parameters(), torch::optim::AdamOptions(training.learning_rate));
  TrainingInputs inputs(features, dim, training);
  Random random(training.seed);
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t per_epoch = (order.size() + training.batch_size - 1) / training.batch_size;
  const double steps = static_cast<double>(per_epoch) * static_cast<double>(training.epochs);
  double step = 0;
  for (std::int64_t epoch = 0; epoch < training.epochs; ++epoch) {
    random.shuffle(std::span(order));
    double sum = 0;
    for (std::size_t first = 0; first < order.size(); first += training.batch_size, ++step) {
      if (training.stop_requested && training.stop_requested()) return {};
      const std::size_t count = std::min(training.batch_size, order.size() - first);
      std::vector<float> x(count * dim);
      std::vector<float> y(count);
      for (std::size_t i = 0; i < count; ++i) {
        inputs.copy(order[first + i], static_cast<std::uint32_t>(epoch), std::span(x).subspan(i * dim, dim));
        y[i] = labels[order[first + i]];
      }
      for (auto& group : optimiser.param_groups())
        group.options().set_lr(learning_rate_at(step / steps, training.learning_rate));
      optimiser.zero_grad();
      TorchArray loss =
          loss_of(network, trainer::view_of(x, count), trainer::view_of(y, 1).squeeze(0), step / steps, training);
      loss.backward();
      optimiser.step();
      sum += loss.item<double>();
    }
    if (training.progress) training.progress(epoch + 1, sum / static_cast<double>(per_epoch));
  }
  return network.trained();
}

}  // namespace standfast::lab
