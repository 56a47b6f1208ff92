#include "data/gzip.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

Result<files::Buffer> unpack(std::string_view packed, std::size_t limit = kLimit) {
  return inflate_gzip(files::as_bytes(packed), "t.gz", limit);
}

const std::string kPlain = "a,y\n1,0\n2,1\n";

TEST(Gzip, UnpacksOneMemberAndSeveral) {
  const std::string packed = test::read_corpus("csv/plain.csv.gz");
  EXPECT_EQ(files::as_text(*unpack(packed)), kPlain);
  EXPECT_EQ(files::as_text(*unpack(packed + packed)), kPlain + kPlain);
}

TEST(Gzip, EveryTruncationIsAnError) {
  const std::string packed = test::read_corpus("csv/plain.csv.gz");
  for (std::size_t size = 1; size < packed.size(); ++size) {
    EXPECT_FALSE(unpack(std::string_view(packed).substr(0, size)).ok()) << size;
  }
  test::expect_error(unpack(packed.substr(0, packed.size() - 1)), ErrorCode::kBadFormat, "t.gz: ends inside");
}

TEST(Gzip, DamageAndTrailingBytesAreErrors) {
  std::string packed = test::read_corpus("csv/plain.csv.gz");
  test::expect_error(unpack(packed + "xyz"), ErrorCode::kBadFormat, "3 bytes follow its gzip data");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the checksum
  test::expect_error(unpack(packed), ErrorCode::kBadFormat, "damaged gzip data");
}

TEST(Gzip, NothingUnpacksAboveTheLimit) {
  const std::string packed = test::read_corpus("csv/plain.csv.gz");
  EXPECT_TRUE(unpack(packed, kPlain.size()).ok());
  test::expect_error(unpack(packed, kPlain.size() - 1), ErrorCode::kBadFormat, "unpacks to more than 11 bytes");
  test::expect_error(unpack(packed + packed, kPlain.size() + 1), ErrorCode::kBadFormat, "unpacks to more than");
}

}  // namespace
}  // namespace standfast::data
