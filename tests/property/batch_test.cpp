// certify(x) gives the same bits alone, at any place of a batch, and with any number of threads.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_threat.hpp"

namespace standfast::support {
namespace {

std::vector<std::uint64_t> bits(const Certificates& certificates) {
  std::vector<std::uint64_t> result;
  for (const auto logit : certificates.logits) result.push_back(std::bit_cast<std::uint32_t>(logit));
  for (const auto radius : certificates.radii) result.push_back(std::bit_cast<std::uint64_t>(radius));
  return result;
}

Certificates certify(const Classifier& classifier, const std::vector<float>& inputs, std::size_t count,
                     CertifyOptions options, std::size_t threads) {
  options.threads = threads;
  auto certificates = classifier.certify(inputs, count, options);
  EXPECT_TRUE(certificates.ok()) << certificates.error().message;
  return certificates.ok() ? *certificates : Certificates{};
}

/// The rows in the order of `order`, as one batch.
std::vector<float> rows(const std::vector<std::vector<float>>& inputs, std::span<const std::size_t> order) {
  std::vector<float> batch;
  for (const auto k : order) batch.insert(batch.end(), inputs[k].begin(), inputs[k].end());
  return batch;
}

TEST(Batch, ACertificateIsTheSameBitsAloneAndAtAnyPlaceOfABatch) {
  for_each_case(120, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    CertifyOptions options;
    options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
    options.guarantee = random.below(2) == 0 ? Guarantee::kNone : Guarantee::kReal;
    options.precision = random.below(2) == 0 ? Precision::kFloat32 : Precision::kFloat64;
    options.method = random.below(3) == 0 ? Method::kClosedForm : Method::kSeparable;
    std::vector<std::vector<float>> inputs;
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < 2 + random.below(150); ++k) {
      inputs.push_back(random_input(random, generated));
      order.push_back(k);
    }
    options.threat = random_threat(random, generated, inputs[0]);
    random.shuffle(std::span(order));
    const auto batch = certify(classifier, rows(inputs, order), inputs.size(), options, 1 + random.below(3));
    ASSERT_EQ(batch.count(), inputs.size());
    for (std::size_t place = 0; place < order.size(); place += 1 + random.below(20)) {
      const auto alone = certify(classifier, inputs[order[place]], 1, options, 1);
      EXPECT_EQ(std::bit_cast<std::uint32_t>(alone.logits[0]), std::bit_cast<std::uint32_t>(batch.logits[place]));
      for (std::size_t norm = 0; norm < options.norms.size(); ++norm) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(alone.radius(0, norm)),
                  std::bit_cast<std::uint64_t>(batch.radius(place, norm)))
            << "input " << place << " of " << inputs.size() << ", " << options.norms[norm].name() << "\n"
            << describe(generated.model);
      }
    }
  });
}

TEST(Batch, TheNumberOfThreadsDoesNotChangeABit) {
  for_each_case(40, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    CertifyOptions options;
    options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
    const std::size_t count = 1 + random.below(400);
    std::vector<float> inputs;
    for (std::size_t k = 0; k < count; ++k) {
      const auto x = random_input(random, generated);
      inputs.insert(inputs.end(), x.begin(), x.end());
    }
    const auto one = bits(certify(classifier, inputs, count, options, 1));
    for (const std::size_t threads : {std::size_t{2}, std::size_t{3}, std::size_t{0}}) {
      EXPECT_EQ(one, bits(certify(classifier, inputs, count, options, threads))) << threads << " threads";
    }
  });
}

TEST(Batch, ProgressOnlyGrowsAndEndsAtTheCount) {
  Random random(3);
  const auto generated = random_model(random, Family::kDense, MapFamily::kSeparable);
  const auto classifier = make_classifier(generated.model);
  constexpr std::size_t kCount = 300;
  std::vector<float> inputs;
  for (std::size_t k = 0; k < kCount; ++k) {
    const auto x = random_input(random, generated);
    inputs.insert(inputs.end(), x.begin(), x.end());
  }
  for (const std::size_t threads : {std::size_t{1}, std::size_t{3}}) {
    CertifyOptions options;
    std::vector<std::size_t> seen;
    options.progress = [&](std::size_t done) { seen.push_back(done); };
    certify(classifier, inputs, kCount, options, threads);
    ASSERT_FALSE(seen.empty());
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_EQ(seen.back(), kCount);
  }
}

TEST(Batch, TheOrderOfTheNormsAskedForDoesNotChangeABit) {
  for_each_case(60, [](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_bounded_threat(random, generated, x);
    CertifyOptions options;
    options.norms = {Norm::linf(), Norm::l0(), Norm::l2(), Norm::l1()};
    options.threat = threat;
    const auto together = certify(classifier, x, 1, options, 1);
    for (std::size_t norm = 0; norm < options.norms.size(); ++norm) {
      const double alone = radius_of(classifier, x, options.norms[norm], threat);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(alone), std::bit_cast<std::uint64_t>(together.radius(0, norm)));
    }
  });
}

}  // namespace
}  // namespace standfast::support
