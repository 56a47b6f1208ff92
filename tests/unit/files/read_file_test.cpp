#include "files/read_file.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace standfast::files {
namespace {

namespace fs = std::filesystem;

class ReadFile : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string made(const char* name, const std::string& contents) const {
    std::ofstream(path(name), std::ios::binary) << contents;
    return path(name);
  }
  static void expect_error(const Result<Buffer>& read, ErrorCode code, const std::string& part) {
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, code);
    EXPECT_NE(read.error().message.find(part), std::string::npos) << read.error().message;
  }

  fs::path folder_ = fs::temp_directory_path() / ("standfast_read_file_" + std::to_string(::getpid()));
};

TEST_F(ReadFile, WhatStatesTooLargeASizeIsRefusedUnread) {
  const auto file = made("sparse", "");
  fs::resize_file(file, std::uintmax_t{9} << 30);  // takes no room on the disk, and seconds to read
  const auto max_bytes = std::uintmax_t{8} << 30;
  const auto begin = std::chrono::steady_clock::now();
  expect_error(read_any_file(file, "a test", max_bytes), ErrorCode::kBadFormat,
               "sparse: has 9663676416 bytes, expected at most 8589934592");
  expect_error(read_regular_file(file, "a test", max_bytes), ErrorCode::kBadFormat,
               "sparse: has 9663676416 bytes, expected at most 8589934592");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

TEST_F(ReadFile, EveryByteComesBack) {
  std::string contents("a\0\xff\n", 4);
  for (int i = 0; i < 17; ++i) contents += contents;  // more than one piece
  const auto file = made("a", contents);
  EXPECT_EQ(as_text(*read_regular_file(file, "a test", contents.size())), contents);
  EXPECT_EQ(as_text(*read_any_file(file, "a test", contents.size())), contents);
  std::string pieces;
  ASSERT_TRUE(read_regular_file_in_pieces(file, "a test", contents.size(), [&](Bytes piece) {
                pieces += as_text(piece);
              }).ok());
  EXPECT_EQ(pieces, contents);
}

TEST_F(ReadFile, AnEmptyFileHasNoBytes) {
  const auto file = made("empty", "");
  EXPECT_TRUE(read_regular_file(file, "a test", 0)->empty());
  EXPECT_TRUE(read_any_file(file, "a test", 0)->empty());
}

TEST_F(ReadFile, ALinkToAFileIsThatFile) {
  fs::create_symlink(made("a", "contents"), path("link"));
  EXPECT_EQ(as_text(*read_regular_file(path("link"), "a test", 100)), "contents");
}

TEST_F(ReadFile, WhatIsNotThereIsAnIoError) {
  expect_error(read_regular_file(path("none"), "a test", 1), ErrorCode::kIo, "none: is not there, expected a test");
  expect_error(read_regular_file(made("a", "") + "/b", "a test", 1), ErrorCode::kIo, "is not there");
  expect_error(read_any_file(path("none"), "a test", 1), ErrorCode::kIo,
               "none: cannot be read: No such file or directory, expected a test");
}

TEST_F(ReadFile, AFolderIsNoFile) {
  expect_error(read_regular_file(folder_.string(), "a test", 1), ErrorCode::kIo, "is not a regular file");
  expect_error(read_any_file(folder_.string(), "a test", 1), ErrorCode::kIo, "Is a directory");
}

TEST_F(ReadFile, OneByteTooManyIsRefused) {
  const auto file = made("a", "12345");
  expect_error(read_regular_file(file, "a test", 4), ErrorCode::kBadFormat, "has 5 bytes, expected at most 4");
  expect_error(read_any_file(file, "a test", 4), ErrorCode::kBadFormat, "has 5 bytes, expected at most 4");
}

TEST_F(ReadFile, AHugeStatedSizeAllocatesNothing) {
  const auto file = made("sparse", "");
  fs::resize_file(file, std::uintmax_t{1} << 40);
  expect_error(read_regular_file(file, "a test", 1000), ErrorCode::kBadFormat, "has 1099511627776 bytes");
  expect_error(read_any_file(file, "a test", 1000), ErrorCode::kBadFormat, "has 1099511627776 bytes");
}

TEST_F(ReadFile, ADeviceIsReadUpToTheLimitAndIsNoRegularFile) {
  expect_error(read_any_file("/dev/zero", "a test", 1000), ErrorCode::kBadFormat, "is larger than 1000 bytes");
  expect_error(read_regular_file("/dev/zero", "a test", 1000), ErrorCode::kIo, "is not a regular file");
  EXPECT_TRUE(read_any_file("/dev/null", "a test", 0)->empty());
}

TEST_F(ReadFile, APipeIsReadToItsEndAndIsNoRegularFile) {
  const auto pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_error(read_regular_file(pipe, "a test", 1000), ErrorCode::kIo, "is not a regular file");
  const std::string contents(300'000, 'x');
  std::thread writer([&] { std::ofstream(pipe) << contents; });
  const auto read = read_any_file(pipe, "a test", contents.size());
  writer.join();
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(as_text(*read), contents);
}

}  // namespace
}  // namespace standfast::files
