#include "support/reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

namespace standfast::support {
namespace {

constexpr std::size_t kLanes = 8;  // directions that one dual number carries
constexpr long double kUnit =
    0x1p-64L;  // unit roundoff of x87 long double; 2^-53 where long double is double is caught below
static_assert(std::numeric_limits<long double>::digits >= 64, "the error bounds assume a 64-bit significand");

struct Dual {
  double value = 0;
  std::array<double, kLanes> slope{};
};

void add(double& sum, double z) { sum += z; }
void add(Dual& sum, const Dual& z) {
  sum.value += z.value;
  for (std::size_t k = 0; k < kLanes; ++k) sum.slope[k] += z.slope[k];
}
void add(Bounded& sum, const Bounded& z) {
  sum.value += z.value;
  sum.error += z.error + kUnit * std::fabs(sum.value);
}

double times(double z, float w) { return z * static_cast<double>(w); }
Dual times(Dual z, float w) {
  z.value *= static_cast<double>(w);
  for (auto& slope : z.slope) slope *= static_cast<double>(w);
  return z;
}
Bounded times(const Bounded& z, float w) {
  const long double product = z.value * static_cast<long double>(w);
  return {product, z.error * std::fabs(static_cast<long double>(w)) + kUnit * std::fabs(product)};
}

template <class S>
S constant(float w) {
  S z{};
  if constexpr (std::is_same_v<S, double>) {
    z = static_cast<double>(w);
  } else {
    z.value = w;
  }
  return z;
}

double relu(double z) { return z > 0 ? z : 0.0; }
Dual relu(const Dual& z) { return z.value > 0 ? z : Dual{}; }
Bounded relu(const Bounded& z) { return {z.value > 0 ? z.value : 0, z.error}; }

double absolute(double z) { return std::fabs(z); }
Dual absolute(const Dual& z) {
  if (z.value > 0) return z;
  return z.value < 0 ? times(z, -1) : Dual{};
}
Bounded absolute(const Bounded& z) { return {std::fabs(z.value), z.error}; }

double larger(double a, double b) { return a < b ? b : a; }
Dual larger(const Dual& a, const Dual& b) { return a.value < b.value ? b : a; }
Bounded larger(const Bounded& a, const Bounded& b) {
  // max is 1-Lipschitz in the largest difference, so the larger error covers both
  return {std::max(a.value, b.value), std::max(a.error, b.error)};
}

double smaller(double a, double b) { return b < a ? b : a; }
Dual smaller(const Dual& a, const Dual& b) { return b.value < a.value ? b : a; }
Bounded smaller(const Bounded& a, const Bounded& b) { return {std::min(a.value, b.value), std::max(a.error, b.error)}; }

struct Window {
  std::int64_t stride = 1, padding = 0, dilation = 1;
};

template <class S>
std::vector<S> linear(const std::vector<S>& in, const model::Tensor& weight, const model::Tensor& bias) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  std::vector<S> out(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    if (!bias.empty()) out[r] = constant<S>(bias.values[r]);
    for (std::size_t c = 0; c < columns; ++c) add(out[r], times(in[c], weight.values[r * columns + c]));
  }
  return out;
}

/// One output element of a convolution, without its bias.
template <class S>
S convolve_at(const std::vector<S>& in, const model::Shape& shape, const model::Tensor& weight, Window window,
              std::int64_t channel, std::int64_t row, std::int64_t column) {
  S sum{};
  const auto kernel_h = weight.shape[2], kernel_w = weight.shape[3];
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    for (std::int64_t i = 0; i < kernel_h; ++i) {
      for (std::int64_t j = 0; j < kernel_w; ++j) {
        const auto y = row * window.stride - window.padding + i * window.dilation;
        const auto x = column * window.stride - window.padding + j * window.dilation;
        if (y < 0 || x < 0 || y >= shape[1] || x >= shape[2]) continue;
        const auto w = ((channel * shape[0] + c) * kernel_h + i) * kernel_w + j;
        add(sum, times(in[static_cast<std::size_t>((c * shape[1] + y) * shape[2] + x)],
                       weight.values[static_cast<std::size_t>(w)]));
      }
    }
  }
  return sum;
}

template <class S>
std::vector<S> convolve(const std::vector<S>& in, const model::Shape& shape, const model::Shape& out_shape,
                        const model::Tensor& weight, const model::Tensor& bias, Window window) {
  std::vector<S> out;
  out.reserve(model::element_count(out_shape));
  const bool per_channel = bias.shape.size() == 1;
  for (std::int64_t c = 0; c < out_shape[0]; ++c) {
    for (std::int64_t y = 0; y < out_shape[1]; ++y) {
      for (std::int64_t x = 0; x < out_shape[2]; ++x) {
        auto sum = convolve_at(in, shape, weight, window, c, y, x);
        if (!bias.empty()) add(sum, constant<S>(bias.values[per_channel ? static_cast<std::size_t>(c) : out.size()]));
        out.push_back(sum);
      }
    }
  }
  return out;
}

template <class S>
std::vector<S> max_pool(const std::vector<S>& in, const model::Shape& shape, const model::Shape& out_shape,
                        const model::Node& node) {
  std::vector<S> out;
  for (std::int64_t c = 0; c < out_shape[0]; ++c) {
    for (std::int64_t y = 0; y < out_shape[1]; ++y) {
      for (std::int64_t x = 0; x < out_shape[2]; ++x) {
        const auto at = [&](std::int64_t i, std::int64_t j) -> const S& {
          return in[static_cast<std::size_t>((c * shape[1] + y * node.stride + i) * shape[2] + x * node.stride + j)];
        };
        S best = at(0, 0);
        for (std::int64_t i = 0; i < node.kernel; ++i)
          for (std::int64_t j = 0; j < node.kernel; ++j) best = larger(best, at(i, j));
        out.push_back(best);
      }
    }
  }
  return out;
}

double value_of(double z) { return z; }
double value_of(const Dual& z) { return z.value; }
double value_of(const Bounded& z) { return static_cast<double>(z.value); }

/// a - b times w.
template <class S>
S slice(S a, float b, float w) {
  add(a, constant<S>(-b));
  return times(a, w);
}

/// From the first knot to x, one piece after the other. Requires: z is a float32 number without an error.
template <class S>
S knots_at(const S& z, std::span<const float> knots, std::span<const float> slopes) {
  if (value_of(z) < static_cast<double>(knots[0])) return slice(z, knots[0], slopes[0]);
  S sum{};
  for (std::size_t j = 0; j < knots.size(); ++j) {
    const bool last = j + 1 == knots.size() || value_of(z) < static_cast<double>(knots[j + 1]);
    add(sum, slice(last ? z : constant<S>(knots[j + 1]), knots[j], slopes[j + 1]));
    if (last) break;
  }
  return sum;
}

/// W^T z of a matrix or of a convolution over an image of this shape.
template <class S>
std::vector<S> transposed(const std::vector<S>& z, const model::MapStep& step, const model::Shape& in_shape,
                          const model::Shape& hidden_shape) {
  std::vector<S> out(model::element_count(in_shape));
  const model::Shape& w = step.values.shape;
  const auto weight = [&](std::int64_t at) { return step.values.values[static_cast<std::size_t>(at)]; };
  if (w.size() == 2) {
    for (std::int64_t o = 0; o < w[0]; ++o) {
      for (std::int64_t i = 0; i < w[1]; ++i) {
        add(out[static_cast<std::size_t>(i)], times(z[static_cast<std::size_t>(o)], weight(o * w[1] + i)));
      }
    }
    return out;
  }
  std::size_t from = 0;
  for (std::int64_t o = 0; o < hidden_shape[0]; ++o) {
    for (std::int64_t row = 0; row < hidden_shape[1]; ++row) {
      for (std::int64_t column = 0; column < hidden_shape[2]; ++column, ++from) {
        for (std::int64_t tap = 0; tap < w[1] * w[2] * w[3]; ++tap) {
          const std::int64_t c = tap / (w[2] * w[3]), ky = tap / w[3] % w[2], kx = tap % w[3];
          const std::int64_t y = row * step.stride - step.padding + ky * step.dilation;
          const std::int64_t x = column * step.stride - step.padding + kx * step.dilation;
          if (y < 0 || x < 0 || y >= in_shape[1] || x >= in_shape[2]) continue;
          add(out[static_cast<std::size_t>((c * in_shape[1] + y) * in_shape[2] + x)],
              times(z[from], weight(o * w[1] * w[2] * w[3] + tap)));
        }
      }
    }
  }
  return out;
}

/// z - W^T relu(W z + b).
template <class S>
std::vector<S> convex_potential(const model::MapStep& step, std::vector<S> z, const model::Shape& in_shape) {
  model::Shape hidden_shape = {step.values.shape[0]};
  if (step.values.shape.size() == 4) {
    for (const std::size_t axis : {std::size_t{1}, std::size_t{2}}) {
      const std::int64_t reach = step.dilation * (step.values.shape[axis + 1] - 1);
      hidden_shape.push_back((in_shape[axis] + 2 * step.padding - reach - 1) / step.stride + 1);
    }
  }
  std::vector<S> hidden = hidden_shape.size() == 1 ? linear(z, step.values, step.bias)
                                                   : convolve(z, in_shape, hidden_shape, step.values, step.bias,
                                                              {step.stride, step.padding, step.dilation});
  for (S& unit : hidden) unit = relu(unit);
  const std::vector<S> moved = transposed(hidden, step, in_shape, hidden_shape);
  for (std::size_t i = 0; i < z.size(); ++i) add(z[i], times(moved[i], -1));
  return z;
}

template <class S>
std::vector<S> max_and_min(std::vector<S> z, std::size_t block) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (i / block % 2 != 0) continue;
    const S a = z[i], b = z[i + block];
    z[i] = larger(a, b);
    z[i + block] = smaller(a, b);
  }
  return z;
}

/// Element (c s s + i s + j, y, x) is what was (c, y s + i, x s + j).
template <class S>
std::vector<S> pixel_unshuffle(const std::vector<S>& z, const model::Shape& in, const model::Shape& out,
                               std::int64_t s) {
  std::vector<S> result;
  for (std::int64_t k = 0; k < out[0]; ++k) {
    for (std::int64_t y = 0; y < out[1]; ++y) {
      for (std::int64_t x = 0; x < out[2]; ++x) {
        const std::int64_t row = (k / (s * s)) * in[1] + y * s + k / s % s;
        result.push_back(z[static_cast<std::size_t>(row * in[2] + x * s + k % s)]);
      }
    }
  }
  return result;
}

template <class S>
std::vector<S> apply_step(const model::MapStep& step, std::vector<S> z, const model::Shape& in_shape,
                          const model::Shape& out_shape) {
  const auto value = [&](std::size_t i) { return step.values.values[step.values.values.size() == 1 ? 0 : i]; };
  switch (step.kind) {
    case model::MapKind::kCenter:
      for (std::size_t i = 0; i < z.size(); ++i) add(z[i], constant<S>(-value(i)));
      return z;
    case model::MapKind::kScale:
      for (std::size_t i = 0; i < z.size(); ++i) z[i] = times(z[i], value(i));
      return z;
    case model::MapKind::kLinear:
      return linear(z, step.values, step.bias);
    case model::MapKind::kConv2d:
      return convolve(z, in_shape, out_shape, step.values, step.bias, {step.stride, step.padding, step.dilation});
    case model::MapKind::kAbs: {
      const auto count = z.size();
      for (std::size_t i = 0; i < count; ++i) z.push_back(absolute(S(z[i])));
      return z;
    }
    case model::MapKind::kKnots: {
      const auto m = static_cast<std::size_t>(step.values.shape[1]);
      for (std::size_t i = 0; i < z.size(); ++i)
        z[i] = knots_at(z[i], std::span(step.values.values).subspan(i * m, m),
                        std::span(step.slopes.values).subspan(i * (m + 1), m + 1));
      return z;
    }
    case model::MapKind::kConvexPotential:
      return convex_potential(step, std::move(z), in_shape);
    case model::MapKind::kMaxMin: {
      const std::size_t block = z.size() / static_cast<std::size_t>(in_shape[0]);
      return max_and_min(std::move(z), block);
    }
    case model::MapKind::kPixelUnshuffle:
      return pixel_unshuffle(z, in_shape, out_shape, step.stride);
  }
  return z;
}

template <class S>
std::vector<S> apply_node(const model::Node& node, const std::vector<const std::vector<S>*>& in,
                          const model::Shape& in_shape, const model::Shape& out_shape) {
  std::vector<S> out = *in[0];
  switch (node.kind) {
    case model::NodeKind::kLinear:
      return linear(*in[0], node.weight, node.bias);
    case model::NodeKind::kConv2d:
      return convolve(*in[0], in_shape, out_shape, node.weight, node.bias, {node.stride, node.padding, node.dilation});
    case model::NodeKind::kAdd:
      for (std::size_t k = 1; k < in.size(); ++k)
        for (std::size_t i = 0; i < out.size(); ++i) add(out[i], (*in[k])[i]);
      return out;
    case model::NodeKind::kRelu:
      for (auto& z : out) z = relu(z);
      return out;
    case model::NodeKind::kMaxPool:
      return max_pool(*in[0], in_shape, out_shape, node);
    case model::NodeKind::kFlatten:
      return out;
    case model::NodeKind::kMax: {
      S best = out[0];
      for (const auto& z : out) best = larger(best, z);
      return {best};
    }
    case model::NodeKind::kMin: {
      S best = out[0];
      for (const auto* head : in) best = smaller(best, (*head)[0]);
      return {best};
    }
  }
  return out;
}

template <class S>
S evaluate(const model::Model& model, const std::vector<model::Shape>& map_shapes,
           const std::vector<model::Shape>& node_shapes, std::vector<S> z) {
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    z = apply_step(model.feature_map[k], std::move(z), map_shapes[k], map_shapes[k + 1]);
  }
  std::vector<std::vector<S>> outputs(model.graph.nodes.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto& node = model.graph.nodes[k];
    std::vector<const std::vector<S>*> in;
    for (const auto from : node.inputs)
      in.push_back(from == model::kGraphInput ? &z : &outputs[static_cast<std::size_t>(from)]);
    const auto first = node.inputs[0];
    outputs[k] = apply_node(
        node, in, first == model::kGraphInput ? map_shapes.back() : node_shapes[static_cast<std::size_t>(first)],
        node_shapes[k]);
  }
  auto score = outputs.back().at(0);
  add(score, constant<S>(-model.threshold));
  return score;
}

}  // namespace

Reference::Reference(model::Model model) : model_(std::move(model)) {
  map_shapes_.push_back(model_.input_shape);
  const auto outputs = model::infer_map_shapes(model_.feature_map, model_.input_shape).value();
  map_shapes_.insert(map_shapes_.end(), outputs.begin(), outputs.end());
  node_shapes_ = model::infer_shapes(model_.graph).value();
}

double Reference::value(std::span<const double> x) const {
  return evaluate(model_, map_shapes_, node_shapes_, std::vector<double>(x.begin(), x.end()));
}

Bounded Reference::bounded_value(std::span<const double> x) const {
  std::vector<Bounded> z(x.size());
  std::transform(x.begin(), x.end(), z.begin(), [](double v) { return Bounded{v, 0}; });
  auto result = evaluate(model_, map_shapes_, node_shapes_, std::move(z));
  result.error *= 1.001L;  // the error terms were themselves rounded, each by a few 2^-64
  return result;
}

bool Reference::surely_other(std::span<const double> x) const {
  const auto f = bounded_value(x);
  return f.value + f.error <= 0;
}

bool Reference::surely_sensitive(std::span<const double> x) const {
  const auto f = bounded_value(x);
  return f.value - f.error > 0;
}

double Reference::condition(std::span<const double> x) const {
  const auto f = bounded_value(x);
  return static_cast<double>(f.error / (kUnit * std::fabs(f.value)));
}

std::vector<double> Reference::gradient(std::span<const double> x) const {
  std::vector<double> result(x.size());
  for (std::size_t begin = 0; begin < x.size(); begin += kLanes) {
    std::vector<Dual> z(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) z[i].value = x[i];
    const auto end = std::min(begin + kLanes, x.size());
    for (std::size_t i = begin; i < end; ++i) z[i].slope[i - begin] = 1;
    const auto f = evaluate(model_, map_shapes_, node_shapes_, std::move(z));
    for (std::size_t i = begin; i < end; ++i) result[i] = f.slope[i - begin];
  }
  return result;
}

std::vector<double> kinks_of(const model::Model& model) {
  std::vector<double> kink(model.dim(), 0.0), scale(model.dim(), 1.0);
  for (const auto& step : model.feature_map) {
    const auto value = [&](std::size_t i) {
      return static_cast<double>(step.values.values[step.values.values.size() == 1 ? 0 : i]);
    };
    const bool alone = step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kScale ||
                       step.kind == model::MapKind::kAbs || step.kind == model::MapKind::kKnots;
    if (!alone) return {};
    if (step.kind == model::MapKind::kKnots) {
      const auto m = static_cast<std::size_t>(step.values.shape[1]);
      for (std::size_t i = 0; i < kink.size(); ++i) kink[i] = step.values.values[i * m + i % m];
      return kink;
    }
    for (std::size_t i = 0; i < kink.size(); ++i) {
      if (step.kind == model::MapKind::kCenter) kink[i] += value(i) / scale[i];
      if (step.kind == model::MapKind::kScale) scale[i] *= value(i);
    }
  }
  return kink;
}

std::vector<double> widen(std::span<const float> x) { return {x.begin(), x.end()}; }

}  // namespace standfast::support
