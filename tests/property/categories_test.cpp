// Categories: a change of value is one move. Every combination of moves is made by hand; behind each, what is left of
// the price is spent by the attacks of all other tests.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certifier/proofs.hpp"
#include "support/cases.hpp"
#include "support/inside.hpp"
#include "support/random_threat.hpp"
#include "support/tally.hpp"
#include "threat/moves.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kAllNorms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
constexpr MapFamily kSingleFeatureMaps[] = {MapFamily::kSeparable, MapFamily::kKinked, MapFamily::kKnots};
constexpr std::size_t kMostValues = 4, kMostCategories = 3;

/// Categories of some of the features, and an input with one value for each.
std::vector<Category> random_categories(Random& random, std::vector<float>& x, double typical_cost) {
  std::vector<std::uint32_t> features(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) features[i] = static_cast<std::uint32_t>(i);
  for (std::size_t i = x.size(); i > 1; --i) std::swap(features[i - 1], features[random.below(i)]);
  std::vector<Category> categories;
  const std::size_t wanted = 1 + random.below(kMostCategories);
  while (categories.size() < wanted) {
    const std::size_t values = 2 + random.below(kMostValues - 1);
    if (features.size() < values) break;
    Category& category = categories.emplace_back();
    category.name = "column " + std::to_string(categories.size());
    category.cost = random.chance(0.3) ? 1 : typical_cost * std::exp(1.5 * random.normal());
    category.features.assign(features.end() - static_cast<std::ptrdiff_t>(values), features.end());
    features.resize(features.size() - values);
    for (const std::uint32_t feature : category.features) x[feature] = 0;
    x[category.features[random.below(values)]] = 1;
  }
  return categories;
}

/// Most values can be left and taken.
void open_values(Random& random, ThreatModel& threat) {
  for (const Category& category : threat.categories) {
    for (const std::uint32_t feature : category.features) {
      if (random.chance(0.15)) continue;
      if (!threat.lower.empty()) threat.lower[feature] = 0;
      if (!threat.upper.empty()) threat.upper[feature] = 1;
      if (!threat.max_decrease.empty()) threat.max_decrease[feature] = random.chance(0.5) ? 1 : kInfinity;
      if (!threat.max_increase.empty()) threat.max_increase[feature] = random.chance(0.5) ? 1 : kInfinity;
    }
  }
}

struct Table {
  RandomModel made;
  std::vector<float> x;
  ThreatModel threat;
};

/// A model with an input of the sensitive class, which has categories.
Table random_table(Random& random) {
  for (;;) {
    const MapFamily map = kSingleFeatureMaps[random.below(std::size(kSingleFeatureMaps))];
    Table table{random_model(random, random_family(random), map), {}, {}};
    if (table.made.model.dim() < 2) continue;
    table.x = random_input(random, table.made);
    const double scale = table.made.scale[random.below(table.made.scale.size())];
    table.threat = random.chance(0.3) ? ThreatModel{} : random_bounded_threat(random, table.made, table.x);
    table.threat.categories = random_categories(random, table.x, scale);
    open_values(random, table.threat);
    set_margin(table.made.model, table.x, std::exp(2 * random.normal()));
    return table;
  }
}

/// x after each combination of moves, and which categories moved.
struct Moved {
  std::vector<float> x;
  std::vector<double> costs;
};
std::vector<Moved> all_moves(const ThreatModel& threat, const std::vector<float>& x) {
  std::vector<Moved> all{{x, {}}};
  const std::vector<threat::CategoryMoves> moves = threat::moves_at(threat, x).value();
  for (const threat::CategoryMoves& of_category : moves) {
    const std::size_t before = all.size();
    for (std::size_t k = 0; k < before; ++k) {
      for (const auto& target : of_category.to) {
        Moved moved = all[k];
        moved.x[of_category.from] = 0;
        moved.x[target.feature] = 1;
        moved.costs.push_back(of_category.cost);
        all.push_back(std::move(moved));
      }
    }
  }
  return all;
}

/// The threat model with every value of every category as it is.
ThreatModel without_moves(ThreatModel threat, std::size_t dim) {
  threat.max_increase.resize(dim, kInfinity);
  threat.max_decrease.resize(dim, kInfinity);
  for (const Category& category : threat.categories) {
    for (const std::uint32_t feature : category.features)
      threat.max_increase[feature] = threat.max_decrease[feature] = 0;
  }
  threat.categories.clear();
  return threat;
}

/// What is left of a price behind some moves, rounded down; not positive if they are too dear.
double left_of(double radius, const std::vector<double>& costs, Norm norm) {
  if (norm == Norm::l0()) return radius - static_cast<double>(costs.size());
  const double spent = norm.of_vector(costs);
  if (!(spent < radius)) return 0;
  if (radius == kInfinity) return radius;
  const double rest = norm == Norm::linf() ? radius
                      : norm == Norm::l1() ? radius - spent
                                           : std::sqrt((radius - spent) * (radius + spent));
  return rest * (1 - 1e-9);
}

/// Up to `count` of the free features at ends of their intervals.
std::vector<double> some_ends(Random& random, const AttackProblem& problem, double count) {
  std::vector<double> point = problem.input();
  for (std::size_t used = 0; used < point.size() && static_cast<double>(used) < count; ++used) {
    const std::size_t i = random.below(point.size());
    const double end = random.chance(0.5) ? problem.lower(i) : problem.upper(i);
    if (std::isfinite(end)) point[i] = end;
  }
  return point;
}

/// No combination of moves, and nothing that is left of the price behind it, has the other verdict.
void expect_no_flip(Random& random, const Table& table, Norm norm, double radius, Tally& tally,
                    const std::string& context) {
  const Reference reference(table.made.model);
  const ThreatModel rest = without_moves(table.threat, table.x.size());
  for (const Moved& moved : all_moves(table.threat, table.x)) {
    const double left = left_of(radius, moved.costs, norm);
    if (norm == Norm::l0() ? left < 0 : !(left > 0)) continue;
    tally.tried(1);
    ASSERT_FALSE(reference.surely_other(widen(moved.x))) << context << ::testing::PrintToString(moved.x);
    const AttackProblem problem(reference, moved.x, norm, rest);
    if (norm == Norm::l0()) {
      for (int k = 0; k < 20; ++k) {
        const auto point = some_ends(random, problem, left);
        ASSERT_FALSE(reference.surely_other(point)) << context << ::testing::PrintToString(point);
      }
      continue;
    }
    const auto flip = flip_inside(problem, left);
    ASSERT_FALSE(flip.has_value()) << context << ::testing::PrintToString(*flip);
  }
}

CertifyOptions random_options(Random& random, const Table& table, Norm norm) {
  CertifyOptions options;
  options.norms = {norm};
  options.threat = table.threat;
  const Method methods[] = {Method::kSeparable, Method::kSeparable, Method::kRefined, Method::kExact,
                            Method::kClosedForm};
  options.method = methods[random.below(std::size(methods))];
  if (options.method == Method::kClosedForm && norm == Norm::l0()) options.method = Method::kSeparable;
  if (options.method == Method::kExact) options.passes = 8;
  if (random.chance(0.3)) options.precision = Precision::kFloat32;
  if (random.chance(0.2)) options.guarantee = Guarantee::kDeployed;
  options.keep_proofs = options.method != Method::kClosedForm;
  return options;
}

TEST(Categories, NoMovesAndChangesInsideARadiusHaveTheOtherVerdict) {
  Tally tally("Categories.NoMoves");
  std::size_t positive = 0, larger = 0;
  for_each_case(250, [&](Random& random) {
    const Table table = random_table(random);
    const auto classifier = try_make_classifier(table.made.model);
    if (!classifier) return tally.refused();
    const Norm norm = kAllNorms[random.below(kAllNorms.size())];
    const CertifyOptions options = random_options(random, table, norm);
    const auto found = classifier->certify(table.x, 1, options);
    if (!found) return tally.refused();
    const double radius = found->radius(0, 0);
    tally.combination();
    tally.radius(radius);
    if (!(radius > 0)) return;
    const std::string context = norm.name() + std::string(method_name(options.method)) + " radius " +
                                ::testing::PrintToString(radius) + " at " + ::testing::PrintToString(table.x) + "\n" +
                                describe(table.made.model) + describe(table.threat);
    expect_no_flip(random, table, norm, radius, tally, context);
    ++positive;
    if (options.keep_proofs) {
      const Certificate certificate{norm, radius, found->proofs[0]};
      EXPECT_GE(classifier->confirm(table.x, certificate, table.threat).value(), radius) << context;
    }
    // the box of the same columns allows a half of a move, and prices a whole one at least as high as one of its halves
    if (options.method != Method::kSeparable || options.precision == Precision::kFloat32) return;
    CertifyOptions box = options;
    box.threat.categories.clear();
    box.threat.cost.resize(table.x.size(), 1);
    for (const Category& category : table.threat.categories) {
      for (const std::uint32_t feature : category.features) box.threat.cost[feature] = category.cost / 2;
    }
    const auto of_box = classifier->certify(table.x, 1, box);
    larger += static_cast<std::size_t>(of_box.ok() && radius > of_box->radius(0, 0) * (1 + 1e-6));
  });
  if (tally.combinations() < 200) return;
  EXPECT_GT(positive, 100U);
  EXPECT_GT(larger, 20U);
}

TEST(Categories, NoAttackIsInsideARadiusAndEachIsOneValuePerCategory) {
  Tally tally("Categories.NoAttack");
  std::size_t moved = 0;
  for_each_case(120, [&](Random& random) {
    const Table table = random_table(random);
    const auto classifier = try_make_classifier(table.made.model);
    if (!classifier) return tally.refused();
    CertifyOptions certify;
    certify.norms = kAllNorms;
    certify.threat = table.threat;
    AttackOptions attack;
    attack.norms = kAllNorms;
    attack.threat = table.threat;
    attack.restarts = 1;
    const auto radii = classifier->certify(table.x, 1, certify);
    const auto found = classifier->attack(table.x, 1, attack);
    if (!radii || !found) return tally.refused();
    const std::vector<double> costs = [&] {
      std::vector<double> result;
      for (std::size_t i = 0; i < table.x.size(); ++i) result.push_back(table.threat.cost_of(i));
      return result;
    }();
    for (std::size_t k = 0; k < kAllNorms.size(); ++k) {
      tally.combination();
      tally.radius(radii->radius(0, k));
      const double distance = found->distances[k];
      EXPECT_FALSE(disproves(kAllNorms[k], radii->radius(0, k), distance))
          << kAllNorms[k].name() << ::testing::PrintToString(table.x) << describe(table.made.model)
          << describe(table.threat);
      if (!std::isfinite(distance) || distance == 0) continue;
      if (distance <= radii->radius(0, k) * 1.01) tally.met();
      const auto input = std::span(found->inputs).subspan(k * table.x.size(), table.x.size());
      ASSERT_TRUE(threat::check_values(table.threat, input, "attack").ok()) << ::testing::PrintToString(input);
      std::vector<double> change(input.size());
      for (std::size_t i = 0; i < change.size(); ++i) change[i] = static_cast<double>(input[i]) - table.x[i];
      const double price = kAllNorms[k].of_vector(threat::price_entries(table.threat, costs, change));
      EXPECT_GE(distance, price);
      EXPECT_LE(distance, price * (1 + 1e-9));
      for (const Category& category : table.threat.categories) {
        moved +=
            static_cast<std::size_t>(std::ranges::any_of(category.features, [&](auto i) { return change[i] != 0; }));
      }
    }
  });
  if (tally.combinations() < 300) return;
  EXPECT_GT(moved, 30U) << "some attacks move a category";
}

}  // namespace
}  // namespace standfast::support
