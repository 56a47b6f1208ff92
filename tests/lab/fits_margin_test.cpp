// What `separate --fit` prints as a margin is a radius: attacks stay outside, and the trusted verifier agrees.
#include <algorithm>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "format/model_file.hpp"
#include "lab/fits/fits.hpp"
#include "support/cases.hpp"

namespace standfast::support {
namespace {

// the verifier and the margin pay for their roundings in different ways
constexpr double kSlack = 1e-9;

/// Two classes of normal points that some maximum of planes separates: one lies farther out.
Dataset random_classes(Random& random) {
  Dataset data;
  data.source = "random";
  data.class_names = {"in", "out"};
  const std::size_t dim = 2 + random.below(12), count = 20 + random.below(40);
  data.input_shape = {static_cast<std::int64_t>(dim)};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t label = i % 2 == 0 ? 0 : 1;
    for (std::size_t f = 0; f < dim; ++f) {
      data.features.push_back(static_cast<float>(random.normal() * (label == 0 ? 0.3 : 5)));
    }
    data.labels.push_back(label);
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

TEST(SeparateMargin, NoAttackAndNoCertificateContradictsIt) {
  std::size_t compared = 0;
  for_each_case(40, [&](Random& random) {
    const Dataset data = random_classes(random);
    lab::SeparateOptions fitting;
    fitting.methods = {"pieces"};
    fitting.sensitive = {"out"};
    fitting.threads = 1;
    const auto fits = lab::fit_perfectly(data, nullptr, fitting);
    ASSERT_TRUE(fits.ok()) << fits.error().message;
    const lab::PerfectFit& fit = fits->front();
    if (!fit.perfect()) return;
    const auto model = format::parse_model(std::as_bytes(std::span(fit.model)), "fit");
    ASSERT_TRUE(model.ok()) << model.error().message;
    const Classifier classifier = make_classifier(*model);

    // an input below every plane: its own radius is the distance to the nearest; one above: to the plane that is
    // highest there, while the margin may be that to another one, so that only an attack can contradict it
    CertifyOptions options;
    options.norms = {Norm::l2()};
    options.method = Method::kClosedForm;
    options.both_classes = true;
    options.threads = 1;
    const auto certified = classifier.certify(data.features, data.count(), options);
    AttackOptions attacking;
    attacking.norms = {Norm::l2()};
    attacking.threads = 1;
    const auto attacks = classifier.attack(data.features, data.count(), attacking);
    ASSERT_TRUE(certified.ok() && attacks.ok());
    double smallest = kInfinity;
    for (std::size_t i = 0; i < data.count(); ++i) {
      ASSERT_EQ(certified->sensitive(i), data.labels[i] == 1);
      const double reached = certified->sensitive(i) ? attacks->distance(i, 0) : certified->radius(i, 0);
      EXPECT_LE(*fit.smallest_margin_l2, reached * (1 + kSlack)) << "input " << i;
      smallest = std::min(smallest, certified->radius(i, 0));
    }
    EXPECT_GE(*fit.smallest_margin_l2, smallest * (1 - kSlack)) << "no smaller than what the verifier proves";
    ++compared;
  });
  EXPECT_GT(compared, 20U);
}

}  // namespace
}  // namespace standfast::support
