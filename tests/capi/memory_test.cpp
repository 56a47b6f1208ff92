// Want of memory is a status, and the process goes on. In a file of its own: its limit is the process's.
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capi/c_handles.hpp"
#include "support/small_models.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define STANDFAST_TEST_TAKES_ADDRESSES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STANDFAST_TEST_TAKES_ADDRESSES
#endif
#endif

namespace standfast::capi_test {
namespace {

/// The addresses that this process has, in bytes.
std::size_t addresses_in_use() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Memory, WantOfItIsAStatus) {
#ifdef STANDFAST_TEST_TAKES_ADDRESSES
  GTEST_SKIP() << "a sanitizer takes more addresses than a limit leaves";
#endif
  constexpr std::size_t kManyRows = 4'000'000;
  const ModelHandle model = handle_of(support::corner_model());
  const std::vector<float> rows(2 * kManyRows);
  auto found = sized<standfast_certificates>();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = addresses_in_use() + (std::size_t{32} << 20U);  // the radii take three times as much
  ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
  const standfast_status status = standfast_certify(model.get(), rows.data(), kManyRows, nullptr, &found);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(status, STANDFAST_OUT_OF_MEMORY);
  EXPECT_TRUE(last_error_has("memory"));
  EXPECT_EQ(found.done, 0U);
  EXPECT_EQ(standfast_certify(model.get(), rows.data(), 64, nullptr, &found), STANDFAST_OK);
}

}  // namespace
}  // namespace standfast::capi_test
