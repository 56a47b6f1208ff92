#include "base/fp_environment.hpp"

#include <cfenv>

#include <gtest/gtest.h>
#if defined(__x86_64__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

namespace standfast {
namespace {

/// Puts the processor's mode back, whatever the test did.
class FpEnvironment : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(std::fegetenv(&saved_), 0); }
  void TearDown() override { ASSERT_EQ(std::fesetenv(&saved_), 0); }

 private:
  std::fenv_t saved_{};
};

TEST_F(FpEnvironment, TheDefaultModeIsAccepted) { EXPECT_TRUE(check_floating_point_environment().ok()); }

TEST_F(FpEnvironment, OtherRoundingModesAreRefused) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    const Status status = check_floating_point_environment();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(status.error().message.find("rounding mode"), std::string::npos);
  }
}

#if defined(__x86_64__)
TEST_F(FpEnvironment, FlushToZeroIsRefused) {
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  const Status status = check_floating_point_environment();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("flush-to-zero"), std::string::npos);
}

TEST_F(FpEnvironment, DenormalsAreZeroIsRefused) {
  _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
  const Status status = check_floating_point_environment();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("denormals-are-zero"), std::string::npos);
}
#endif

}  // namespace
}  // namespace standfast
