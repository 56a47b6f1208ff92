#include "data/folder.hpp"

#include "data/file.hpp"
#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;
using test::cifar_record;
using test::idx_images;
using test::idx_labels;
using test::read;
using test::TempFolder;

void write_idx(const TempFolder& folder, const std::string& side, const std::string& labels) {
  ASSERT_NE(folder.write(side + "-images-idx3-ubyte", idx_images(static_cast<std::uint32_t>(labels.size()))), "");
  ASSERT_NE(folder.write(side + "-labels-idx1-ubyte", idx_labels(labels)), "");
}

TEST(Folder, IdxFilesHaveTheirOwnSplit) {
  const TempFolder folder;
  write_idx(folder, "train", "\x03\x08\x03");
  write_idx(folder, "t10k", "\x08");
  EXPECT_EQ(read(folder.path() + ":train")->count(), 3U);
  EXPECT_EQ(read(folder.path() + ":test")->count(), 1U);
  const auto all = read(folder.path());
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->labels, (std::vector<std::int32_t>{0, 1, 0, 1}));
  EXPECT_EQ(all->source_index, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(Folder, APackedCopyBesideAnIdxFileIsLeftOut) {
  const TempFolder folder;
  write_idx(folder, "train", "\x03");
  ASSERT_NE(folder.write("train-images-idx3-ubyte.gz", "not looked at"), "");
  EXPECT_TRUE(read(folder.path()).ok());
}

TEST(Folder, AMissingSideOrFileIsNamed) {
  const TempFolder folder;
  write_idx(folder, "train", "\x03");
  test::expect_error(read(folder.path() + ":test"), ErrorCode::kBadFormat, "has no test side");
  std::filesystem::remove(folder.path() + "/train-labels-idx1-ubyte");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "has 0 IDX files of training labels, expected one");
}

TEST(Folder, CifarBatchesAreJoinedInOrder) {
  const TempFolder folder;
  ASSERT_NE(folder.write("data_batch_2.bin", cifar_record(5, 2)), "");
  ASSERT_NE(folder.write("data_batch_1.bin", cifar_record(3, 1)), "");
  ASSERT_NE(folder.write("test_batch.bin", cifar_record(5, 3)), "");
  const auto train = read(folder.path() + ":train");
  ASSERT_TRUE(train.ok()) << train.error().message;
  EXPECT_EQ(train->class_names, (Names{"3", "5"}));
  EXPECT_EQ(train->row(0)[0], 1.0F / 255.0F);
  EXPECT_EQ(train->row(1)[0], 2.0F / 255.0F);
  ASSERT_NE(folder.write("batches.meta.txt", "a\nb\nc\ncat\ne\ndog\ng\nh\ni\nj\n"), "");
  EXPECT_EQ(read(folder.path())->class_names, (Names{"cat", "dog"}));
}

TEST(Folder, CifarBatchesMustBeAllThereUpToTheLast) {
  const TempFolder folder;
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_4.bin"})
    ASSERT_NE(folder.write(name, cifar_record(3, 1)), "");
  ASSERT_NE(folder.write("test_batch.bin", cifar_record(5, 3)), "");
  test::expect_error(read(folder.path() + ":train"), ErrorCode::kBadFormat,
                     "lacks data_batch_3.bin, expected every batch up to data_batch_4.bin");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "lacks data_batch_3.bin");
  EXPECT_TRUE(read(folder.path() + ":test").ok());
  std::filesystem::remove(folder.path() + "/data_batch_4.bin");
  const auto train = read(folder.path() + ":train");
  ASSERT_TRUE(train.ok()) << train.error().message;
  EXPECT_EQ(train->notes, Names{folder.path() + ": holds 2 of the 5 training batches of CIFAR-10"});
}

TEST(Folder, ASecondDownloadOfACifarBatchIsRefused) {
  const TempFolder folder;
  ASSERT_NE(folder.write("data_batch_1.bin", cifar_record(3, 1)), "");
  ASSERT_NE(folder.write("data_batch_1 (1).bin", cifar_record(3, 1)), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat,
                     "holds \"data_batch_1 (1).bin\", expected data_batch.bin alone or data_batch_1.bin");
  std::filesystem::remove(folder.path() + "/data_batch_1 (1).bin");
  ASSERT_NE(folder.write("data_batch.bin", cifar_record(3, 1)), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "holds \"data_batch.bin\", expected");
  std::filesystem::remove(folder.path() + "/data_batch_1.bin");
  EXPECT_EQ(read(folder.path())->count(), 1U);
}

TEST(Folder, IdxImagesNeedLabelsOnlyWhereTheyAreRequired) {
  const TempFolder folder;
  ASSERT_NE(folder.write("t10k-images-idx3-ubyte", idx_images(2)), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "has 0 IDX files of test labels, expected one");
  const auto data = test::read_unlabelled(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_TRUE(data->labels.empty());
  EXPECT_EQ(data->count(), 2U);
  EXPECT_EQ(data->row(1)[5], 15.0F / 255.0F);
  const std::string file = folder.path() + "/t10k-images-idx3-ubyte";
  EXPECT_EQ(test::read_unlabelled(file)->features, data->features);
  test::expect_error(read(file), ErrorCode::kBadOption, "a file of IDX images holds no labels, expected its folder");
  write_idx(folder, "train", "\x03");
  test::expect_error(test::read_unlabelled(folder.path()), ErrorCode::kBadFormat, "expected labels for both or none");
}

TEST(Folder, PicturesNeedFoldersOnlyWhereLabelsAreRequired) {
  const TempFolder folder;
  const std::string png = test::read_corpus("image/rgb.png");
  ASSERT_NE(folder.write("b.png", png), "");
  ASSERT_NE(folder.write("a.jpg", test::read_corpus("image/rgb.jpg")), "");
  ASSERT_NE(folder.write("c.gif", "x"), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat,
                     "holds pictures without labels, expected one folder of pictures per class");
  const auto flat = test::read_unlabelled(folder.path());
  ASSERT_TRUE(flat.ok()) << flat.error().message;
  EXPECT_EQ(flat->count(), 2U);
  EXPECT_TRUE(flat->labels.empty());
  EXPECT_EQ(flat->notes, Names{folder.path() +
                               ": passed over 1 file that is no .png, .jpg or .jpeg of a class; the "
                               "first is " +
                               folder.path() + "/c.gif"});
  const auto one = test::read_unlabelled(folder.path() + "/b.png");
  ASSERT_TRUE(one.ok()) << one.error().message;
  EXPECT_TRUE(std::ranges::equal(one->row(0), flat->row(1)));
  EXPECT_EQ(test::read_unlabelled(folder.path() + "/b.png@4x2")->input_shape, (std::vector<std::int64_t>{3, 2, 4}));
  test::expect_error(read(folder.path() + "/b.png"), ErrorCode::kBadOption, "a picture has no label");
}

TEST(Folder, WhatIsPassedOverIsCounted) {
  const TempFolder folder;
  const std::string png = test::read_corpus("image/rgb.png");
  ASSERT_NE(folder.write("a/1.png", png), "");
  ASSERT_NE(folder.write("b/1.png", png), "");
  EXPECT_TRUE(read(folder.path())->notes.empty());
  for (const char* name : {"a/2.webp", "b/2.bmp", "loose.png", "b/deeper/3.png"})
    ASSERT_NE(folder.write(name, png), "");
  std::filesystem::create_symlink("nowhere.png", folder.path() + "/b/4.png");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 2U);
  EXPECT_EQ(data->notes, Names{folder.path() +
                               ": passed over 3 files that are no .png, .jpg or .jpeg of a class, 1 folder inside of "
                               "another, 1 link to nothing; the first is " +
                               folder.path() + "/a/2.webp"});
  std::filesystem::remove(folder.path() + "/b/1.png");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat,
                     "/b: holds no images, expected .png, .jpg or .jpeg files beside the folders that it holds");
}

TEST(Folder, ValIsTheTestSideWhereThereIsNoTest) {
  for (const std::string side : {"val", "valid", "validation"}) {
    const TempFolder folder;
    const std::string png = test::read_corpus("image/grey.png");
    ASSERT_NE(folder.write("train/ants/1.png", png), "");
    ASSERT_NE(folder.write("train/bees/1.png", png), "");
    ASSERT_NE(folder.write(side + "/bees/1.png", png), "");
    EXPECT_EQ(read(folder.path() + ":train")->count(), 2U);
    EXPECT_EQ(read(folder.path() + ":test")->class_names, Names{"bees"});
    EXPECT_EQ(read(folder.path())->labels, (std::vector<std::int32_t>{0, 1, 1}));
    EXPECT_EQ(read(folder.path() + ":test")->notes, Names{folder.path() + ": " + side + "/ is its test side"});
    ASSERT_NE(folder.write("test/ants/1.png", png), "");
    const auto test = read(folder.path() + ":test");
    EXPECT_EQ(test->class_names, Names{"ants"});
    EXPECT_EQ(test->notes, Names{folder.path() + ": not read, because train/ and test/ are its sides: " + side + "/"});
  }
}

TEST(Folder, ValWithoutTrainIsAClass) {
  const TempFolder folder;
  const std::string png = test::read_corpus("image/grey.png");
  ASSERT_NE(folder.write("val/1.png", png), "");
  ASSERT_NE(folder.write("arc/1.png", png), "");
  EXPECT_EQ(read(folder.path())->class_names, (Names{"arc", "val"}));
}

TEST(Folder, ImageFoldersAreClasses) {
  const TempFolder folder;
  const std::string png = test::read_corpus("image/rgb.png");
  ASSERT_NE(folder.write("dogs/1.PNG", png), "");
  ASSERT_NE(folder.write("cats/2.jpeg", test::read_corpus("image/rgb.jpg")), "");
  ASSERT_NE(folder.write("cats/1.png", png), "");
  ASSERT_NE(folder.write("cats/notes.txt", "left out"), "");
  ASSERT_NE(folder.write("cats/.hidden.png", "left out"), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->class_names, (Names{"cats", "dogs"}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{0, 0, 1}));
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{3, 8, 8}));
  EXPECT_EQ(data->row(0)[1], 3.0F / 255.0F);
  EXPECT_TRUE(data->is_image);
  EXPECT_EQ(data->source_names,
            (Names{folder.path() + "/cats/1.png", folder.path() + "/cats/2.jpeg", folder.path() + "/dogs/1.PNG"}));
  const std::vector<std::size_t> last = {2};
  EXPECT_EQ(data->subset(last).source_names, (Names{folder.path() + "/dogs/1.PNG"}));
}

TEST(Folder, ImageFoldersMayHaveTheirOwnSplit) {
  const TempFolder folder;
  const std::string png = test::read_corpus("image/grey.png");
  ASSERT_NE(folder.write("train/a/1.png", png), "");
  ASSERT_NE(folder.write("train/b/1.png", png), "");
  ASSERT_NE(folder.write("test/b/1.png", png), "");
  EXPECT_EQ(read(folder.path() + ":train")->count(), 2U);
  EXPECT_EQ(read(folder.path() + ":test")->class_names, Names{"b"});
  EXPECT_EQ(read(folder.path())->labels, (std::vector<std::int32_t>{0, 1, 1}));
}

TEST(Folder, TheImageThatDiffersIsNamed) {
  const TempFolder folder;
  ASSERT_NE(folder.write("a/1.png", test::read_corpus("image/rgb.png")), "");
  const std::string grey = folder.write("b/2.png", test::read_corpus("image/grey.png"));
  test::expect_error(read(folder.path()), ErrorCode::kBadShape, grey + ": is 8 x 8 grey, expected 8 x 8 RGB as");
}

TEST(Folder, ADamagedImageIsNamed) {
  const TempFolder folder;
  const std::string damaged = folder.write("a/1.png", test::read_corpus("image/truncated.png"));
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, damaged + ": is not a whole PNG file");
}

TEST(Folder, ClassesWithoutInputsAreNamed) {
  const TempFolder folder;
  ASSERT_NE(folder.write("a/1.csv", "x"), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "/a: holds no messages");
  test::expect_error(read(folder.path() + "@8x8"), ErrorCode::kBadFormat, "/a: holds no images");
}

TEST(Folder, AFolderOfNothingKnownIsRefused) {
  const TempFolder folder;
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "holds no data set, expected IDX files");
  test::expect_error(list_folder(folder.path() + "/none"), ErrorCode::kIo, "cannot be read");
}

}  // namespace
}  // namespace standfast::data
