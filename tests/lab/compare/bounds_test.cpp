// Interval and CROWN bounds: no attack inside of a radius, exact where a network is linear, and on a convex network the
// radius of its tangent, which the library's own closed form knows.
#include "lab/compare/bounds.hpp"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/random.hpp"
#include "format/model_file.hpp"
#include "lab/compare/base_network.hpp"
#include "model/graph_builder.hpp"
#include "standfast/classifier.hpp"

namespace standfast::lab {
namespace {

void fill(Random& random, double scale, model::Tensor& tensor) {
  tensor.values.resize(model::element_count(tensor.shape));
  for (float& value : tensor.values) value = static_cast<float>(scale * random.normal());
}

TrainedLayer random_layer(Random& random, const BaseLayer& layer, std::int64_t inputs) {
  TrainedLayer trained{layer, {{layer.outputs, inputs}, {}}, {{layer.outputs}, {}}};
  if (layer.kernel > 0) trained.weight.shape = {layer.outputs, inputs, layer.kernel, layer.kernel};
  const auto fan_in = static_cast<double>(inputs * std::max<std::int64_t>(1, layer.kernel * layer.kernel));
  fill(random, std::sqrt(2 / fan_in), trained.weight);
  fill(random, 0.2, trained.bias);
  return trained;
}

model::Graph random_dense(Random& random) {
  return base_model({4}, {},
                    {random_layer(random, {.outputs = 9}, 4), random_layer(random, {.outputs = 7}, 9),
                     random_layer(random, {.outputs = 1}, 7)},
                    0)
      .graph;
}

model::Graph random_conv(Random& random) {
  const BaseLayer first = {.outputs = 3, .kernel = 3, .stride = 2, .padding = 1}, second = {.outputs = 2, .kernel = 2};
  return base_model({1, 6, 6}, {},
                    {random_layer(random, first, 1), random_layer(random, second, 3),
                     random_layer(random, {.outputs = 5}, 8), random_layer(random, {.outputs = 1}, 5)},
                    0)
      .graph;
}

/// g(u) in float64: the interval that holds one point.
double score(const model::Graph& graph, const std::vector<double>& u) { return interval_lower(graph, box(u, u)); }

std::vector<double> random_point(Random& random, std::size_t dim) {
  std::vector<double> u(dim);
  for (double& value : u) value = random.normal();
  return u;
}

InputSet cube(const std::vector<double>& u, double radius) {
  std::vector<double> low = u, high = u;
  for (double& value : low) value -= radius;
  for (double& value : high) value += radius;
  return box(low, high);
}

/// The smallest score found on the cube's corners, going down one coordinate after the other.
double attacked(const model::Graph& graph, const std::vector<double>& u, double radius, Random& random) {
  std::vector<double> x = u;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += random.chance(0.5) ? radius : -radius;
  double best = score(graph, x);
  for (int sweep = 0; sweep < 2; ++sweep)
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double before = x[i];
      x[i] = 2 * u[i] - before;
      const double value = score(graph, x);
      if (value < best)
        best = value;
      else
        x[i] = before;
    }
  return best;
}

TEST(Bounds, HoldAgainstAttacksInsideTheirRadius) {
  Random random(3);
  int certified = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const model::Graph graph = trial % 2 == 0 ? random_dense(random) : random_conv(random);
    const auto u = random_point(random, model::element_count(graph.input_shape));
    const double threshold = score(graph, u) - 0.5;
    const auto interval = largest_radius([&](double r) { return interval_lower(graph, cube(u, r)); }, threshold, 1);
    const auto crown = largest_radius([&](double r) { return crown_lower(graph, cube(u, r)); }, threshold, 1);
    certified += interval > 0 && crown > 0 ? 1 : 0;
    EXPECT_GE(crown, interval);
    for (int start = 0; start < 5; ++start) EXPECT_GT(attacked(graph, u, crown, random), threshold);
  }
  EXPECT_EQ(certified, 30);
}

TEST(Bounds, OfCrownAreNeverBelowThoseOfIntervals) {
  Random random(4);
  for (int trial = 0; trial < 20; ++trial) {
    const model::Graph graph = trial % 2 == 0 ? random_dense(random) : random_conv(random);
    const auto u = random_point(random, model::element_count(graph.input_shape));
    for (const double radius : {0.01, 0.1, 1.0}) {
      const double interval = interval_lower(graph, cube(u, radius));
      const double quick = crown_lower(graph, cube(u, radius), LowerSlope::kAdaptive, 0);
      EXPECT_GE(quick, interval);
      EXPECT_GE(crown_lower(graph, cube(u, radius)), interval);
    }
  }
}

TEST(Bounds, OfALinearScoreAreExactInEveryNorm) {
  model::GraphBuilder builder({2});
  builder.linear("score", model::kGraphInput, {{1, 2}, {3, -4}}, {{1}, {0.5F}});
  const model::Graph graph = std::move(builder).take();
  const std::vector<double> u = {1, 0};
  EXPECT_NEAR(crown_lower(graph, ball(u, 0.1, Norm::l2())), 3.5 - 0.5, 1e-12);
  EXPECT_NEAR(crown_lower(graph, ball(u, 0.1, Norm::l1())), 3.5 - 0.4, 1e-12);
  EXPECT_NEAR(crown_lower(graph, ball(u, 0.1, Norm::linf())), 3.5 - 0.7, 1e-12);
  EXPECT_NEAR(interval_lower(graph, cube(u, 0.1)), 3.5 - 0.7, 1e-12);
}

TEST(Bounds, KnowNoOtherNodes) {
  model::GraphBuilder builder({2});
  builder.max("largest", model::kGraphInput);
  const Status status = check_boundable(std::move(builder).take());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "node 0 \"largest\" (max): has no interval or CROWN bounds here, expected linear, conv2d, add, relu or "
            "flatten");
}

TEST(LargestRadius, IsNothingWithoutAMarginAndAtMostItsEnd) {
  EXPECT_EQ(largest_radius([](double r) { return -r; }, 0, 1), 0);
  EXPECT_EQ(largest_radius([](double r) { return 5 - r; }, 0, 1), 1);
  EXPECT_NEAR(largest_radius([](double r) { return 0.3 - r; }, 0, 1), 0.3, 1e-3);
  EXPECT_LT(largest_radius([](double r) { return 0.3 - r; }, 0, 1), 0.3);
}

/// Layers that see the input as well, with weights >= 0 on what is convex.
model::Model convex_model(Random& random, std::int64_t layers) {
  constexpr std::int64_t kDim = 5, kWidth = 8;
  model::Model model;
  model.input_shape = {kDim};
  model::GraphBuilder graph({kDim});
  const auto tensor = [&](const model::Shape& shape, bool positive) {
    model::Tensor values{shape, {}};
    fill(random, 0.5, values);
    for (float& value : values.values)
      if (positive) value = std::fabs(value) / 2;
    return values;
  };
  std::int32_t z = model::kGraphInput;
  for (std::int64_t layer = 0; layer <= layers; ++layer) {
    const bool last = layer == layers;
    const std::int64_t rows = last ? 1 : kWidth;
    const std::string name = "z" + std::to_string(layer);
    std::int32_t sum =
        graph.linear(name + ".u", model::kGraphInput, tensor({rows, kDim}, false), tensor({rows}, false));
    if (layer > 0) sum = graph.add(name, {sum, graph.linear(name + ".z", z, tensor({rows, kWidth}, true))});
    z = last ? sum : graph.relu(name + ".relu", sum);
  }
  model.graph = std::move(graph).take();
  model.sensitive_class = "a";
  model.other_class = "b";
  return model;
}

Classifier classifier_of(const model::Model& model) {
  const auto path = std::filesystem::temp_directory_path() / ("crown-" + std::to_string(::getpid()) + ".safetensors");
  EXPECT_TRUE(format::save_model(model, path.string()).ok());
  auto classifier = Classifier::load(path.string());
  std::filesystem::remove(path);
  EXPECT_TRUE(classifier.ok());
  return std::move(classifier).value();
}

/// What the closed form proves at u, and what CROWN does with this lower slope.
struct TwoRadii {
  double closed_form;
  double crown;
  bool intervals_help;  ///< Whether intervals alone prove more than the closed form.
};

TwoRadii both_radii(model::Model model, const std::vector<double>& u, Norm norm, LowerSlope slope) {
  model.threshold = static_cast<float>(score(model.graph, u) - 0.4);
  const std::vector<float> x(u.begin(), u.end());
  CertifyOptions options;
  options.norms = {norm};
  options.method = Method::kClosedForm;
  const auto found = classifier_of(model).certify(x, 1, options);
  EXPECT_TRUE(found.ok());
  const double closed_form = found->radius(0, 0);
  // the true end lies within a thousandth of the closed form's radius, if they agree
  const auto lower = [&](double r) { return crown_lower(model.graph, ball(u, r, norm), slope); };
  const auto threshold = static_cast<double>(model.threshold);
  return {closed_form, largest_radius(lower, threshold, 2 * closed_form),
          interval_lower(model.graph, ball(u, 1.001 * closed_form, norm)) > threshold};
}

std::vector<double> float_point(Random& random, std::size_t dim) {
  auto u = random_point(random, dim);
  for (double& value : u) value = static_cast<double>(static_cast<float>(value));
  return u;
}

TEST(Crown, OfAConvexNetworkIsItsTangent) {
  Random random(6);
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()})
    for (std::int64_t layers = 1; layers <= 3; ++layers) {
      const model::Model model = convex_model(random, layers);
      const auto radii = both_radii(model, float_point(random, 5), norm, LowerSlope::kAtCentre);
      EXPECT_FALSE(radii.intervals_help);
      EXPECT_NEAR(radii.crown, radii.closed_form, 1e-3 * radii.closed_form) << norm.name() << ", " << layers;
    }
}

TEST(Crown, WithThePublishedSlopesIsTheTangentOfOneConvexLayer) {
  Random random(7);
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()})
    for (int trial = 0; trial < 5; ++trial) {
      const model::Model model = convex_model(random, 1);
      const auto radii = both_radii(model, float_point(random, 5), norm, LowerSlope::kAdaptive);
      EXPECT_GE(radii.crown, radii.closed_form * (1 - 1e-3)) << norm.name();
    }
}

}  // namespace
}  // namespace standfast::lab
