// A guarantee holds in IEEE arithmetic only: other modes of the processor are refused.
#include <cfenv>
#include <vector>

#include <gtest/gtest.h>

#if defined(__SSE2__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

#include "support/cases.hpp"
#include "support/random_model.hpp"

namespace standfast::support {
namespace {

/// Restores rounding mode, flush-to-zero and denormals-are-zero at the end of a test.
class ModeGuard {
 public:
  ModeGuard() { std::fegetenv(&saved_); }
  ~ModeGuard() { std::fesetenv(&saved_); }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  std::fenv_t saved_{};
};

struct Subject {
  Classifier classifier;
  std::vector<float> x;
};

Subject make_subject() {
  Random random(7);
  const auto generated = random_model(random, Family::kDense, MapFamily::kSeparable);
  return {make_classifier(generated.model), random_input(random, generated)};
}

/// The error code of a certify call in mode `set`, taken before anything else runs in that mode.
template <class Set>
ErrorCode code_in_mode(const Subject& subject, std::size_t threads, Set set) {
  CertifyOptions options;
  options.threads = threads;
  const ModeGuard guard;
  set();
  const auto certificates = subject.classifier.certify(subject.x, 1, options);
  return certificates.ok() ? ErrorCode::kIo : certificates.error().code;
}

TEST(Environment, OtherRoundingModesAreRefused) {
  const auto subject = make_subject();
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
      EXPECT_EQ(code_in_mode(subject, threads, [&] { std::fesetround(mode); }), ErrorCode::kEnvironment) << mode;
    }
  }
}

#if defined(__SSE2__)
TEST(Environment, FlushToZeroIsRefused) {
  const auto subject = make_subject();
  EXPECT_EQ(code_in_mode(subject, 1, [] { _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON); }), ErrorCode::kEnvironment);
}

TEST(Environment, DenormalsAreZeroIsRefused) {
  const auto subject = make_subject();
  EXPECT_EQ(code_in_mode(subject, 1, [] { _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON); }),
            ErrorCode::kEnvironment);
}
#endif

TEST(Environment, TheUsualModeIsAccepted) {
  const auto subject = make_subject();
  CertifyOptions options;
  const auto certificates = subject.classifier.certify(subject.x, 1, options);
  EXPECT_TRUE(certificates.ok()) << certificates.error().message;
}

}  // namespace
}  // namespace standfast::support
