#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "kernels/kernels.hpp"

namespace standfast::kernels {
namespace {

TEST(ChosenKernels, EachSetIsFoundByItsName) {
  for (const Kernels* set : available()) {
    const auto found = find(set->name);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*found, set);
  }
  EXPECT_STREQ(available().front()->name, "ref");
}

TEST(ChosenKernels, AWrongNameIsAnErrorThatListsTheRightOnes) {
  for (const char* name : {"sse9", "AVX2", "ref ", "avx"}) {
    const auto found = find(name);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(found.error().message.find(std::string("STANDFAST_KERNELS: found \"") + name), std::string::npos);
    EXPECT_NE(found.error().message.find("machine has: ref"), std::string::npos);
  }
}

TEST(ChosenKernels, WithoutARequestTheFastestIsTaken) {
  const char* request = std::getenv("STANDFAST_KERNELS");
  if (request != nullptr && *request != '\0') GTEST_SKIP() << "STANDFAST_KERNELS is set";
  ASSERT_TRUE(chosen().ok());
  EXPECT_EQ(*chosen(), available().back());
}

}  // namespace
}  // namespace standfast::kernels
