// Batch norms absorbed into the layer beside them, in double: y = scale * z + shift goes into weights and bias.
//
// Before a zero-padded convolution the shift acts inside the image only, so that the bias becomes a map with one value
// per output. A negative scale on a convex path is refused, since it would turn the path over.
#include "model/fold.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/shape.hpp"

namespace standfast::model {
namespace {

Status check_scale(const std::vector<double>& scale, LayerReads reads) {
  const auto bad = std::ranges::find_if(
      scale, [&](double value) { return !std::isfinite(value) || (reads == LayerReads::kConvex && value < 0); });
  if (bad == scale.end()) return {};
  const bool negative = std::isfinite(*bad);
  return Error{negative ? ErrorCode::kNotConvex : ErrorCode::kBadValue,
               fmt::format("batch norm: scale {} is {}, expected {}", bad - scale.begin(), *bad,
                           negative ? "at least 0 on a convex path" : "a finite number")};
}

Status check_shift(const std::vector<double>& shift) {
  const auto bad = std::ranges::find_if(shift, [](double value) { return !std::isfinite(value); });
  if (bad == shift.end()) return {};
  return Error{ErrorCode::kBadValue,
               fmt::format("batch norm: shift {} is {}, expected a finite number", bad - shift.begin(), *bad)};
}

// From one value for all elements, from one per channel, or from one per element.
Result<std::vector<double>> one_value_per_element(const std::vector<double>& values, const Shape& shape,
                                                  const char* what) {
  const std::size_t count = element_count(shape);
  const auto channels = static_cast<std::size_t>(shape[0]);
  if (values.size() != 1 && values.size() != channels && values.size() != count) {
    return Error{ErrorCode::kBadShape, fmt::format("batch norm: has {} {} values, expected 1, {} or {}", values.size(),
                                                   what, channels, count)};
  }
  const std::size_t repeat = count / values.size();
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = values[i / repeat];
  return result;
}

void ensure_bias(WideLayer& layer) {
  if (!layer.bias.empty()) return;
  layer.bias_shape = {layer.weight_shape[0]};
  layer.bias.assign(static_cast<std::size_t>(layer.weight_shape[0]), 0.0);
}

// (out) -> (out, oh, ow); a map stays one.
void widen_bias_to_map(WideLayer& layer, const Shape& output) {
  ensure_bias(layer);
  if (layer.bias_shape == output) return;
  const auto repeat = static_cast<std::size_t>(output[1] * output[2]);
  std::vector<double> map(element_count(output));
  for (std::size_t i = 0; i < map.size(); ++i) map[i] = layer.bias[i / repeat];
  layer.bias = std::move(map);
  layer.bias_shape = output;
}

// What the shift adds to one output pixel: taps that fall on the padding see zero.
double shift_response(const WideLayer& layer, const std::vector<double>& shift, const Shape& input, std::int64_t out,
                      std::int64_t row, std::int64_t column) {
  const Shape& weight = layer.weight_shape;
  double sum = 0;
  for (std::int64_t c = 0; c < weight[1]; ++c) {
    for (std::int64_t i = 0; i < weight[2]; ++i) {
      for (std::int64_t j = 0; j < weight[3]; ++j) {
        const std::int64_t y = row * layer.stride - layer.padding + i * layer.dilation;
        const std::int64_t x = column * layer.stride - layer.padding + j * layer.dilation;
        if (y < 0 || y >= input[1] || x < 0 || x >= input[2]) continue;
        const std::int64_t tap = ((out * weight[1] + c) * weight[2] + i) * weight[3] + j;
        sum += layer.weight[static_cast<std::size_t>(tap)] *
               shift[static_cast<std::size_t>((c * input[1] + y) * input[2] + x)];
      }
    }
  }
  return sum;
}

void add_shift_map(WideLayer& layer, const std::vector<double>& shift, const Shape& input, const Shape& output) {
  widen_bias_to_map(layer, output);
  std::size_t position = 0;
  for (std::int64_t out = 0; out < output[0]; ++out) {
    for (std::int64_t row = 0; row < output[1]; ++row) {
      for (std::int64_t column = 0; column < output[2]; ++column) {
        layer.bias[position++] += shift_response(layer, shift, input, out, row, column);
      }
    }
  }
}

// Without padding each output pixel sees every tap, so that one value per channel says it all.
void add_channel_shift(WideLayer& layer, const std::vector<double>& shift, const Shape& input, const Shape& output) {
  ensure_bias(layer);
  const std::size_t repeat = layer.bias.size() / static_cast<std::size_t>(output[0]);
  for (std::size_t i = 0; i < layer.bias.size(); ++i) {
    layer.bias[i] += shift_response(layer, shift, input, static_cast<std::int64_t>(i / repeat), 0, 0);
  }
}

Status fold_before_conv2d(WideLayer& layer, const ElementwiseAffine& batch_norm, const Shape& input) {
  STANDFAST_TRY(
      const Shape output,
      conv2d_output_shape(input, layer.weight_shape, {layer.stride, layer.padding, layer.dilation}, "folded conv2d"));
  const auto channels = static_cast<std::size_t>(input[0]);
  if (batch_norm.scale.size() != 1 && batch_norm.scale.size() != channels) {
    return Error{ErrorCode::kUnsupported, fmt::format("batch norm before a conv2d: has {} scales, expected 1 or {}",
                                                      batch_norm.scale.size(), channels)};
  }
  STANDFAST_TRY(const std::vector<double> shift, one_value_per_element(batch_norm.shift, input, "shift"));
  const bool per_channel = batch_norm.shift.size() == 1 || batch_norm.shift.size() == channels;
  if (std::ranges::any_of(shift, [](double value) { return value != 0; })) {
    if (layer.padding == 0 && per_channel) {
      add_channel_shift(layer, shift, input, output);
    } else {
      add_shift_map(layer, shift, input, output);
    }
  }
  const auto taps = static_cast<std::size_t>(layer.weight_shape[2] * layer.weight_shape[3]);
  for (std::size_t i = 0; i < layer.weight.size(); ++i) {
    layer.weight[i] *= batch_norm.scale[batch_norm.scale.size() == 1 ? 0 : i / taps % channels];
  }
  return {};
}

Status fold_before_linear(WideLayer& layer, const ElementwiseAffine& batch_norm, const Shape& input) {
  STANDFAST_TRY(const std::vector<double> scale, one_value_per_element(batch_norm.scale, input, "scale"));
  STANDFAST_TRY(const std::vector<double> shift, one_value_per_element(batch_norm.shift, input, "shift"));
  if (layer.weight_shape[1] != static_cast<std::int64_t>(scale.size())) {
    return Error{ErrorCode::kBadShape, fmt::format("folded linear: weight is {}, expected (out, {})",
                                                   shape_text(layer.weight_shape), scale.size())};
  }
  ensure_bias(layer);
  for (std::size_t i = 0; i < layer.weight.size(); ++i) {
    const std::size_t feature = i % scale.size();
    layer.bias[i / scale.size()] += layer.weight[i] * shift[feature];
    layer.weight[i] *= scale[feature];
  }
  return {};
}

Status round_tensor(const Shape& shape, const std::vector<double>& wide, const char* what, Tensor& tensor) {
  Tensor rounded{shape, std::vector<float>(wide.size())};
  for (std::size_t i = 0; i < wide.size(); ++i) {
    rounded.values[i] = static_cast<float>(wide[i]);
    if (std::isfinite(rounded.values[i])) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("folded {}: value {} is {}, expected a finite float", what, i, wide[i])};
  }
  tensor = std::move(rounded);
  return {};
}

}  // namespace

Result<ElementwiseAffine> inference_affine(const BatchNorm& batch_norm) {
  const std::size_t count = batch_norm.mean.size();
  const auto fits = [&](const std::vector<double>& values) { return values.empty() || values.size() == count; };
  if (count == 0 || batch_norm.variance.size() != count || !fits(batch_norm.gamma) || !fits(batch_norm.beta)) {
    return Error{
        ErrorCode::kBadShape,
        fmt::format("batch norm: gamma, beta, mean and variance have {}, {}, {} and {} values, expected one number",
                    batch_norm.gamma.size(), batch_norm.beta.size(), count, batch_norm.variance.size())};
  }
  ElementwiseAffine affine{std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    const double variance = batch_norm.variance[i] + batch_norm.epsilon;
    affine.scale[i] = (batch_norm.gamma.empty() ? 1.0 : batch_norm.gamma[i]) / std::sqrt(variance);
    affine.shift[i] = (batch_norm.beta.empty() ? 0.0 : batch_norm.beta[i]) - batch_norm.mean[i] * affine.scale[i];
    if (variance > 0 && std::isfinite(affine.scale[i]) && std::isfinite(affine.shift[i])) continue;
    return Error{
        ErrorCode::kBadValue,
        fmt::format("batch norm: entry {} has variance {} and epsilon {}, expected finite values and a sum above 0", i,
                    batch_norm.variance[i], batch_norm.epsilon)};
  }
  return affine;
}

WideLayer widen(const Node& node) {
  assert((node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d) && "only these have weights");
  WideLayer layer;
  layer.kind = node.kind;
  layer.weight_shape = node.weight.shape;
  layer.weight.assign(node.weight.values.begin(), node.weight.values.end());
  layer.bias_shape = node.bias.shape;
  layer.bias.assign(node.bias.values.begin(), node.bias.values.end());
  layer.stride = node.stride;
  layer.padding = node.padding;
  layer.dilation = node.dilation;
  return layer;
}

Status round_into(const WideLayer& layer, Node& node) {
  STANDFAST_CHECK(round_tensor(layer.weight_shape, layer.weight, "weight", node.weight));
  return round_tensor(layer.bias_shape, layer.bias, "bias", node.bias);
}

Status fold_after(WideLayer& layer, const ElementwiseAffine& batch_norm, LayerReads reads) {
  STANDFAST_CHECK(check_scale(batch_norm.scale, reads));
  STANDFAST_CHECK(check_shift(batch_norm.shift));
  const Shape outputs = {layer.weight_shape[0]};
  STANDFAST_TRY(const std::vector<double> scale, one_value_per_element(batch_norm.scale, outputs, "scale"));
  STANDFAST_TRY(const std::vector<double> shift, one_value_per_element(batch_norm.shift, outputs, "shift"));
  ensure_bias(layer);
  const std::size_t fan_in = layer.weight.size() / scale.size();
  for (std::size_t i = 0; i < layer.weight.size(); ++i) layer.weight[i] *= scale[i / fan_in];
  const std::size_t repeat = layer.bias.size() / scale.size();
  for (std::size_t i = 0; i < layer.bias.size(); ++i) {
    layer.bias[i] = layer.bias[i] * scale[i / repeat] + shift[i / repeat];
  }
  return {};
}

Status fold_before(WideLayer& layer, const ElementwiseAffine& batch_norm, const Shape& input_shape, LayerReads reads) {
  STANDFAST_CHECK(checked_element_count(input_shape, "folded layer's input"));
  STANDFAST_CHECK(check_scale(batch_norm.scale, reads));
  STANDFAST_CHECK(check_shift(batch_norm.shift));
  if (layer.kind == NodeKind::kConv2d) return fold_before_conv2d(layer, batch_norm, input_shape);
  return fold_before_linear(layer, batch_norm, input_shape);
}

}  // namespace standfast::model
