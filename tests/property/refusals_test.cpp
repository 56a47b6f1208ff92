// Requests that have no answer come back as errors.
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"

namespace standfast::support {
namespace {

TEST(Refusals, ValuesThatAreNotNumbersAreRefusedByInputAndFeature) {
  const auto classifier = make_classifier(affine_model({1, 1, 1}, 0));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    std::vector<float> inputs(12, 1.0F);
    inputs[2 * 3 + 1] = bad;
    const auto certificates = classifier.certify(inputs, 4, {});
    ASSERT_FALSE(certificates.ok());
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadValue);
    EXPECT_NE(certificates.error().message.find("input 2"), std::string::npos) << certificates.error().message;
    EXPECT_NE(certificates.error().message.find("feature 1"), std::string::npos) << certificates.error().message;
    const auto logits = classifier.logits(inputs, 4);
    ASSERT_FALSE(logits.ok());
    EXPECT_EQ(logits.error().code, ErrorCode::kBadValue);
  }
}

TEST(Refusals, InputsOfAnotherLengthAreRefused) {
  const auto classifier = make_classifier(affine_model({1, 1, 1}, 0));
  const std::vector<float> inputs(7, 1.0F);
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::numeric_limits<std::size_t>::max() / 2}) {
    const auto certificates = classifier.certify(inputs, count, {});
    ASSERT_FALSE(certificates.ok()) << count;
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadShape);
    EXPECT_FALSE(classifier.logits(inputs, count).ok()) << count;
  }
  EXPECT_FALSE(classifier.weakest_direction(inputs, Norm::l2(), {}).ok());
  // 3 * count wraps around to the length of the inputs
  const std::size_t wrapping = (std::numeric_limits<std::size_t>::max() / 3) * 2 + 3;
  const std::vector<float> some(wrapping * 3, 1.0F);
  EXPECT_FALSE(classifier.certify(some, wrapping, {}).ok());
}

TEST(Refusals, NoInputsGiveNoCertificates) {
  const auto certificates = make_classifier(affine_model({1}, 0)).certify({}, 0, {});
  ASSERT_TRUE(certificates.ok()) << certificates.error().message;
  EXPECT_EQ(certificates->count(), 0U);
  EXPECT_TRUE(certificates->radii.empty());
}

TEST(Refusals, NormsThatAMethodDoesNotKnowAreRefused) {
  const auto classifier = make_classifier(affine_model({1}, 0));
  const std::vector<float> x{1};
  CertifyOptions closed, separable;
  closed.method = Method::kClosedForm;
  closed.norms = {Norm::l2(), Norm::l0()};
  separable.norms = {Norm::l2(), Norm::of(3).value()};
  CertifyOptions none;
  none.norms = {};
  for (const auto& options : {closed, separable, none}) {
    const auto certificates = classifier.certify(x, 1, options);
    ASSERT_FALSE(certificates.ok());
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadOption);
  }
}

TEST(Refusals, ThreatModelsOfAnotherLengthOrWithoutMeaningAreRefused) {
  const auto classifier = make_classifier(affine_model({1, 1}, 0));
  const std::vector<float> x{1, 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ThreatModel> bad{threat_of({1}, {}, {}),
                                     threat_of({1, 0}, {}, {}),
                                     threat_of({1, -1}, {}, {}),
                                     threat_of({1, nan}, {}, {}),
                                     threat_of({1, kInfinity}, {}, {}),
                                     threat_of({}, {2, 2}, {1, 1}),
                                     threat_of({}, {nan, 0}, {}),
                                     threat_of({}, {}, {}, {-1, 0}),
                                     threat_of({}, {}, {}, {}, {0, nan}),
                                     threat_of({}, {}, {}, {}, {1, 1, 1})};
  for (const auto& threat : bad) {
    CertifyOptions options;
    options.threat = threat;
    const auto certificates = classifier.certify(x, 1, options);
    ASSERT_FALSE(certificates.ok()) << describe(threat);
    EXPECT_TRUE(certificates.error().code == ErrorCode::kBadShape || certificates.error().code == ErrorCode::kBadValue);
  }
}

}  // namespace
}  // namespace standfast::support
