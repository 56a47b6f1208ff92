// A minimum of heads whose exact radius is known by construction: each head is <= 0 on a box, so that the other class
// is a union of boxes, and the distance to a union is the smallest distance.
#include "model/heads.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/graph_builder.hpp"
#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kNorms{Norm::l1(), Norm::l2(), Norm::linf()};
constexpr double kHeadGap = 0.01;

struct Box {
  std::vector<float> centre, half_width;
};

/// min_k max_i (|x_i - centre_ki| - half_width_ki), without an abs: two planes per side.
model::Model union_of_boxes(const std::vector<Box>& boxes) {
  const auto dim = static_cast<std::int64_t>(boxes.front().centre.size());
  model::GraphBuilder graph({dim});
  std::vector<std::int32_t> heads;
  for (const Box& box : boxes) {
    model::Tensor weight{{2 * dim, dim}, std::vector<float>(static_cast<std::size_t>(2 * dim * dim), 0)};
    model::Tensor bias{{2 * dim}, {}};
    for (std::size_t row = 0; row < static_cast<std::size_t>(2 * dim); ++row) {
      const std::size_t i = row / 2;
      const float side = row % 2 == 0 ? 1.0F : -1.0F;
      weight.values[row * static_cast<std::size_t>(dim) + i] = side;
      bias.values.push_back(-side * box.centre[i] - box.half_width[i]);
    }
    const std::string name = std::to_string(heads.size());
    heads.push_back(graph.max("box" + name, graph.linear("sides" + name, model::kGraphInput, weight, bias)));
  }
  graph.min("score", heads);
  model::Model model;
  model.input_shape = {dim};
  model.graph = std::move(graph).take();
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

/// Multiples of 1/64, so that the sides of the boxes are exact.
float on_grid(double value) { return static_cast<float>(std::round(value * 64) / 64); }

double distance_to(const Box& box, const std::vector<float>& x, Norm norm) {
  std::vector<double> apart;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double from_centre = std::fabs(static_cast<double>(x[i]) - static_cast<double>(box.centre[i]));
    apart.push_back(std::max(from_centre - static_cast<double>(box.half_width[i]), 0.0));
  }
  return norm.of_vector(apart);
}

TEST(Heads, TheRadiusToAUnionOfBoxesIsTheDistanceToTheNearest) {
  Tally tally("union of boxes");
  std::size_t exact = 0, compared = 0;
  for_each_case(200, [&](Random& random) {
    const std::size_t dim = 1 + random.below(5), count = 2 + random.below(6);
    std::vector<Box> boxes(count);
    for (Box& box : boxes) {
      for (std::size_t i = 0; i < dim; ++i) {
        box.centre.push_back(on_grid(3 * random.normal()));
        box.half_width.push_back(on_grid(0.1 + random.uniform()));
      }
    }
    std::vector<float> x;
    for (std::size_t i = 0; i < dim; ++i) x.push_back(on_grid(3 * random.normal()));
    const Classifier classifier = make_classifier(union_of_boxes(boxes));
    for (const Method method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
      for (const Norm norm : kNorms) {
        tally.combination();
        double truth = kInfinity;
        for (const Box& box : boxes) truth = std::min(truth, distance_to(box, x, norm));
        const double radius = radius_of(classifier, x, norm, {}, method);
        tally.radius(radius);
        EXPECT_LE(radius, truth * (1 + 0x1p-52)) << method_name(method) << norm.name();
        if (method != Method::kExact) continue;
        ++compared;
        exact += radius >= truth * (1 - kHeadGap) ? 1 : 0;
      }
    }
  });
  // 60 passes do not always do
  EXPECT_GE(exact * 100, compared * 95);
}

TEST(Heads, ARadiusIsTheSmallestOfTheHeadsOwn) {
  Tally tally("heads one by one");
  for_each_case(150, [&](Random& random) {
    const auto made = random_model(random, Family::kHeads, static_cast<MapFamily>(random.below(4)));
    const auto x = random_input(random, made);
    const auto threat = random_bounded_threat(random, made, x);
    const auto whole = try_make_classifier(made.model);
    if (!whole.ok()) return tally.refused();
    const bool separable = model::is_separable(made.model.feature_map);
    for (const Method method : {Method::kClosedForm, Method::kSeparable, Method::kExact}) {
      if (method == Method::kExact && !separable) continue;
      for (const Norm norm : kNorms) {
        tally.combination();
        double smallest = kInfinity;
        for (std::size_t k = 0; k < model::head_count(made.model); ++k) {
          const Classifier head = make_classifier(model::head_of(made.model, k));
          smallest = std::min(smallest, radius_of(head, x, norm, threat, method));
        }
        const double radius = radius_of(*whole, x, norm, threat, method);
        tally.radius(radius);
        // heads that are not the smallest may have been looked at less closely, never with another result
        EXPECT_EQ(radius, smallest) << method_name(method) << norm.name() << describe(made.model) << describe(threat);
      }
    }
  });
}

TEST(Heads, AHeadTwiceIsThatHead) {
  for_each_case(60, [](Random& random) {
    auto made = random_model(random, Family::kDense, MapFamily::kSeparable);
    const auto x = random_input(random, made);
    const Classifier one = make_classifier(made.model);
    const auto last = static_cast<std::int32_t>(made.model.graph.nodes.size()) - 1;
    made.model.graph.nodes.push_back(model::node_of(model::NodeKind::kMin, "twice", {last, last}));
    const Classifier twice = make_classifier(made.model);
    for (const Norm norm : kNorms) EXPECT_EQ(radius_of(one, x, norm, {}), radius_of(twice, x, norm, {}));
    EXPECT_EQ(one.logits(x, 1).value(), twice.logits(x, 1).value());
  });
}

TEST(Heads, ABoundThatOverflowsIsNotInfinite) {
  // never below 1, and 1e37 - 1e-38 x, which costs 1e300 per unit: far beyond float64, but not without end
  model::Model model;
  model.input_shape = {1};
  model::GraphBuilder graph({1});
  const auto flat = graph.linear("flat", model::kGraphInput, {{1, 1}, {0}}, {{1}, {1}});
  const auto slow = graph.linear("slow", model::kGraphInput, {{1, 1}, {-1e-38F}}, {{1}, {1e37F}});
  graph.min("score", {flat, slow});
  model.graph = std::move(graph).take();
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  const Classifier classifier = make_classifier(model);
  ThreatModel threat;
  threat.cost = {1e300};
  for (const Norm norm : kNorms) EXPECT_LT(radius_of(classifier, std::vector<float>{0}, norm, threat), kInfinity);
}

TEST(Heads, ATileHasTheBitsOfItsInputs) {
  for_each_case(25, [](Random& random) {
    const auto made = random_model(random, Family::kHeads, MapFamily::kSeparable);
    const auto classifier = try_make_classifier(made.model);
    if (!classifier.ok()) return;
    std::vector<float> rows;
    const std::size_t count = 40;
    for (std::size_t i = 0; i < count; ++i) {
      const auto x = random_input(random, made);
      rows.insert(rows.end(), x.begin(), x.end());
    }
    CertifyOptions options;
    options.method = random.chance(0.5) ? Method::kRefined : Method::kSeparable;
    const auto together = classifier->certify(rows, count, options).value();
    const std::size_t dim = classifier->dim();
    for (std::size_t i = 0; i < count; ++i) {
      const auto alone = classifier->certify(std::span(rows).subspan(i * dim, dim), 1, options).value();
      EXPECT_EQ(alone.logits[0], together.logits[i]);
      for (std::size_t k = 0; k < options.norms.size(); ++k) EXPECT_EQ(alone.radius(0, k), together.radius(i, k));
    }
  });
}

}  // namespace
}  // namespace standfast::support
