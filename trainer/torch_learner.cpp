// One training step: the same for every network that knows its score and its gradient. Autograd differentiates the loss
// once; the gradient inside the penalty is an explicit product of weights and masks, which it differentiates as any
// other expression. Then signs are restored and running averages follow.
#include "trainer/torch_learner.hpp"

#include <algorithm>
#include <limits>

#include <ATen/CPUGeneratorImpl.h>
#include <dlfcn.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/torch.h>

namespace standfast::trainer {
namespace {

// adamw serves short runs: its means forget sooner than adam's
constexpr double kShortMomentum = 0.9, kShortVariance = 0.99;
constexpr double kSgdMomentum = 0.9;  // of the published recipes

/// What libtorch's own backward pass calls; its transposed convolution does the same, by a slower path.
class ConvAdjoint : public torch::autograd::Function<ConvAdjoint> {
 public:
  static TorchArray forward(torch::autograd::AutogradContext* context, const TorchArray& slope,
                            const TorchArray& weight, const ConvGeometry& geometry) {
    context->save_for_backward({slope, weight});
    context->saved_data["stride"] = geometry.stride;
    context->saved_data["padding"] = geometry.padding;
    // only the input's shape matters to its own slopes
    const TorchArray input =
        at::empty({slope.size(0), weight.size(1), geometry.height, geometry.width}, slope.suggest_memory_format());
    return std::get<0>(backward_of_conv(slope, input, weight, geometry, {true, false, false}));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const ConvGeometry geometry = {context->saved_data["stride"].toInt(), context->saved_data["padding"].toInt()};
    const TorchArray slope = torch::conv2d(gradients[0], saved[1], {}, geometry.stride, geometry.padding);
    // <gradient, adjoint(slope)> = <conv(gradient), slope>
    return {slope, std::get<1>(backward_of_conv(saved[0], gradients[0], saved[1], geometry, {false, true, false})), {}};
  }

 private:
  static std::tuple<TorchArray, TorchArray, TorchArray> backward_of_conv(const TorchArray& slope,
                                                                         const TorchArray& input,
                                                                         const TorchArray& weight,
                                                                         const ConvGeometry& geometry,
                                                                         std::array<bool, 3> wanted) {
    const std::array<std::int64_t, 2> stride = {geometry.stride, geometry.stride},
                                      padding = {geometry.padding, geometry.padding}, dilation = {1, 1}, none = {0, 0};
    return at::convolution_backward(slope, input, weight, c10::nullopt, stride, padding, dilation, false, none, 1,
                                    wanted);
  }
};

}  // namespace

TorchArray worst_changes(WorstChange& adversary, const TorchArray& features, const TorchArray& slopes) {
  const TorchArray rows = features.contiguous();
  const TorchArray constant = slopes.detach().contiguous();
  TorchArray changes = torch::empty_like(rows);
  const auto dim = static_cast<std::size_t>(rows.size(1));
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    const std::int64_t at = i * rows.size(1);
    adversary.find({rows.data_ptr<float>() + at, dim}, {constant.data_ptr<float>() + at, dim},
                   {changes.data_ptr<float>() + at, dim});
  }
  return changes;
}

TorchArray conv_adjoint(const TorchArray& slope, const TorchArray& weight, const ConvGeometry& geometry) {
  return ConvAdjoint::apply(slope, weight, geometry);
}

TorchArray torch_array(const std::vector<float>& values, const model::Shape& shape) {
  return view_of(values, 1).clone().reshape(shape);
}

std::vector<float> values_of(const TorchArray& array) {
  const TorchArray flat = array.detach().contiguous().reshape({-1});
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

TorchArray view_of(std::span<const float> rows, std::size_t count) {
  // from_blob asks for a pointer to mutable data and never writes through it here
  auto* data = const_cast<float*>(rows.data());
  return torch::from_blob(data, {static_cast<std::int64_t>(count), static_cast<std::int64_t>(rows.size() / count)});
}

std::pair<TorchArray, TorchArray> weight_ends(const std::vector<std::int8_t>& signs) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  std::vector<float> lowest, highest;
  for (const std::int8_t sign : signs) {
    lowest.push_back(sign > 0 ? 0 : -kInf);
    highest.push_back(sign < 0 ? 0 : kInf);
  }
  const auto inputs = static_cast<std::int64_t>(signs.size());
  return {torch_array(lowest, {inputs}), torch_array(highest, {inputs})};
}

TorchArray rows_of(const TorchArray& array, const TorchArray& rows) {
  return rows.defined() ? array.index_select(0, rows) : array;
}

std::unique_ptr<torch::optim::Optimizer> make_optimiser(const TrainOptions& options,
                                                        const std::vector<TorchArray>& weights) {
  const double rate = options.learning_rate;
  switch (options.optimiser) {
    case Optimiser::kAdam:
      return std::make_unique<torch::optim::Adam>(weights, torch::optim::AdamOptions(rate));
    case Optimiser::kAdamW:
      return std::make_unique<torch::optim::AdamW>(
          weights,
          torch::optim::AdamWOptions(rate).betas({kShortMomentum, kShortVariance}).weight_decay(options.weight_decay));
    case Optimiser::kSgd:
      return std::make_unique<torch::optim::SGD>(weights, torch::optim::SGDOptions(rate).momentum(kSgdMomentum));
  }
  return nullptr;
}

// the seeds before this one draw weights and batches
TorchLearner::TorchLearner(const TrainOptions& options)
    : options_(options), dropout_(std::make_unique<at::Generator>(at::detail::createCPUGenerator(options.seed + 2))) {}
TorchLearner::~TorchLearner() = default;

void TorchLearner::start_optimiser() {
  for (auto& array : trainable()) array.requires_grad_();
  optimiser_ = make_optimiser(options_, trainable());
  if (options_.averaging == 0) return;
  for (const auto& array : state()) averages_.push_back(array.detach().clone());
}

void TorchLearner::set_learning_rate(double rate) {
  for (auto& group : optimiser_->param_groups()) group.options().set_lr(rate);
}

StepResult TorchLearner::step(const Batch& batch, WorstChange* adversary) {
  optimiser_->zero_grad();
  StepResult result = add_gradients(batch, adversary);
  adjust_gradients();
  optimiser_->step();
  const torch::NoGradGuard no_grad;
  restore_signs();
  update_averages();
  return result;
}

TorchArray TorchLearner::mean_loss(const TorchArray& judged, const TorchArray& labels) const {
  const TorchArray weights = labels * (options_.sensitive_weight - 1) + 1;
  const TorchArray targets = labels * (1 - options_.label_smoothing) + options_.label_smoothing / 2;
  return torch::binary_cross_entropy_with_logits(judged, targets, weights);
}

StepResult TorchLearner::add_gradients(const Batch& batch, WorstChange* adversary) {
  const TorchArray labels = view_of(batch.labels, 1).squeeze(0);
  const TorchArray score = learnt_scores(batch);
  TorchArray loss = mean_loss(judged_scores(batch, score, labels.nonzero().squeeze(1), adversary), labels);
  if (options_.jacobian_weight > 0) loss = loss + options_.jacobian_weight * input_gradients({}).norm();
  loss.backward();
  return {loss.item<double>(), values_of(score)};
}

TorchArray TorchLearner::worst_scores(const TorchArray& score, const TorchArray& features, const TorchArray& rows,
                                      WorstChange& adversary) {
  const TorchArray slopes = input_gradients(rows);
  return score.index_add(0, rows, (slopes * worst_changes(adversary, features, slopes)).sum(1));
}

TorchArray TorchLearner::learnt_scores(const Batch& batch) {
  const TorchArray features = view_of(batch.features, batch.count());
  const TorchArray kept = kept_elements(features);
  return forward(kept.defined() ? features * kept / (1 - options_.input_dropout) : features, true);
}

TorchArray TorchLearner::judged_scores(const Batch& batch, const TorchArray& score, const TorchArray& rows,
                                       WorstChange* adversary) {
  if (adversary == nullptr) return score;
  const TorchArray features = view_of(batch.features, batch.count());
  return worst_scores(score, features.index_select(0, rows), rows, *adversary);
}

/// Drawn from a stream of its own, so that no other use of libtorch's numbers changes a file.
TorchArray TorchLearner::kept_elements(const TorchArray& like) {
  const double kept = 1 - options_.input_dropout;
  if (kept == 1) return {};
  return torch::empty_like(like).bernoulli_(kept, *dropout_);
}

std::vector<TorchArray> TorchLearner::state() const {
  std::vector<TorchArray> all = trainable();
  const std::vector<TorchArray> running = statistics();
  all.insert(all.end(), running.begin(), running.end());
  return all;
}

void TorchLearner::update_averages() {
  ++steps_;
  // young averages forget faster, or they would remember the start
  const double young = static_cast<double>(steps_) / static_cast<double>(steps_ + 9);
  const double decay = std::min(options_.averaging, young);
  const std::vector<TorchArray> now = state();
  for (std::size_t i = 0; i < averages_.size(); ++i) averages_[i].lerp_(now[i], 1 - decay);
}

void TorchLearner::swap_averages() {
  if (averages_.empty()) return;
  const torch::NoGradGuard no_grad;
  std::vector<TorchArray> now = state();
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const TorchArray kept = averages_[i].clone();
    averages_[i].copy_(now[i]);
    now[i].copy_(kept);
  }
}

Evaluation TorchLearner::evaluate(std::span<const float> features, std::size_t count) {
  const torch::NoGradGuard no_grad;
  const auto scores = values_of(forward(view_of(features, count), false));
  return {scores, values_of(input_gradients({}))};
}

void use_one_thread() {
  // not called without need: it first starts a thread per core, and waits for ever if the system has none to give
  if (at::get_num_threads() != 1) at::set_num_threads(1);
  // OpenBLAS keeps its own count; another BLAS has no such function
  const auto set_blas_threads = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_blas_threads != nullptr) set_blas_threads(1);
}

}  // namespace standfast::trainer
