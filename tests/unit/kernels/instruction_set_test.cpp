#include "kernels/instruction_set.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace standfast::kernels {
namespace {

TEST(InstructionSets, EachSetIsFoundByItsName) {
  for (const InstructionSet set : available_sets()) {
    const auto found = find_instruction_set(name_of(set));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*found, set);
    EXPECT_TRUE(is_available(set));
  }
  EXPECT_STREQ(name_of(available_sets().front()), "ref");
}

TEST(InstructionSets, AWrongNameIsAnErrorThatListsTheRightOnes) {
  for (const char* name : {"sse9", "AVX2", "ref ", "avx"}) {
    const auto found = find_instruction_set(name);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(found.error().message.find(std::string("STANDFAST_KERNELS: found \"") + name), std::string::npos);
    EXPECT_NE(found.error().message.find("machine has: ref"), std::string::npos);
  }
}

TEST(InstructionSets, WithoutARequestTheFastestIsTaken) {
  const char* request = std::getenv("STANDFAST_KERNELS");
  if (request != nullptr && *request != '\0') GTEST_SKIP() << "STANDFAST_KERNELS is set";
  ASSERT_TRUE(chosen_set().ok());
  EXPECT_EQ(*chosen_set(), available_sets().back());
}

}  // namespace
}  // namespace standfast::kernels
