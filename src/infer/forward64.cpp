#include "infer/forward64.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace standfast {
namespace {

using Values = std::vector<double>;

struct Geometry {
  std::int64_t stride, padding, dilation;
};

double bias_at(const Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

Values linear(const Tensor& weight, const Tensor& bias, const Values& x) {
  Values y(static_cast<std::size_t>(weight.shape[0]));
  for (std::size_t o = 0; o < y.size(); ++o) {
    double sum = bias_at(bias, o, y.size());
    const float* row = weight.values.data() + o * x.size();
    for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(row[i]) * x[i];
    y[o] = sum;
  }
  return y;
}

Values convolution(const Tensor& weight, const Tensor& bias, const Geometry& g, const Shape& in, const Shape& out,
                   const Values& x) {
  Values y(element_count(out));
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

Values pool(const Node& node, const Shape& in, const Shape& out, const Values& x) {
  Values y(element_count(out));
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

Forward64::Forward64(const Model& model) : model_(&model) {
  map_shapes_ = std::move(infer_map_shapes(model.feature_map, model.input_shape)).value();
  node_shapes_ = std::move(infer_shapes(model.graph)).value();
}

Values Forward64::run_map(std::span<const float> x) const {
  Values v(x.begin(), x.end());
  for (std::size_t k = 0; k < model_->feature_map.size(); ++k) {
    const MapStep& step = model_->feature_map[k];
    const auto value = [&](std::size_t i) { return broadcast(step.values, i); };
    const Shape& in = k == 0 ? model_->input_shape : map_shapes_[k - 1];
    const std::size_t n = v.size();
    switch (step.kind) {
      case MapKind::kCenter:
        for (std::size_t i = 0; i < n; ++i) v[i] -= value(i);
        break;
      case MapKind::kScale:
        for (std::size_t i = 0; i < n; ++i) v[i] *= value(i);
        break;
      case MapKind::kLinear:
        v = linear(step.values, step.bias, v);
        break;
      case MapKind::kConv2d:
        v = convolution(step.values, step.bias, {step.stride, step.padding, step.dilation}, in, map_shapes_[k], v);
        break;
      case MapKind::kAbs:
        for (std::size_t i = 0; i < n; ++i) v.push_back(std::fabs(v[i]));
        break;
    }
  }
  return v;
}

Values Forward64::run_node(std::size_t k, const std::vector<const Values*>& inputs) const {
  const Node& node = model_->graph.nodes[k];
  const std::int32_t source = node.inputs.front();
  const Shape& in = source == kGraphInput ? model_->graph.input_shape : node_shapes_[static_cast<std::size_t>(source)];
  const Values& x = *inputs.front();
  switch (node.kind) {
    case NodeKind::kLinear:
      return linear(node.weight, node.bias, x);
    case NodeKind::kConv2d:
      return convolution(node.weight, node.bias, {node.stride, node.padding, node.dilation}, in, node_shapes_[k], x);
    case NodeKind::kMaxPool:
      return pool(node, in, node_shapes_[k], x);
    case NodeKind::kMax:
      return {*std::max_element(x.begin(), x.end())};
    case NodeKind::kAdd:
    case NodeKind::kRelu:
    case NodeKind::kFlatten:
      break;
  }
  Values y = x;
  for (std::size_t j = 1; j < inputs.size(); ++j) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += (*inputs[j])[i];
  }
  if (node.kind == NodeKind::kRelu) {
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
      inputs.push_back(source == kGraphInput ? &features : &values[static_cast<std::size_t>(source)]);
    }
    values[k] = run_node(k, inputs);
  }
  return values.back()[0] - static_cast<double>(model_->threshold);
}

}  // namespace standfast
