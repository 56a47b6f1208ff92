#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "standfast/report.hpp"

namespace standfast {
namespace {

namespace fs = std::filesystem;

class WriteFile : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_ = fs::temp_directory_path() / ("standfast_write_file_" + std::to_string(::getpid()));
};

TEST_F(WriteFile, LeavesTheContentsAndNothingElse) {
  const auto path = folder_ / "a.json";
  const std::string contents("a\0b\n", 4);
  ASSERT_TRUE(write_file_atomically(path.string(), contents).ok());
  EXPECT_EQ(read(path), contents);
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteFile, ReplacesAFileAndKeepsItsMode) {
  const auto path = folder_ / "a.json";
  std::ofstream(path) << "old and longer";
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(write_file_atomically(path.string(), "new").ok());
  EXPECT_EQ(read(path), "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(WriteFile, WritesNothingInAFolderThatDoesNotExist) {
  const auto status = write_file_atomically((folder_ / "no" / "a.json").string(), "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_NE(status.error().message.find("a.json"), std::string::npos);
  EXPECT_EQ(files(), 0u);
}

TEST_F(WriteFile, RefusesAFolderAsTarget) {
  ASSERT_FALSE(write_file_atomically(folder_.string(), "x").ok());
  EXPECT_TRUE(fs::is_directory(folder_));
}

TEST_F(WriteFile, ALinkStaysAndItsTargetIsReplaced) {
  std::ofstream(folder_ / "target") << "old";
  fs::create_symlink(folder_ / "target", folder_ / "link");
  ASSERT_TRUE(write_file_atomically((folder_ / "link").string(), "new").ok());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read(folder_ / "target"), "new");
}

TEST_F(WriteFile, APipeIsWrittenAndStaysAPipe) {
  const auto path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read(path); });
  EXPECT_TRUE(write_file_atomically(path.string(), "through").ok());
  reader.join();
  EXPECT_EQ(received, "through");
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(WriteFile, ManyWritersLeaveOneWholeFile) {
  const auto path = folder_ / "a";
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      EXPECT_TRUE(write_file_atomically(path.string(), std::string(100'000, static_cast<char>('a' + i))).ok());
    });
  }
  for (auto& writer : writers) writer.join();
  const auto contents = read(path);
  EXPECT_EQ(contents, std::string(100'000, contents.front()));
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace standfast
