// The closed form, (C3) in docs/certificates.md, in plain libtorch: radius = relu(f) / (Lip ||gradient||_2). Once by
// autograd, node by node, as a PyTorch user writes it; once by hand for chains of layers, with all weights on the input
// stacked into one matrix. Takes for granted a feature map of centres and abs steps. Proves nothing: it is there to be
// timed.
#include "lab/peers/torch_certificates.hpp"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <dlfcn.h>
#include <torch/torch.h>

#include "trainer/torch_network.hpp"

namespace standfast::lab {
namespace {

using Array = torch::Tensor;  // Tensor is the model file's

Array array_of(const model::Tensor& tensor) {
  if (tensor.empty()) return {};
  return torch::tensor(torch::ArrayRef<float>(tensor.values)).reshape(tensor.shape);
}

Array view_of(std::span<const float> inputs, std::size_t count, const model::Shape& shape) {
  std::vector<std::int64_t> sizes = {static_cast<std::int64_t>(count)};
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  // from_blob asks for a pointer to mutable data and never writes through it here
  return torch::from_blob(const_cast<float*>(inputs.data()), sizes);
}

/// One value, or one per feature of x in their shape.
Array values_of(const model::MapStep& step, const model::Shape& shape) {
  const Array values = array_of(step.values);
  return values.numel() == 1 ? values.reshape({1}) : values.reshape(shape);
}

/// A chain of layers with connections from the input: z_0 = relu(A_0 v + b_0), z_k = relu(W_k z_{k-1} + A_k v + b_k).
struct Folded {
  Array input_weight;         // (rows, inputs): A_0, A_1, ... below each other
  Array bias;                 // (rows)
  std::vector<Array> hidden;  // W_1, ...: (width, width before)
  std::vector<std::int64_t> widths;
  bool of_x = false;  // v = x, the centre being folded into the bias; else v = u
};

/// A node of the graph; `about` is without weights.
struct Step {
  model::Node about;
  Array weight;
  Array bias;
};

Array flat(const Array& value) { return value.flatten(1); }

Array run(const Step& node, const std::vector<Array>& in) {
  switch (node.about.kind) {
    case model::NodeKind::kLinear:
      return torch::linear(flat(in[0]), node.weight, node.bias);
    case model::NodeKind::kConv2d: {
      const bool per_channel = node.bias.defined() && node.bias.dim() == 1;
      const auto bias = per_channel ? c10::optional<Array>(node.bias) : c10::nullopt;
      const Array sum =
          torch::conv2d(in[0], node.weight, bias, node.about.stride, node.about.padding, node.about.dilation);
      return node.bias.defined() && !per_channel ? sum + node.bias : sum;
    }
    case model::NodeKind::kAdd: {
      Array sum = in[0];
      for (std::size_t k = 1; k < in.size(); ++k) sum = sum + in[k];
      return sum;
    }
    case model::NodeKind::kRelu:
      return in[0].relu();
    case model::NodeKind::kMaxPool:
      return torch::max_pool2d(in[0], node.about.kernel, node.about.stride);
    case model::NodeKind::kFlatten:
      return flat(in[0]);
    case model::NodeKind::kMax:
      return flat(in[0]).amax(1, true);
    case model::NodeKind::kMin: {
      Array smallest = flat(in[0]);
      for (std::size_t j = 1; j < in.size(); ++j) smallest = torch::minimum(smallest, flat(in[j]));
      return smallest;
    }
  }
  throw std::runtime_error("an unknown node");
}

/// The matrices on the input and on the layer before, in the order in which an exported MLP lists its nodes.
std::optional<Folded> fold_layers(const model::Graph& graph) {
  std::vector<Array> input_weights;
  std::vector<Array> biases;
  Folded folded;
  for (const auto& node : graph.nodes) {
    if (node.kind == model::NodeKind::kAdd || node.kind == model::NodeKind::kRelu) continue;
    if (node.kind != model::NodeKind::kLinear) return std::nullopt;
    const auto width = node.weight.shape[0];
    const bool of_input = node.inputs[0] == model::kGraphInput;
    if (of_input) {
      input_weights.push_back(array_of(node.weight));
      folded.widths.push_back(width);
    } else {
      folded.hidden.push_back(array_of(node.weight));
    }
    // a layer's bias may be with either matrix; the one on the layer before comes first or second
    const auto layer = of_input ? input_weights.size() : folded.hidden.size() + 1;
    if (biases.size() < layer) biases.push_back(torch::zeros({width}));
    if (!node.bias.empty()) biases[layer - 1] = biases[layer - 1] + array_of(node.bias);
  }
  if (folded.hidden.size() + 1 != input_weights.size() || folded.widths.back() != 1) return std::nullopt;
  folded.input_weight = torch::cat(input_weights);
  folded.bias = torch::cat(biases);
  return folded;
}

/// A centre alone costs nothing: A (x - c) + b = A x + (b - A c).
void fold_centre(const model::Model& model, Folded& folded) {
  if (model.feature_map.size() != 1 || model.feature_map[0].kind != model::MapKind::kCenter) return;
  const Array centre = values_of(model.feature_map[0], model.input_shape).expand(model.input_shape).reshape({-1});
  folded.bias = folded.bias - folded.input_weight.mv(centre);
  folded.of_x = true;
}

/// relu(f) / (Lip * ||gradient of g||_2), one per row.
void radii_of(const Array& logits, const Array& gradients, double lipschitz, std::vector<float>& out) {
  const Array radii = logits.relu() / (lipschitz * gradients.flatten(1).norm(2, 1));
  out.assign(radii.data_ptr<float>(), radii.data_ptr<float>() + radii.numel());
}

}  // namespace

struct TorchCertificates::Impl {
  model::Model about;  // without the graph's weights
  std::vector<Array> map_values;
  std::vector<Step> steps;
  double lipschitz = 1;
  std::optional<Folded> folded;

  explicit Impl(const model::Model& model) : folded(fold_layers(model.graph)) {
    if (folded) fold_centre(model, *folded);
    about.input_shape = model.input_shape;
    about.feature_map = model.feature_map;
    about.threshold = model.threshold;
    for (const auto& step : model.feature_map) {
      const bool abs = step.kind == model::MapKind::kAbs;
      if (abs) lipschitz = std::sqrt(2.0);
      map_values.push_back(abs ? Array() : values_of(step, model.input_shape));
    }
    for (const auto& node : model.graph.nodes) {
      Step step{{}, array_of(node.weight), array_of(node.bias)};
      step.about.kind = node.kind;
      step.about.inputs = node.inputs;
      step.about.stride = node.stride;
      step.about.padding = node.padding;
      step.about.dilation = node.dilation;
      step.about.kernel = node.kernel;
      steps.push_back(std::move(step));
    }
  }

  [[nodiscard]] Array features(Array u) const {
    for (std::size_t k = 0; k < about.feature_map.size(); ++k) {
      switch (about.feature_map[k].kind) {
        case model::MapKind::kCenter:
          u = u - map_values[k];
          break;
        case model::MapKind::kAbs:
          u = torch::cat({u, u.abs()}, 1);
          break;
        default:
          throw std::runtime_error("peers: the feature map holds more than centres and an abs");
      }
    }
    return u;
  }

  [[nodiscard]] Array logits(const Array& u) const {
    std::vector<Array> values;
    for (const auto& step : steps) {
      std::vector<Array> in;
      for (const auto from : step.about.inputs)
        in.push_back(from == model::kGraphInput ? u : values[static_cast<std::size_t>(from)]);
      values.push_back(run(step, in));
    }
    return values.back().squeeze(1) - about.threshold;
  }
};

TorchCertificates::TorchCertificates(const model::Model& model) : impl_(std::make_unique<Impl>(model)) {}
TorchCertificates::~TorchCertificates() = default;

void TorchCertificates::by_autograd(std::span<const float> inputs, std::size_t count, std::vector<float>& radii) const {
  const Array u = impl_->features(view_of(inputs, count, impl_->about.input_shape)).requires_grad_();
  const Array logits = impl_->logits(u);
  const Array gradients = torch::autograd::grad({logits.sum()}, {u})[0];
  radii_of(logits.detach(), gradients, impl_->lipschitz, radii);
}

bool TorchCertificates::folds() const { return impl_->folded.has_value(); }

void TorchCertificates::by_hand(std::span<const float> inputs, std::size_t count, std::vector<float>& radii) const {
  const c10::InferenceMode no_autograd;
  const Folded& net = *impl_->folded;
  const Array x = view_of(inputs, count, impl_->about.input_shape);
  const Array v = net.of_x ? x : impl_->features(x);
  const auto direct = torch::addmm(net.bias, v, net.input_weight.t()).split_with_sizes(net.widths, 1);
  std::vector<Array> sums = {direct[0]};
  for (std::size_t k = 1; k < direct.size(); ++k)
    sums.push_back(torch::addmm(direct[k], sums.back().relu(), net.hidden[k - 1].t()));
  std::vector<Array> slopes(sums.size());
  slopes.back() = torch::ones_like(sums.back());
  for (std::size_t k = slopes.size() - 1; k-- > 0;) slopes[k] = slopes[k + 1].mm(net.hidden[k]) * (sums[k] > 0);
  const Array gradients = torch::cat(slopes, 1).mm(net.input_weight);
  radii_of(sums.back().squeeze(1) - impl_->about.threshold, gradients, impl_->lipschitz, radii);
}

std::string use_one_torch_thread() {
  at::set_num_threads(1);
  trainer::use_one_thread();  // the BLAS keeps its own count
  const auto config = reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_config"));
  return config != nullptr ? config() : "not OpenBLAS";
}

}  // namespace standfast::lab
