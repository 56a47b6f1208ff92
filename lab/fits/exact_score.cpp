// Each layer's values are integers over one power of two: weights move up by as many places as the finest number needs.
// Bounds on every sum are worked out first, rounded up; a model whose sums might pass 126 bits is refused, so that no
// sum can overflow afterwards. A first layer whose sums fit 63 bits runs in 64-bit integers, which is faster. Takes for
// granted that inputs are those that the units were made for.
#include "lab/fits/exact_score.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>

#include "base/parallel.hpp"
#include "base/try.hpp"

namespace standfast::lab {
namespace {

// one bit below the sign of 64 and 128 bits is left free, so that bounds may be rounded
constexpr long double kNarrow = 0x1p62L;
constexpr long double kWidest = 0x1p126L;
constexpr int kMostShift = 120;  // 2^kMostShift is still an Int128

/// x = integer 2^-places with the smallest places >= 0. Requires: x is finite.
int binary_places(float x) {
  if (x == 0) return 0;
  int exponent = 0;
  auto mantissa = static_cast<std::int32_t>(std::ldexp(std::frexp(x, &exponent), 24));
  int places = 24 - exponent;
  while (places > 0 && mantissa % 2 == 0) {
    mantissa /= 2;
    --places;
  }
  return std::max(places, 0);
}

int binary_places(std::span<const float> values) {
  int places = 0;
  for (const float value : values) places = std::max(places, binary_places(value));
  return places;
}

std::int64_t as_integer(float x, int places) {
  return static_cast<std::int64_t>(std::ldexp(static_cast<double>(x), places));
}

std::int64_t byte_of(float x) { return std::lround(x * 255.0F); }

Error too_wide(const std::string& place) {
  return {ErrorCode::kUnsupported,
          place + ": the numbers span more binary places than exact arithmetic of 128 bits can hold"};
}

bool kind_in(const model::Node& node, std::initializer_list<model::NodeKind> kinds) {
  return std::ranges::find(kinds, node.kind) != kinds.end();
}

constexpr std::size_t kInputsBetweenReports = 512;  // often enough to watch, seldom enough to keep the threads busy

template <class Body>
void for_each_input(std::size_t count, std::size_t threads, const ScoreProgress& progress, const Body& body) {
  for (std::size_t first = 0; first < count; first += kInputsBetweenReports) {
    const std::size_t size = std::min(kInputsBetweenReports, count - first);
    parallel_for(size, 16, threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) body(first + i);
    });
    if (progress) progress(first + size, count);
  }
}

}  // namespace

bool holds_bytes(const Dataset& data) {
  return data.is_image && std::ranges::all_of(data.features, [](float x) {
           return x >= 0 && x <= 1 && static_cast<float>(byte_of(x)) / 255.0F == x;
         });
}

InputUnits byte_units() { return {true, 0, 255}; }

Result<InputUnits> dyadic_units(const Dataset& data) {
  float largest = 0;
  for (const float x : data.features) {
    if (!std::isfinite(x))
      return Error{ErrorCode::kBadValue, data.source + ": found a feature that is not finite, expected numbers"};
    largest = std::max(largest, std::abs(x));
  }
  const int places = binary_places(data.features);
  const double scaled = std::ldexp(static_cast<double>(largest), places);
  if (!(scaled < 0x1p62)) return too_wide(data.source);
  return InputUnits{false, places, static_cast<std::uint64_t>(scaled)};
}

std::vector<std::int64_t> integers_of(std::span<const float> x, const InputUnits& units) {
  std::vector<std::int64_t> integers;
  integers.reserve(x.size());
  for (const float value : x) integers.push_back(units.bytes ? byte_of(value) : as_integer(value, units.exponent));
  return integers;
}

Status ExactScore::add_weighted(const model::Graph& graph, std::size_t index, const std::vector<model::Shape>& shapes) {
  const model::Node& node = graph.nodes[index];
  const bool first = node.inputs[0] == model::kGraphInput;
  const Layer* below = first ? nullptr : &layers_[static_cast<std::size_t>(node.inputs[0])];
  const int weight_places = binary_places(node.weight.values);
  const int bias_places = binary_places(node.bias.values);
  const int input_exponent = first ? units_.exponent : below->exponent;
  const long double input_largest = first ? static_cast<long double>(units_.largest) : below->largest;
  const long double unit = units_.bytes ? 255 : 1;
  Layer layer;
  layer.kind = node.kind;
  layer.inputs = node.inputs;
  layer.size = model::element_count(shapes[index]);
  const model::Shape& input = first ? graph.input_shape : shapes[static_cast<std::size_t>(node.inputs[0])];
  layer.windows = {input, node.weight.shape, shapes[index], node.stride, node.padding, node.dilation};
  // the bias may need finer units than the products: the weights then move up
  layer.exponent = std::max(weight_places + input_exponent, bias_places);
  const int lift = layer.exponent - input_exponent;
  if (lift > kMostShift || layer.exponent > 2 * kMostShift) return too_wide(model::node_place(graph, index));
  layer.weights.reserve(node.weight.values.size());
  for (const float weight : node.weight.values) {
    if (!(std::abs(std::ldexp(static_cast<long double>(weight), lift)) < kNarrow))
      return too_wide(model::node_place(graph, index));
    layer.weights.push_back(as_integer(weight, lift));
  }
  const auto rows = static_cast<std::size_t>(node.weight.shape[0]);
  std::vector<long double> totals(rows);
  const std::size_t inner = layer.weights.size() / rows;
  for (std::size_t i = 0; i < layer.weights.size(); ++i)
    totals[i / inner] += std::abs(static_cast<long double>(layer.weights[i])) * input_largest;
  layer.bias.assign(layer.size, 0);
  for (std::size_t r = 0; r < layer.size; ++r) {
    long double bias = 0;
    if (!node.bias.empty())
      bias = std::ldexp(static_cast<long double>(node.bias.values[r * node.bias.values.size() / layer.size]),
                        layer.exponent) *
             unit;
    if (!(std::abs(bias) < kWidest)) return too_wide(model::node_place(graph, index));
    layer.bias[r] = static_cast<Int128>(bias);
    const long double total = totals[r * rows / layer.size] + std::abs(bias);
    layer.largest = std::max(layer.largest, total * (1 + 0x1p-40L));  // covers the roundings of this sum
  }
  layer.narrow = first && layer.largest < kNarrow;
  layers_.push_back(std::move(layer));
  return {};
}

Status ExactScore::add_sum(const model::Graph& graph, std::size_t index) {
  const model::Node& node = graph.nodes[index];
  Layer layer;
  layer.kind = model::NodeKind::kAdd;
  layer.inputs = node.inputs;
  for (const auto input : node.inputs) {
    if (input == model::kGraphInput) return too_wide(model::node_place(graph, index));
    layer.exponent = std::max(layer.exponent, layers_[static_cast<std::size_t>(input)].exponent);
  }
  for (const auto input : node.inputs) {
    const Layer& below = layers_[static_cast<std::size_t>(input)];
    layer.size = below.size;
    layer.shifts.push_back(layer.exponent - below.exponent);
    if (layer.shifts.back() > kMostShift) return too_wide(model::node_place(graph, index));
    layer.largest += std::ldexp(below.largest, layer.shifts.back()) * (1 + 0x1p-40L);
  }
  layers_.push_back(std::move(layer));
  return {};
}

Status ExactScore::check_size(const model::Graph& graph, std::size_t index) {
  if (!(layers_[index].largest < kWidest)) return too_wide(model::node_place(graph, index));
  bits_ = std::max(bits_, layers_[index].largest > 0 ? std::ilogb(layers_[index].largest) + 1 : 0);
  return {};
}

Result<ExactScore> ExactScore::make(const model::Model& model, const InputUnits& units) {
  STANDFAST_CHECK(model::validate(model));
  if (!model.feature_map.empty())
    return Error{ErrorCode::kUnsupported, "exact score: found a feature map, expected none"};
  ExactScore score;
  score.units_ = units;
  score.dim_ = model.dim();
  STANDFAST_TRY(const auto shapes, model::infer_shapes(model.graph));
  for (std::size_t index = 0; index < model.graph.nodes.size(); ++index) {
    const model::Node& node = model.graph.nodes[index];
    const bool from_input = std::ranges::find(node.inputs, model::kGraphInput) != node.inputs.end();
    if (kind_in(node, {model::NodeKind::kLinear, model::NodeKind::kConv2d})) {
      STANDFAST_CHECK(score.add_weighted(model.graph, index, shapes));
    } else if (node.kind == model::NodeKind::kAdd && !from_input) {
      STANDFAST_CHECK(score.add_sum(model.graph, index));
    } else if (kind_in(node, {model::NodeKind::kRelu, model::NodeKind::kFlatten, model::NodeKind::kMax}) &&
               !from_input) {
      const Layer& below = score.layers_[static_cast<std::size_t>(node.inputs[0])];
      Layer layer;
      layer.kind = node.kind;
      layer.inputs = node.inputs;
      layer.size = node.kind == model::NodeKind::kMax ? 1 : below.size;
      layer.exponent = below.exponent;
      layer.largest = below.largest;
      score.layers_.push_back(std::move(layer));
    } else {
      return Error{ErrorCode::kUnsupported,
                   model::node_place(model.graph, index) +
                       ": exact scores know linear and conv2d, and add, relu, flatten and max over other nodes"};
    }
    STANDFAST_CHECK(score.check_size(model.graph, index));
  }
  const int exponent = score.layers_.back().exponent;
  const long double threshold =
      std::ldexp(static_cast<long double>(model.threshold), exponent) * (units.bytes ? 255 : 1);
  if (binary_places(model.threshold) > exponent || !(std::abs(threshold) < kWidest)) return too_wide("threshold");
  score.threshold_ = static_cast<Int128>(threshold);
  return score;
}

ExactScore::Values ExactScore::compute_layer(const Layer& layer, std::span<const std::int64_t> x,
                                             const std::vector<Values>& done) const {
  const auto input = [&](std::size_t i) -> const Values& { return done[static_cast<std::size_t>(layer.inputs[i])]; };
  Values values(layer.size, 0);
  switch (layer.kind) {
    case model::NodeKind::kAdd:
      for (std::size_t i = 0; i < layer.inputs.size(); ++i)
        for (std::size_t r = 0; r < layer.size; ++r) values[r] += input(i)[r] * (Int128{1} << layer.shifts[i]);
      return values;
    case model::NodeKind::kRelu:
      for (std::size_t r = 0; r < layer.size; ++r) values[r] = std::max(input(0)[r], Int128{0});
      return values;
    case model::NodeKind::kMax:
      values[0] = *std::ranges::max_element(input(0));
      return values;
    case model::NodeKind::kFlatten:
      return input(0);
    default:
      break;
  }
  values = layer.bias;
  if (layer.narrow)
    add_products<std::int64_t>(layer, x.data(), values);
  else if (layer.inputs[0] == model::kGraphInput)
    add_products<Int128>(layer, x.data(), values);
  else
    add_products<Int128>(layer, input(0).data(), values);
  return values;
}

template <class Sum, class Input>
void ExactScore::add_products(const Layer& layer, const Input* x, Values& values) {
  if (layer.kind == model::NodeKind::kConv2d) {
    for (std::size_t r = 0; r < layer.size; ++r) values[r] += window_sum<Sum>(layer, x, r);
    return;
  }
  const std::size_t inner = layer.weights.size() / layer.size;
  for (std::size_t r = 0; r < layer.size; ++r) {
    const std::int64_t* weights = layer.weights.data() + r * inner;
    Sum sum = 0;
    for (std::size_t i = 0; i < inner; ++i) sum += Sum{weights[i]} * x[i];
    values[r] += sum;
  }
}

/// The products of one output pixel: of the taps that lie inside the image.
template <class Sum, class Input>
Sum ExactScore::window_sum(const Layer& layer, const Input* x, std::size_t element) {
  const Windows& at = layer.windows;
  const auto pixel = static_cast<std::int64_t>(element) % (at.output[1] * at.output[2]);
  const std::int64_t top = pixel / at.output[2] * at.stride - at.padding;
  const std::int64_t left = pixel % at.output[2] * at.stride - at.padding;
  // taps [first, last) of a row are inside
  const std::int64_t first = left < 0 ? (-left + at.dilation - 1) / at.dilation : 0;
  const std::int64_t last = std::min(at.weight[3], (at.input[2] - left + at.dilation - 1) / at.dilation);
  const std::int64_t taps = at.weight[1] * at.weight[2] * at.weight[3];
  const std::int64_t* weights =
      layer.weights.data() + static_cast<std::int64_t>(element) / (at.output[1] * at.output[2]) * taps;
  Sum sum = 0;
  for (std::int64_t c = 0; c < at.weight[1]; ++c)
    for (std::int64_t i = 0; i < at.weight[2]; ++i, weights += at.weight[3]) {
      const std::int64_t row = top + i * at.dilation;
      if (row < 0 || row >= at.input[1]) continue;
      const std::int64_t start = (c * at.input[1] + row) * at.input[2] + left;
      for (std::int64_t j = first; j < last; ++j) sum += Sum{weights[j]} * x[start + j * at.dilation];
    }
  return sum;
}

std::vector<ExactScore::Values> ExactScore::compute_layers(std::span<const float> x) const {
  const auto integers = integers_of(x, units_);
  std::vector<Values> done;
  done.reserve(layers_.size());
  for (const auto& layer : layers_) done.push_back(compute_layer(layer, integers, done));
  return done;
}

int ExactScore::sign(std::span<const float> x) const {
  const Int128 score = compute_layers(x).back()[0] - threshold_;
  return score > 0 ? 1 : score < 0 ? -1 : 0;
}

double ExactScore::unit_of(const Layer& layer) const {
  return std::ldexp(1.0, -layer.exponent) / (units_.bytes ? 255 : 1);
}

ExactScore::Scores ExactScore::scores(const Dataset& data, std::optional<std::int32_t> node, std::size_t threads,
                                      const ScoreProgress& progress) const {
  const Layer* layer = node ? &layers_[static_cast<std::size_t>(*node)] : nullptr;
  const std::size_t size = layer != nullptr ? layer->size : 0;
  Scores all;
  all.scores.resize(data.count());
  all.values.resize(data.count() * size);
  for_each_input(data.count(), threads, progress, [&](std::size_t i) {
    const auto done = compute_layers(data.row(i));
    all.scores[i] = static_cast<double>(done.back()[0] - threshold_) * unit_of(layers_.back());
    for (std::size_t k = 0; k < size; ++k)
      all.values[i * size + k] =
          static_cast<float>(static_cast<double>(done[static_cast<std::size_t>(*node)][k]) * unit_of(*layer));
  });
  return all;
}

std::vector<std::int8_t> ExactScore::signs(const Dataset& data, std::size_t threads,
                                           const ScoreProgress& progress) const {
  std::vector<std::int8_t> signs(data.count());
  for_each_input(data.count(), threads, progress,
                 [&](std::size_t i) { signs[i] = static_cast<std::int8_t>(sign(data.row(i))); });
  return signs;
}

Result<ExactCount> count_exactly(const model::Model& model, const Dataset& data, std::span<const std::uint8_t> positive,
                                 const InputUnits& units, std::size_t threads, const ScoreProgress& progress) {
  STANDFAST_TRY(const ExactScore score, ExactScore::make(model, units));
  const auto signs = score.signs(data, threads, progress);
  ExactCount count{0, data.count(), score.bits()};
  for (std::size_t i = 0; i < signs.size(); ++i) count.right += signs[i] == (positive[i] != 0 ? 1 : -1) ? 1 : 0;
  return count;
}

}  // namespace standfast::lab
