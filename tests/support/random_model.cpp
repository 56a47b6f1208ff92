#include "support/random_model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/reference.hpp"

namespace standfast::support {
namespace {

model::MapStep make_step(model::MapKind kind, model::Tensor values = {}) {
  model::MapStep step;
  step.kind = kind;
  step.values = std::move(values);
  return step;
}

model::Tensor per_feature(Random& random, const model::Shape& shape, double (*draw)(Random&, double),
                          const std::vector<double>& scale) {
  if (random.chance(0.2)) return {{1}, {static_cast<float>(draw(random, scale[0]))}};
  model::Tensor tensor{shape, {}};
  for (const auto s : scale) tensor.values.push_back(static_cast<float>(draw(random, s)));
  return tensor;
}

double draw_center(Random& random, double scale) { return scale * random.normal(); }
double draw_scale(Random& random, double scale) { return (0.3 + random.uniform()) / scale; }

model::FeatureMap separable_map(Random& random, const model::Shape& shape, const std::vector<double>& scale) {
  model::FeatureMap map;
  const std::vector<double> unit(scale.size(), 1.0);
  if (random.chance(0.7))
    map.push_back(make_step(model::MapKind::kCenter, per_feature(random, shape, draw_center, scale)));
  if (random.chance(0.6)) {
    map.push_back(make_step(model::MapKind::kScale, per_feature(random, shape, draw_scale, scale)));
    if (random.chance(0.3))
      map.push_back(make_step(model::MapKind::kCenter, per_feature(random, shape, draw_center, unit)));
    if (random.chance(0.2))
      map.push_back(make_step(model::MapKind::kScale, per_feature(random, shape, draw_scale, unit)));
  }
  if (random.chance(0.6)) map.push_back(make_step(model::MapKind::kAbs));
  return map;
}

model::Tensor gaussian(Random& random, model::Shape shape, std::size_t fan_in) {
  model::Tensor tensor{std::move(shape), {}};
  const auto count = model::element_count(tensor.shape);
  for (std::size_t i = 0; i < count; ++i) tensor.values.push_back(random_weight(random, Weights::kGaussian, fan_in));
  return tensor;
}

model::FeatureMap mixing_map(Random& random, const model::Shape& shape, const std::vector<double>& scale) {
  model::FeatureMap map;
  if (random.chance(0.5))
    map.push_back(make_step(model::MapKind::kCenter, per_feature(random, shape, draw_center, scale)));
  if (shape.size() == 3) {
    auto conv = make_step(model::MapKind::kConv2d,
                          gaussian(random, {2, shape[0], 3, 3}, static_cast<std::size_t>(9 * shape[0])));
    conv.padding = 1;
    if (random.chance(0.5)) conv.bias = gaussian(random, {2}, 1);
    map.push_back(std::move(conv));
  } else {
    const auto in = shape[0], out = 1 + static_cast<std::int64_t>(random.below(8));
    auto linear = make_step(model::MapKind::kLinear, gaussian(random, {out, in}, static_cast<std::size_t>(in)));
    if (random.chance(0.5)) linear.bias = gaussian(random, {out}, 1);
    map.push_back(std::move(linear));
  }
  if (random.chance(0.5)) map.push_back(make_step(model::MapKind::kAbs));
  return map;
}

model::FeatureMap kinked_map(Random& random, const model::Shape& shape, const std::vector<double>& scale) {
  model::FeatureMap map;
  if (random.chance(0.5))
    map.push_back(make_step(model::MapKind::kCenter, per_feature(random, shape, draw_center, scale)));
  if (random.chance(0.5))
    map.push_back(make_step(model::MapKind::kScale, per_feature(random, shape, draw_scale, scale)));
  const bool is_image = shape.size() == 3;
  const auto in =
      static_cast<std::size_t>(is_image ? shape[0] : static_cast<std::int64_t>(model::element_count(shape)));
  const std::size_t out = 1 + random.below(3 * in);
  model::Tensor weight{{static_cast<std::int64_t>(out), static_cast<std::int64_t>(in)},
                       std::vector<float>(in * out, 0)};
  if (is_image) weight.shape.insert(weight.shape.end(), {1, 1});
  for (std::size_t o = 0; o < out; ++o) {
    const std::size_t column = o < in ? o : random.below(in);
    weight.values[o * in + column] = random.chance(0.1) ? 0.0F : static_cast<float>(random.normal());
  }
  model::MapStep step = make_step(is_image ? model::MapKind::kConv2d : model::MapKind::kLinear, std::move(weight));
  if (random.chance(0.8)) step.bias = gaussian(random, {static_cast<std::int64_t>(out)}, 1);
  map.push_back(std::move(step));
  map.push_back(make_step(model::MapKind::kAbs));
  return map;
}

/// Some knots at one place or at 0, some slopes equal, some decades apart.
model::FeatureMap knots_map(Random& random, const model::Shape& shape, const std::vector<double>& scale) {
  const std::size_t m = random.chance(0.2) ? model::kMostKinks : 1 + random.below(6), dim = scale.size();
  model::MapStep step;
  step.kind = model::MapKind::kKnots;
  step.values.shape = {static_cast<std::int64_t>(dim), static_cast<std::int64_t>(m)};
  step.slopes.shape = {static_cast<std::int64_t>(dim), static_cast<std::int64_t>(m + 1)};
  const double apart = random.chance(0.3) ? 3 : 1;
  for (const double s : scale) {
    std::vector<float> knots;
    for (std::size_t j = 0; j < m; ++j) {
      const bool repeats = j > 0 && random.chance(0.1);
      knots.push_back(repeats ? knots.back() : static_cast<float>(random.chance(0.1) ? 0 : s * 1.5 * random.normal()));
    }
    std::ranges::sort(knots);
    step.values.values.insert(step.values.values.end(), knots.begin(), knots.end());
    for (std::size_t j = 0; j <= m; ++j) {
      const bool repeats = j > 0 && random.chance(0.1);
      step.slopes.values.push_back(repeats ? step.slopes.values.back()
                                           : static_cast<float>(std::exp(apart * random.normal()) / s));
    }
  }
  model::FeatureMap map = {std::move(step)};
  const std::vector<double> unit(dim, 1.0);
  if (random.chance(0.6))
    map.push_back(make_step(model::MapKind::kCenter, per_feature(random, shape, draw_center, unit)));
  if (random.chance(0.6))
    map.push_back(make_step(model::MapKind::kScale, per_feature(random, shape, draw_scale, unit)));
  return map;
}

model::MapStep convex_potential(Random& random, const model::Shape& shape) {
  const auto hidden = static_cast<std::int64_t>(1 + random.below(6));
  const bool is_image = shape.size() == 3;
  const std::size_t fan_in = static_cast<std::size_t>(is_image ? 9 * shape[0] : shape[0]);
  model::Tensor weight =
      is_image ? gaussian(random, {hidden, shape[0], 3, 3}, fan_in) : gaussian(random, {hidden, shape[0]}, fan_in);
  // most are 1-Lipschitz by the norm of W, some are not
  for (float& w : weight.values) w *= random.chance(0.1) ? 3.0F : 0.5F;
  auto step = make_step(model::MapKind::kConvexPotential, std::move(weight));
  if (is_image) {
    step.padding = 1;
    step.stride = random.chance(0.2) ? 2 : 1;
  }
  if (random.chance(0.7)) step.bias = gaussian(random, {hidden}, 1);
  return step;
}

/// `unshuffles`: whether an image may become smaller.
model::FeatureMap deep_map(Random& random, const model::Shape& input, const std::vector<double>& scale,
                           bool unshuffles) {
  model::FeatureMap map;
  model::Shape shape = input;
  const std::vector<double> unit(scale.size(), 1.0);
  if (random.chance(0.5)) {
    map.push_back(make_step(model::MapKind::kCenter, per_feature(random, input, draw_center, scale)));
  }
  if (random.chance(0.5)) {
    map.push_back(make_step(model::MapKind::kScale, per_feature(random, input, draw_scale, scale)));
  }
  for (int layer = 0; layer < 3; ++layer) {
    const bool is_image = shape.size() == 3;
    if (is_image && unshuffles && shape[1] % 2 == 0 && shape[2] % 2 == 0) {
      map.push_back(make_step(model::MapKind::kPixelUnshuffle));
      map.back().stride = 2;
      shape = {4 * shape[0], shape[1] / 2, shape[2] / 2};
    }
    if (random.chance(0.8)) map.push_back(convex_potential(random, shape));
    if (shape[0] % 2 == 0 && random.chance(0.5)) map.push_back(make_step(model::MapKind::kMaxMin));
    if (!is_image && random.chance(0.4)) {
      const auto out = static_cast<std::int64_t>(1 + random.below(6));
      auto linear =
          make_step(model::MapKind::kLinear, gaussian(random, {out, shape[0]}, static_cast<std::size_t>(shape[0])));
      if (random.chance(0.5)) linear.bias = gaussian(random, {out}, 1);
      map.push_back(std::move(linear));
      shape = {out};
    }
    if (random.chance(0.1)) {
      map.push_back(make_step(model::MapKind::kAbs));
      shape[0] *= 2;
    }
  }
  if (!model::is_deep(map)) map.push_back(convex_potential(random, shape));
  return map;
}

/// `convolves`: whether the network behind it takes windows of an image.
model::FeatureMap random_map(Random& random, MapFamily family, const model::Shape& shape,
                             const std::vector<double>& scale, bool convolves) {
  switch (family) {
    case MapFamily::kSeparable:
      return separable_map(random, shape, scale);
    case MapFamily::kMixing:
      return mixing_map(random, shape, scale);
    case MapFamily::kKinked:
      return kinked_map(random, shape, scale);
    case MapFamily::kKnots:
      return knots_map(random, shape, scale);
    case MapFamily::kDeep:
      return deep_map(random, shape, scale, !convolves);
  }
  return {};
}

model::Shape random_input_shape(Random& random, Family family) {
  const auto between = [&](std::uint64_t lo, std::uint64_t hi) {
    return static_cast<std::int64_t>(lo + random.below(hi - lo + 1));
  };
  if (family == Family::kConv || random.chance(0.1)) return {between(1, 2), between(3, 4), between(3, 4)};
  if (random.chance(0.1)) return {between(20, 40)};
  return {between(1, 8)};
}

std::vector<double> random_scales(Random& random, std::size_t dim) {
  const double common = random.chance(0.2) ? std::pow(10.0, random.uniform(-3, 3)) : 1.0;
  const bool apart = random.chance(0.3);
  std::vector<double> scale(dim);
  for (auto& s : scale) s = common * (apart ? std::pow(10.0, random.uniform(-2, 3)) : 1.0);
  return scale;
}

/// The networks expect inputs near 1; without a scaling map their first weights would drown the small features.
void choose_threshold(Random& random, RandomModel& result) {
  const Reference reference(result.model);
  std::vector<double> scores;
  for (int k = 0; k < 15; ++k) scores.push_back(reference.value(widen(random_input(random, result))));
  std::sort(scores.begin(), scores.end());
  result.model.threshold = static_cast<float>(scores[random.below(8)] - (random.chance(0.5) ? 0.3 : 0.0));
}

}  // namespace

Family random_family(Random& random) { return random.chance(0.2) ? Family::kHeads : random_family_of_one_head(random); }

Family random_family_of_one_head(Random& random) {
  const double draw = random.uniform();
  if (draw < 0.15) return Family::kAffine;
  if (draw < 0.6) return Family::kDense;
  return draw < 0.8 ? Family::kMaxAffine : Family::kConv;
}

RandomModel random_model(Random& random, Family family, MapFamily map_family) {
  RandomModel result;
  auto& model = result.model;
  model.input_shape = random_input_shape(random, family);
  const bool unshuffles = map_family == MapFamily::kDeep && family != Family::kConv && random.chance(0.3);
  if (unshuffles) model.input_shape = {static_cast<std::int64_t>(1 + random.below(2)), 4, 4};
  result.scale = random_scales(random, model.dim());
  model.feature_map = random_map(random, map_family, model.input_shape, result.scale, family == Family::kConv);
  const auto shapes = model::infer_map_shapes(model.feature_map, model.input_shape).value();
  const auto& graph_input = shapes.empty() ? model.input_shape : shapes.back();
  model.graph = random_graph(random, family, graph_input, random_weights_kind(random));
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  if (random.chance(0.3)) model.domain = model::Domain{{-1e6}, {1e6}};
  if (const auto valid = model::validate(model); !valid.ok()) throw std::logic_error(valid.error().message);
  choose_threshold(random, result);
  return result;
}

std::vector<float> random_input(Random& random, const RandomModel& random_model) {
  const auto kink = kinks_of(random_model.model);
  std::vector<float> x;
  for (std::size_t i = 0; i < random_model.scale.size(); ++i) {
    const double draw = random.uniform();
    if (draw < 0.1) {
      x.push_back(0.0F);
    } else if (draw < 0.25 && !kink.empty()) {
      x.push_back(static_cast<float>(kink[i]));
    } else {
      x.push_back(static_cast<float>(random_model.scale[i] * 1.5 * random.normal()));
    }
  }
  return x;
}

void set_margin(model::Model& model, const std::vector<float>& x, double margin) {
  model.threshold = 0;
  model.threshold = static_cast<float>(Reference(model).value(widen(x)) - margin);
}

}  // namespace standfast::support
