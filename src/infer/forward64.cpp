// The definition of f(x) = g(phi(x)) - threshold (C1), node by node, with every sum in float64 in the order of the
// weights. Kept plain on purpose: it shares no arithmetic with the float32 plan that it is compared with.
#include "infer/forward64.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace standfast::infer {
namespace {

using Values = std::vector<double>;

struct Geometry {
  std::int64_t stride, padding, dilation;
};

double bias_at(const model::Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

Values linear(const model::Tensor& weight, const model::Tensor& bias, const Values& x) {
  Values y(static_cast<std::size_t>(weight.shape[0]));
  for (std::size_t o = 0; o < y.size(); ++o) {
    double sum = bias_at(bias, o, y.size());
    const float* row = weight.values.data() + o * x.size();
    for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(row[i]) * x[i];
    y[o] = sum;
  }
  return y;
}

Values convolution(const model::Tensor& weight, const model::Tensor& bias, const Geometry& g, const model::Shape& in,
                   const model::Shape& out, const Values& x) {
  Values y(model::element_count(out));
  for (std::size_t o = 0; o < y.size(); ++o) y[o] = bias_at(bias, o, y.size());
  const float* w = weight.values.data();
  for (std::int64_t o = 0; o < out[0]; ++o) {
    for (std::int64_t c = 0; c < in[0]; ++c) {
      for (std::int64_t ky = 0; ky < weight.shape[2]; ++ky) {
        for (std::int64_t kx = 0; kx < weight.shape[3]; ++kx, ++w) {
          for (std::int64_t p = 0; p < out[1] * out[2]; ++p) {
            const std::int64_t row = p / out[2] * g.stride + ky * g.dilation - g.padding;
            const std::int64_t column = p % out[2] * g.stride + kx * g.dilation - g.padding;
            if (row < 0 || row >= in[1] || column < 0 || column >= in[2]) continue;
            y[static_cast<std::size_t>(o * out[1] * out[2] + p)] +=
                static_cast<double>(*w) * x[static_cast<std::size_t>((c * in[1] + row) * in[2] + column)];
          }
        }
      }
    }
  }
  return y;
}

Values pool(const model::Node& node, const model::Shape& in, const model::Shape& out, const Values& x) {
  Values y(model::element_count(out));
  for (std::size_t o = 0; o < y.size(); ++o) {
    const auto at = static_cast<std::int64_t>(o);
    const std::int64_t channel = at / (out[1] * out[2]), row = at / out[2] % out[1], column = at % out[2];
    double best = -std::numeric_limits<double>::infinity();
    for (std::int64_t k = 0; k < node.kernel * node.kernel; ++k) {
      const std::int64_t r = row * node.stride + k / node.kernel, c = column * node.stride + k % node.kernel;
      best = std::max(best, x[static_cast<std::size_t>((channel * in[1] + r) * in[2] + c)]);
    }
    y[o] = best;
  }
  return y;
}

}  // namespace

Forward64::Forward64(const model::Model& model) : model_(&model) {
  map_shapes_ = std::move(model::infer_map_shapes(model.feature_map, model.input_shape)).value();
  node_shapes_ = std::move(model::infer_shapes(model.graph)).value();
}

Values Forward64::run_map(std::span<const float> x) const {
  Values v(x.begin(), x.end());
  for (std::size_t k = 0; k < model_->feature_map.size(); ++k) {
    const model::MapStep& step = model_->feature_map[k];
    const auto value = [&](std::size_t i) { return model::broadcast(step.values, i); };
    const model::Shape& in = k == 0 ? model_->input_shape : map_shapes_[k - 1];
    const std::size_t n = v.size();
    switch (step.kind) {
      case model::MapKind::kCenter:
        for (std::size_t i = 0; i < n; ++i) v[i] -= value(i);
        break;
      case model::MapKind::kScale:
        for (std::size_t i = 0; i < n; ++i) v[i] *= value(i);
        break;
      case model::MapKind::kLinear:
        v = linear(step.values, step.bias, v);
        break;
      case model::MapKind::kConv2d:
        v = convolution(step.values, step.bias, {step.stride, step.padding, step.dilation}, in, map_shapes_[k], v);
        break;
      case model::MapKind::kAbs:
        for (std::size_t i = 0; i < n; ++i) v.push_back(std::fabs(v[i]));
        break;
    }
  }
  return v;
}

Values Forward64::run_node(std::size_t k, const std::vector<const Values*>& inputs) const {
  const model::Node& node = model_->graph.nodes[k];
  const std::int32_t source = node.inputs.front();
  const model::Shape& in =
      source == model::kGraphInput ? model_->graph.input_shape : node_shapes_[static_cast<std::size_t>(source)];
  const Values& x = *inputs.front();
  switch (node.kind) {
    case model::NodeKind::kLinear:
      return linear(node.weight, node.bias, x);
    case model::NodeKind::kConv2d:
      return convolution(node.weight, node.bias, {node.stride, node.padding, node.dilation}, in, node_shapes_[k], x);
    case model::NodeKind::kMaxPool:
      return pool(node, in, node_shapes_[k], x);
    case model::NodeKind::kMax:
      return {*std::max_element(x.begin(), x.end())};
    case model::NodeKind::kAdd:
    case model::NodeKind::kRelu:
    case model::NodeKind::kFlatten:
      break;
  }
  Values y = x;
  for (std::size_t j = 1; j < inputs.size(); ++j) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += (*inputs[j])[i];
  }
  if (node.kind == model::NodeKind::kRelu) {
    for (double& v : y) v = std::max(v, 0.0);
  }
  return y;
}

double Forward64::operator()(std::span<const float> x) const {
  const Values features = run_map(x);
  std::vector<Values> values(node_shapes_.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::vector<const Values*> inputs;
    for (const std::int32_t source : model_->graph.nodes[k].inputs) {
      inputs.push_back(source == model::kGraphInput ? &features : &values[static_cast<std::size_t>(source)]);
    }
    values[k] = run_node(k, inputs);
  }
  return values.back()[0] - static_cast<double>(model_->threshold);
}

}  // namespace standfast::infer
