// How the two methods and the two guarantees relate.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/reference.hpp"

namespace standfast::support {
namespace {

constexpr double kFloatUnit = 0x1p-24;

double condition(const model::Model& model, const std::vector<float>& x) {
  return Reference(model).condition(widen(x));
}

TEST(Methods, SeparableIsNeverWorseThanTheClosedForm) {
  for_each_case(400, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const double rounding = 16 * kFloatUnit * condition(generated.model, x);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      for (const auto guarantee : {Guarantee::kNone, Guarantee::kReal}) {
        const double closed = radius_of(classifier, x, norm, threat, Method::kClosedForm, guarantee);
        const double separable = radius_of(classifier, x, norm, threat, Method::kSeparable, guarantee);
        if (std::isinf(separable)) continue;
        EXPECT_GE(separable, closed * (1 - std::min(1.0, rounding)))
            << norm.name() << guarantee_name(guarantee) << describe(generated.model) << describe(threat)
            << ::testing::PrintToString(x);
      }
    }
  });
}

TEST(Methods, AVerifiedRadiusIsTheSearchedOneButForRounding) {
  std::vector<double> losses;
  for_each_case(400, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const double rounding = 16 * kFloatUnit * condition(generated.model, x);
    for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      for (const auto method : {Method::kClosedForm, Method::kSeparable}) {
        const double none = radius_of(classifier, x, norm, threat, method, Guarantee::kNone);
        const double real = radius_of(classifier, x, norm, threat, method, Guarantee::kReal);
        // slopes below the smallest normal float32 have no relative precision: radii of 1e30 and more
        if (none > 1e30 || !(rounding < 1e-2)) continue;
        EXPECT_LE(real, none * (1 + rounding))
            << norm.name() << method_name(method) << describe(generated.model) << describe(threat);
        if (none > 0) losses.push_back(1 - real / none);
      }
    }
  });
  if (losses.size() < 100) return;  // a single repeated case has no median
  std::nth_element(losses.begin(), losses.begin() + losses.size() / 2, losses.end());
  EXPECT_LE(losses[losses.size() / 2], 1e-6);
  std::nth_element(losses.begin(), losses.begin() + losses.size() * 95 / 100, losses.end());
  EXPECT_LE(losses[losses.size() * 95 / 100], 1e-4);
}

TEST(Methods, TheVerdictAndTheRadiusAgree) {
  for_each_case(200, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    CertifyOptions options;
    options.norms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
    options.threat = random_bounded_threat(random, generated, x);
    const auto certificates = classifier.certify(x, 1, options);
    ASSERT_TRUE(certificates.ok()) << certificates.error().message;
    const auto f = Reference(generated.model).bounded_value(widen(x));
    const double rounding = static_cast<double>(f.error) * 0x1p40 * 2;
    for (std::size_t k = 0; k < options.norms.size(); ++k) {
      if (!certificates->sensitive(0)) {
        EXPECT_EQ(certificates->radius(0, k), 0);
      }
      if (static_cast<double>(f.value) > rounding && k > 0) {
        EXPECT_GT(certificates->radius(0, k), 0) << describe(generated.model);
      }
    }
  });
}

}  // namespace
}  // namespace standfast::support
