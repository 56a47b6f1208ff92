// A guarantee holds in IEEE arithmetic only: other modes of the processor are refused.
#include <cfenv>
#include <string>
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

struct OneSubject {
  Classifier classifier;
  std::vector<float> x;
};

OneSubject one_subject() {
  Random random(7);
  const auto generated = random_model(random, Family::kDense, MapFamily::kSeparable);
  return {make_classifier(generated.model), random_input(random, generated)};
}

/// What each call that claims something answers in mode `set`; nothing else runs in that mode.
template <class Set>
std::vector<Status> answers_in_mode(const OneSubject& subject, std::size_t threads, Set set) {
  const Certificate certificate{Norm::l2(), 1, {{{1, {}, {}}}, 0, 1}};
  const AttackOptions attack{.norms = {Norm::l2()}, .threat = {}, .threads = threads, .progress = {}};
  std::vector<CertifyOptions> requests;
  for (const auto method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
    for (const auto guarantee : {Guarantee::kReal, Guarantee::kDeployed}) {
      requests.emplace_back();
      requests.back().method = method;
      requests.back().guarantee = guarantee;
      requests.back().threads = threads;
    }
  }
  requests.emplace_back();
  requests.back().guarantee = Guarantee::kNone;
  requests.back().attack = true;

  std::vector<Status> answers;
  const auto status = [](const auto& result) { return result.ok() ? Status() : Status(result.error()); };
  const ModeGuard guard;
  set();
  for (const auto& request : requests) answers.push_back(status(subject.classifier.certify(subject.x, 1, request)));
  answers.push_back(status(subject.classifier.attack(subject.x, 1, attack)));
  answers.push_back(status(subject.classifier.confirm(subject.x, certificate, {})));
  answers.push_back(status(subject.classifier.weakest_direction(subject.x, Norm::l2(), {})));
  return answers;
}

template <class Set>
void expect_refused(const char* reason, Set set) {
  const auto subject = one_subject();
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
    const auto answers = answers_in_mode(subject, threads, set);
    for (std::size_t k = 0; k < answers.size(); ++k) {
      ASSERT_FALSE(answers[k].ok()) << "call " << k << ", " << reason;
      EXPECT_EQ(answers[k].error().code, ErrorCode::kEnvironment) << "call " << k << ", " << reason;
      EXPECT_NE(answers[k].error().message.find(reason), std::string::npos) << answers[k].error().message;
    }
  }
}

TEST(Environment, OtherRoundingModesAreRefusedWithTheReason) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    expect_refused("rounding mode", [&] { std::fesetround(mode); });
  }
}

#if defined(__SSE2__)
TEST(Environment, FlushToZeroIsRefusedWithTheReason) {
  expect_refused("flush-to-zero", [] { _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON); });
}

TEST(Environment, DenormalsAreZeroIsRefusedWithTheReason) {
  expect_refused("denormals-are-zero", [] { _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON); });
}
#endif

TEST(Environment, TheUsualModeIsAccepted) {
  const auto subject = one_subject();
  for (const auto& answer : answers_in_mode(subject, 1, [] {})) {
    // a proof of another shape is refused for that, and only then
    EXPECT_TRUE(answer.ok() || answer.error().code == ErrorCode::kBadShape) << answer.error().message;
  }
}

}  // namespace
}  // namespace standfast::support
