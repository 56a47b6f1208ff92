#include "data/cifar.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;
using test::cifar_record;

TEST(Cifar, ReadsRecords) {
  std::string batch = cifar_record(5, '\xFF') + cifar_record(3, 0);
  batch[1 + 1024] = 51;  // first green pixel
  const auto data = parse_cifar(files::as_bytes(batch), "b.bin", {});
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{3, 32, 32}));
  EXPECT_EQ(data->class_names, (Names{"3", "5"}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(data->row(0)[0], 1.0F);
  EXPECT_EQ(data->row(0)[1024], 0.2F);
}

TEST(Cifar, NamesReplaceNumbers) {
  const auto names = parse_cifar_names("a\nb\nc\ncat\r\ne\ndog\ng\nh\ni\nj\n\n", "n.txt");
  ASSERT_TRUE(names.ok()) << names.error().message;
  const auto data = parse_cifar(files::as_bytes(cifar_record(5, 0) + cifar_record(3, 0)), "b.bin", *names);
  EXPECT_EQ(data->class_names, (Names{"cat", "dog"}));
  test::expect_error(parse_cifar_names("a\nb\n", "n.txt"), ErrorCode::kBadFormat,
                     "n.txt: does not hold 10 class names");
}

TEST(Cifar, SizesThatAreNoWholeRecordsAreRefused) {
  test::expect_error(parse_cifar({}, "b.bin", {}), ErrorCode::kBadShape,
                     "b.bin: has 0 bytes, expected records of 3073");
  const std::string batch = cifar_record(3, 0);
  test::expect_error(parse_cifar(files::as_bytes(batch).first(3072), "b.bin", {}), ErrorCode::kBadShape,
                     "has 3072 bytes");
}

TEST(Cifar, LabelsAboveNineAreNamed) {
  test::expect_error(parse_cifar(files::as_bytes(cifar_record(3, 0) + cifar_record(10, 0)), "b.bin", {}),
                     ErrorCode::kBadValue, "b.bin: record 1: found label 10, expected 0 to 9");
}

}  // namespace
}  // namespace standfast::data
