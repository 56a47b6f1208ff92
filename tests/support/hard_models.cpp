#include "support/hard_models.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <utility>

#include "model/graph_builder.hpp"
#include "support/random_threat.hpp"
#include "support/reference.hpp"

namespace standfast::support {
namespace {

constexpr float kMin = std::numeric_limits<float>::min();
constexpr float kDenormMin = std::numeric_limits<float>::denorm_min();

/// The parts of a network with one hidden layer, and phi(x) as the builders see it.
struct Parts {
  std::size_t dim = 1, units = 1;
  bool folded = false;
  std::vector<float> center, hidden, bias, head, skip;
  float last = 0;

  [[nodiscard]] std::size_t features() const { return folded ? 2 * dim : dim; }
  /// u = phi(x) in float32.
  [[nodiscard]] std::vector<float> features_at(const std::vector<float>& x) const {
    std::vector<float> u;
    for (std::size_t i = 0; i < dim; ++i) u.push_back(x[i] - center[i]);
    for (std::size_t i = 0; i < dim && folded; ++i) u.push_back(std::fabs(u[i]));
    return u;
  }
  /// The weighted sum of unit k in float32, features in order.
  [[nodiscard]] float sum(std::size_t k, const std::vector<float>& u) const {
    float total = 0;
    for (std::size_t i = 0; i < u.size(); ++i) total += hidden[k * features() + i] * u[i];
    return total;
  }
};

model::Node layer(const char* name, std::int32_t from, model::Shape shape, std::vector<float> weight,
                  std::vector<float> bias) {
  const auto rows = static_cast<std::int64_t>(bias.size());
  return model::linear_node(name, from, {std::move(shape), std::move(weight)}, {{rows}, std::move(bias)});
}

model::Model model_of(const Parts& parts) {
  model::Model model;
  const auto dim = static_cast<std::int64_t>(parts.dim), units = static_cast<std::int64_t>(parts.units);
  const auto features = static_cast<std::int64_t>(parts.features());
  model.input_shape = {dim};
  model::MapStep center, abs;
  center.values = {{dim}, parts.center};
  abs.kind = model::MapKind::kAbs;
  model.feature_map = {center};
  if (parts.folded) model.feature_map.push_back(abs);
  model.graph.input_shape = {features};
  model.graph.nodes = {layer("hidden", model::kGraphInput, {units, features}, parts.hidden, parts.bias),
                       model::node_of(model::NodeKind::kRelu, "relu", {0}),
                       layer("score", 1, {1, units}, parts.head, {parts.last}),
                       layer("skip", model::kGraphInput, {1, features}, parts.skip, {0.0F}),
                       model::node_of(model::NodeKind::kAdd, "sum", {2, 3})};
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

float gaussian(Random& random) { return static_cast<float>(random.normal()); }
float decades(Random& random, double lo, double hi) {
  return static_cast<float>(random.normal() * std::pow(10.0, random.uniform(lo, hi)));
}

Parts random_parts(Random& random) {
  Parts parts;
  parts.dim = 1 + random.below(6);
  parts.units = 1 + random.below(6);
  parts.folded = random.chance(0.5);
  for (std::size_t i = 0; i < parts.dim; ++i) parts.center.push_back(random.chance(0.5) ? 0.0F : gaussian(random));
  for (std::size_t i = 0; i < parts.units * parts.features(); ++i) parts.hidden.push_back(gaussian(random));
  for (std::size_t k = 0; k < parts.units; ++k) {
    parts.bias.push_back(gaussian(random));
    parts.head.push_back(std::fabs(gaussian(random)));
  }
  for (std::size_t i = 0; i < parts.features(); ++i) parts.skip.push_back(random.chance(0.3) ? 0.0F : gaussian(random));
  return parts;
}

std::vector<float> random_point(Random& random, const Parts& parts) {
  std::vector<float> x;
  for (std::size_t i = 0; i < parts.dim; ++i) {
    const double draw = random.uniform();
    x.push_back(draw < 0.15 ? parts.center[i] : draw < 0.25 ? 0.0F : gaussian(random));
  }
  return x;
}

/// The float32 number `ulps` away.
float nudged(float value, int ulps) {
  const float to = ulps < 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
  for (int k = 0; k < std::abs(ulps); ++k) value = std::nextafter(value, to);
  return value;
}

void cross_zero(Random& random, Parts& parts, const std::vector<float>& x) {
  const auto u = parts.features_at(x);
  for (std::size_t k = 0; k < parts.units; ++k)
    parts.bias[k] = nudged(-parts.sum(k, u), static_cast<int>(random.below(3)) - 1);
}

/// Rows and heads scaled apart, which leaves the function as it is, and a few weights far from the others.
void spread(Random& random, Parts& parts) {
  for (std::size_t k = 0; k < parts.units; ++k) {
    const auto scale = static_cast<float>(std::pow(10.0, random.uniform(-30, 30)));
    for (std::size_t i = 0; i < parts.features(); ++i) parts.hidden[k * parts.features() + i] *= scale;
    parts.bias[k] *= scale;
    parts.head[k] /= scale;
  }
  for (auto* weights : {&parts.hidden, &parts.skip}) {
    for (auto& w : *weights) {
      if (random.chance(0.15)) w = decades(random, -30, 8);
    }
  }
}

/// relu(B v + c) for huge v, met by -B v in the skip; and pairs of units that cancel but for a small difference.
void cancel(Random& random, Parts& parts) {
  const double size = std::pow(2.0, random.uniform(8, 60));
  const auto n = parts.features();
  for (std::size_t k = 0; k + 1 < parts.units; k += 2) {
    for (std::size_t i = 0; i < n; ++i) {
      const float w = static_cast<float>(random.normal() * size);
      parts.hidden[k * n + i] = w;
      parts.hidden[(k + 1) * n + i] = nudged(-w, static_cast<int>(random.below(3)) - 1);
    }
    if (random.chance(0.5)) parts.head[k + 1] = parts.head[k];
  }
  const auto k = parts.units - 1;
  for (std::size_t i = 0; i < n; ++i) parts.skip[i] = -parts.hidden[k * n + i] * parts.head[k];
  if (random.chance(0.5)) {
    parts.head[k] = 1;
    for (std::size_t i = 0; i < n; ++i)
      parts.skip[i] = nudged(-parts.hidden[k * n + i], static_cast<int>(random.below(2)));
  }
}

void kill(Random& random, Parts& parts, const std::vector<float>& x, bool flat) {
  const auto u = parts.features_at(x);
  for (std::size_t k = 0; k < parts.units; ++k) {
    const float sum = parts.sum(k, u);
    parts.bias[k] = random.chance(0.3) ? -1e30F : -sum - std::fabs(gaussian(random));
    if (random.chance(0.2)) parts.head[k] = 0;
  }
  if (flat) parts.skip.assign(parts.features(), 0.0F);
}

void shrink(Random& random, Parts& parts, std::vector<float>& x) {
  const auto denormal = [&](float& w) {
    const double draw = random.uniform();
    if (draw < 0.4) w *= kMin;
    if (draw < 0.1) w = kDenormMin;
  };
  for (auto* weights : {&parts.hidden, &parts.bias, &parts.head, &parts.skip, &parts.center, &x}) {
    const bool all = random.chance(0.3), none = random.chance(0.3);
    for (auto& w : *weights) {
      if (all) w *= kMin;
      if (!all && !none) denormal(w);
    }
  }
}

void meet_kinks(Random& random, Parts& parts, std::vector<float>& x) {
  parts.folded = true;
  const auto n = parts.features();
  parts.hidden.resize(parts.units * n);
  for (auto& w : parts.hidden) w = gaussian(random);
  parts.skip.resize(n);
  for (auto& w : parts.skip) w = gaussian(random);
  x = parts.center;
  if (random.chance(0.5)) parts.bias.assign(parts.units, 0.0F);
}

/// Between the centres: scales down to 2^-745 and up again, or the other way round.
void add_scales(Random& random, model::Model& model) {
  const auto steps = 1 + random.below(6);
  const bool down_first = random.chance(0.7);
  std::vector<model::MapStep> chain;
  for (std::size_t k = 0; k < 2 * steps; ++k) {
    model::MapStep scale;
    scale.kind = model::MapKind::kScale;
    const bool down = (k < steps) == down_first;
    for (std::size_t i = 0; i < model.dim(); ++i)
      scale.values.values.push_back(static_cast<float>(random.uniform(1, 2) * (down ? 0x1p-126 : 0x1p125)));
    if (down && random.chance(0.3))
      for (auto& s : scale.values.values) s *= 0x1p-18F;
    scale.values.shape = model.input_shape;
    chain.push_back(std::move(scale));
  }
  model.feature_map.insert(model.feature_map.begin(), chain.begin(), chain.end());
}

/// The threshold a step below the score: an ulp of the score, or a given margin.
void choose_margin(Random& random, Hardness hardness, HardCase& hard) {
  auto& model = hard.generated.model;
  const double value = Reference(model).value(widen(hard.x));
  if (!(std::fabs(value) < 1e37)) return;
  const double draw = random.uniform();
  const bool ulp = hardness == Hardness::kOneUlp ? draw < 0.9 : draw < 0.2;
  const double tiny = hardness == Hardness::kDenormal ? 1e-40 : 1e-6;
  const double margin = draw < 0.5 ? 1.0 : draw < 0.8 ? std::fabs(value) : tiny;
  model.threshold = ulp ? nudged(static_cast<float>(value), static_cast<int>(random.below(4)) - 2)
                        : static_cast<float>(value - margin);
}

}  // namespace

std::string_view hardness_name(Hardness hardness) {
  constexpr std::string_view kNames[] = {"zero crossing", "huge and tiny", "cancellation", "dead",       "denormal",
                                         "flat",          "at kink",       "one ulp",      "scale chain"};
  return kNames[static_cast<std::size_t>(hardness)];
}

HardCase hard_case(Random& random, Hardness hardness) {
  auto parts = random_parts(random);
  auto x = random_point(random, parts);
  if (hardness == Hardness::kZeroCrossing) cross_zero(random, parts, x);
  if (hardness == Hardness::kHugeAndTiny) spread(random, parts);
  if (hardness == Hardness::kCancellation) cancel(random, parts);
  if (hardness == Hardness::kDead || hardness == Hardness::kFlat) kill(random, parts, x, hardness == Hardness::kFlat);
  if (hardness == Hardness::kDenormal) shrink(random, parts, x);
  if (hardness == Hardness::kAtKink) meet_kinks(random, parts, x);
  HardCase hard{{model_of(parts), std::vector<double>(parts.dim, 1.0)}, std::move(x)};
  if (hardness == Hardness::kScaleChain) add_scales(random, hard.generated.model);
  choose_margin(random, hardness, hard);
  if (const auto valid = model::validate(hard.generated.model); !valid.ok())
    throw std::logic_error(valid.error().message);
  return hard;
}

ThreatModel hard_threat(Random& random, const HardCase& hard) {
  const auto dim = hard.x.size();
  const double draw = random.uniform();
  if (draw < 0.5) return random_threat(random, hard.generated, hard.x);
  if (draw < 0.6) return {};
  ThreatModel threat;
  if (draw < 0.8) {
    const double lo = random.uniform(-300, 300), hi = random.chance(0.5) ? lo : random.uniform(-300, 300);
    for (std::size_t i = 0; i < dim; ++i)
      threat.cost.push_back(std::pow(10.0, random.uniform(std::min(lo, hi), std::max(lo, hi))));
    return threat;
  }
  for (const float value : hard.x) {  // the input is a corner of its domain
    const bool at_lower = random.chance(0.5);
    const double x = static_cast<double>(value), room = random.chance(0.2) ? 0 : std::fabs(random.normal());
    threat.lower.push_back(at_lower ? x : x - room);
    threat.upper.push_back(at_lower ? x + room : x);
  }
  return threat;
}

model::Model one_way_sum(std::size_t n) {
  // from 1 + n 2^-23 each term takes off a little more than half an ulp, which rounds to a whole one
  model::Model model;
  model.input_shape = model.graph.input_shape = {static_cast<std::int64_t>(n)};
  model.graph.nodes = {layer("sum", model::kGraphInput, {1, static_cast<std::int64_t>(n)},
                             std::vector<float>(n, -0x1.001p-24F), {1 + static_cast<float>(n) * 0x1p-23F})};
  model.threshold = 1 + static_cast<float>(n / 2 - 2) * 0x1p-23F;
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

}  // namespace standfast::support
