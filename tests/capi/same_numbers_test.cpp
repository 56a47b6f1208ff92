// What the C interface hands out is what the C++ library computes, to the last bit.
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "capi/c_handles.hpp"
#include "standfast/certificate.hpp"
#include "support/cases.hpp"
#include "support/random_model.hpp"
#include "support/small_models.hpp"

namespace standfast::capi_test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

template <class T>
void expect_same_bits(std::span<const T> found, std::span<const T> expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(std::memcmp(&found[i], &expected[i], sizeof(T)), 0) << i << ": " << found[i] << ", " << expected[i];
  }
}

/// As many under sanitizers: bits are equal or not, and a few models tell.
template <class Check>
void for_three_seeds(const Check& check) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Random random(seed);
    check(random);
  }
}

struct Problem {
  model::Model model;
  std::vector<float> rows;
  std::size_t count = 0;
};

Problem random_problem(Random& random) {
  support::RandomModel made = support::random_model(random, support::Family::kDense, support::MapFamily::kSeparable);
  Problem problem{std::move(made.model), {}, 9};
  for (std::size_t i = 0; i < problem.count * problem.model.dim(); ++i)
    problem.rows.push_back(static_cast<float>(made.scale[i % problem.model.dim()] * random.uniform(-1, 1)));
  return problem;
}

const std::string kThreat = "[default]\ncost = 0.3\nmax_increase = 0.7\nlower = -3\n";

CertifyOptions cpp_options(const Classifier& classifier, std::vector<Norm> norms) {
  CertifyOptions options;
  options.norms = std::move(norms);
  options.threat = *parse_threat(kThreat, "text", {}, classifier.dim());
  return options;
}

void expect_same_certificates(const Problem& problem, std::int32_t method, std::int32_t guarantee) {
  const auto cpp = support::make_classifier(problem.model);
  CertifyOptions options = cpp_options(cpp, {Norm::linf(), Norm::l1(), Norm::l2()});
  options.method = static_cast<Method>(method - 1);
  options.guarantee = static_cast<Guarantee>(guarantee - 1);
  options.attack = true;
  const auto expected = cpp.certify(problem.rows, problem.count, options);
  ASSERT_TRUE(expected.ok()) << expected.error().message;

  const ModelHandle c = handle_of(problem.model);
  const ThreatHandle threat = threat_of(c, kThreat);
  const std::array<double, 3> norms = {kInf, 1, 2};
  auto c_options = sized<standfast_certify_options>();
  c_options.norms = norms.data();
  c_options.norm_count = norms.size();
  c_options.method = method;
  c_options.guarantee = guarantee;
  c_options.threat = threat.get();
  std::vector<float> logits(problem.count);
  std::vector<std::uint8_t> verdicts(problem.count);
  std::vector<double> radii(problem.count * 3), attacks(problem.count * 3), slack(problem.count, 7);
  auto found = sized<standfast_certificates>();
  found.logits = logits.data();
  found.verdicts = verdicts.data();
  found.radii = radii.data();
  found.slack = slack.data();
  found.attacks = attacks.data();
  ASSERT_EQ(standfast_certify(c.get(), problem.rows.data(), problem.count, &c_options, &found), STANDFAST_OK)
      << standfast_last_error();
  EXPECT_EQ(found.done, problem.count);
  expect_same_bits<float>(logits, expected->logits);
  expect_same_bits<double>(radii, expected->radii);
  expect_same_bits<double>(attacks, expected->attacks);
  expect_same_bits<double>(slack, expected->slack.empty() ? std::vector<double>(problem.count) : expected->slack);
  for (std::size_t i = 0; i < problem.count; ++i) EXPECT_EQ(verdicts[i] == STANDFAST_SENSITIVE, expected->sensitive(i));
}

TEST(SameNumbers, OfCertificatesByEveryMethodAndGuarantee) {
  for_three_seeds([](Random& random) {
    const Problem problem = random_problem(random);
    expect_same_certificates(problem, STANDFAST_CLOSED_FORM, STANDFAST_REAL);
    expect_same_certificates(problem, STANDFAST_SEPARABLE, STANDFAST_DEPLOYED);
    expect_same_certificates(problem, STANDFAST_REFINED, STANDFAST_NONE);
    expect_same_certificates(problem, STANDFAST_EXACT, STANDFAST_REAL);
  });
}

TEST(SameNumbers, OfLogitsExplanationsAndAttacks) {
  for_three_seeds([](Random& random) {
    const Problem problem = random_problem(random);
    const auto cpp = support::make_classifier(problem.model);
    const ModelHandle c = handle_of(problem.model);
    const std::size_t dim = cpp.dim();
    std::vector<float> logits(problem.count);
    ASSERT_EQ(standfast_score(c.get(), problem.rows.data(), problem.count, 1, logits.data()), STANDFAST_OK);
    expect_same_bits<float>(logits, *cpp.logits(problem.rows, problem.count));

    const ThreatHandle threat = threat_of(c, kThreat);
    const CertifyOptions options = cpp_options(cpp, {Norm::l2()});
    const auto row = std::span(problem.rows).first(dim);
    const auto weakest = cpp.weakest_direction(row, Norm::l2(), options.threat);
    ASSERT_TRUE(weakest.ok());
    double radius = -1;
    std::vector<double> change(dim, 7);
    ASSERT_EQ(standfast_explain(c.get(), row.data(), 2, threat.get(), &radius, change.data()), STANDFAST_OK);
    EXPECT_EQ(radius, weakest->radius);
    expect_same_bits<double>(change, weakest->change);

    AttackOptions attack;
    attack.threat = options.threat;
    attack.seed = 5;
    const auto expected = cpp.attack(problem.rows, problem.count, attack);
    ASSERT_TRUE(expected.ok());
    auto c_attack = sized<standfast_attack_options>();
    c_attack.threat = threat.get();
    c_attack.seed = 5;
    std::vector<double> distances(problem.count * 3);
    std::vector<float> inputs(problem.count * 3 * dim), attack_logits(problem.count * 3);
    auto found = sized<standfast_attacks>();
    found.distances = distances.data();
    found.inputs = inputs.data();
    found.attack_logits = attack_logits.data();
    ASSERT_EQ(standfast_attack(c.get(), problem.rows.data(), problem.count, &c_attack, &found), STANDFAST_OK);
    expect_same_bits<double>(distances, expected->distances);
    expect_same_bits<float>(inputs, expected->inputs);
    expect_same_bits<float>(attack_logits, expected->attack_logits);
  });
}

TEST(SameNumbers, OfAModelWhoseThresholdIsMoved) {
  const std::string bytes = bytes_of(support::corner_model());
  auto options = sized<standfast_load_options>();
  options.logit_threshold = 0.25;
  standfast_classifier* loaded = nullptr;
  ASSERT_EQ(standfast_load_memory(bytes.data(), bytes.size(), &options, &loaded), STANDFAST_OK);
  const ModelHandle c(loaded);
  const auto cpp = Classifier::parse(std::as_bytes(std::span(bytes)), "memory", 0.25);
  ASSERT_TRUE(cpp.ok());
  const std::array<float, 2> row = {0, 0};
  float logit = 0;
  ASSERT_EQ(standfast_score(c.get(), row.data(), 1, 1, &logit), STANDFAST_OK);
  EXPECT_EQ(logit, (*cpp->logits(row, 1))[0]);
  EXPECT_LT(logit, 1.76);
}

/// Two values of a, all others, and a number b: 2.25 at (1, 0, 0, 0.5), of which a move of a takes 2.
TEST(SameNumbers, ACategoryIsOneMoveWithoutAThreatAndInADomain) {
  model::Model model = support::affine_model({1, 0, -1, 0.5F}, 1);
  model.columns = {{.name = "a", .kind = ColumnKind::kCategory, .values = {"x", "y"}}, {.name = "b"}};
  model.feature_names = feature_names(model.columns);
  const ModelHandle c = handle_of(model);
  standfast_threat* domain = nullptr;
  ASSERT_EQ(standfast_threat_from_domain(c.get(), -100, 100, &domain), STANDFAST_OK) << standfast_last_error();
  const ThreatHandle in_domain(domain);
  const std::vector<float> row = {1, 0, 0, 0.5F};
  const std::array<double, 2> norms = {1, kInf};
  CertifyOptions options;
  options.norms = {Norm::l1(), Norm::linf()};
  options.threat.categories = categories_of(model.columns);
  const auto expected = support::make_classifier(model).certify(row, 1, options);
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  EXPECT_NEAR(expected->radius(0, 0), 1.5, 1e-6);
  const std::array<const standfast_threat*, 2> threats = {nullptr, in_domain.get()};
  for (const standfast_threat* const threat : threats) {
    auto c_options = sized<standfast_certify_options>();
    c_options.norms = norms.data();
    c_options.norm_count = norms.size();
    c_options.threat = threat;
    std::array<double, 2> radii{};
    auto found = sized<standfast_certificates>();
    found.radii = radii.data();
    ASSERT_EQ(standfast_certify(c.get(), row.data(), 1, &c_options, &found), STANDFAST_OK) << standfast_last_error();
    for (std::size_t k = 0; k < norms.size(); ++k) EXPECT_NEAR(radii[k], expected->radius(0, k), 1e-9) << k;
  }
}

TEST(SameNumbers, TheDescriptionIsTheSummary) {
  model::Model model = support::affine_model({1, -2}, 0.5F, 0.25F);
  model.feature_names = {"links", "thanks"};
  model.feature_units = {"links", ""};
  model.domain = model::Domain{{0}, {1}};
  const std::string bytes = bytes_of(model);
  const ModelHandle c = handle_of(model);
  auto found = sized<standfast_description>();
  ASSERT_EQ(standfast_describe(c.get(), &found), STANDFAST_OK);
  EXPECT_EQ(found.dim, 2U);
  EXPECT_EQ(found.rank, 1U);
  EXPECT_EQ(found.shape[0], 2);
  EXPECT_STREQ(found.kind, "table");
  EXPECT_STREQ(found.tokenizer, "");
  EXPECT_STREQ(found.sensitive_class, model.sensitive_class.c_str());
  EXPECT_STREQ(found.other_class, model.other_class.c_str());
  EXPECT_STREQ(found.feature_names[1], "thanks");
  EXPECT_STREQ(found.feature_units[0], "links");
  EXPECT_EQ(found.domain_lower[1], 0);
  EXPECT_EQ(found.domain_upper[0], 1);
  EXPECT_EQ(found.parameters, 3U);
  EXPECT_EQ(found.threshold, 0.25F);
  EXPECT_EQ(found.certifies_both, 1);
  EXPECT_EQ(std::string(found.sha256).size(), 64U);
  const std::span<const float> as_floats(reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float));
  if (bytes.size() % sizeof(float) == 0) {
    EXPECT_EQ(std::string(found.sha256), sha256_of(as_floats));
  }

  const ModelHandle without_names = handle_of(support::affine_model({1, -2}, 0.5F));
  ASSERT_EQ(standfast_describe(without_names.get(), &found), STANDFAST_OK);
  EXPECT_EQ(found.feature_names, nullptr);
  EXPECT_EQ(found.domain_upper, nullptr);
}

}  // namespace
}  // namespace standfast::capi_test
