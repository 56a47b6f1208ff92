#include "files/replace_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace standfast::files {
namespace {

namespace fs = std::filesystem;

class ReplaceFile : public ::testing::Test {
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

  fs::path folder_ = fs::temp_directory_path() / ("standfast_replace_file_" + std::to_string(::getpid()));
};

TEST_F(ReplaceFile, LeavesTheContentsAndNothingElse) {
  const auto path = folder_ / "a.json";
  const std::string contents("a\0b\n", 4);
  ASSERT_TRUE(replace_file(path.string(), contents).ok());
  EXPECT_EQ(read(path), contents);
  EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, ReplacesAFileAndKeepsItsMode) {
  const auto path = folder_ / "a.json";
  std::ofstream(path) << "old and longer";
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(replace_file(path.string(), "new").ok());
  EXPECT_EQ(read(path), "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ReplaceFile, TheModeIsKeptWhateverTheMask) {
  const auto path = folder_ / "a.json";
  std::ofstream(path) << "old";
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  const mode_t before = ::umask(077);
  const Status status = replace_file(path.string(), "new");
  const Status fresh = replace_file((folder_ / "fresh").string(), "new");
  ::umask(before);
  ASSERT_TRUE(status.ok() && fresh.ok());
  EXPECT_EQ(static_cast<unsigned>(fs::status(path).permissions()), 0666U);
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder_ / "fresh").permissions()), 0600U) << "a new file obeys the mask";
}

TEST_F(ReplaceFile, AnEmptyFileIsAFileToo) {
  ASSERT_TRUE(replace_file((folder_ / "a").string(), "").ok());
  EXPECT_TRUE(fs::is_empty(folder_ / "a"));
}

TEST_F(ReplaceFile, WritesNothingInAFolderThatDoesNotExist) {
  const auto status = replace_file((folder_ / "no" / "a.json").string(), "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_NE(status.error().message.find("a.json"), std::string::npos);
  EXPECT_EQ(files(), 0u);
}

TEST_F(ReplaceFile, RefusesAFolderAsTarget) {
  ASSERT_FALSE(replace_file(folder_.string(), "x").ok());
  EXPECT_TRUE(fs::is_directory(folder_));
}

TEST_F(ReplaceFile, ALinkStaysAndItsTargetIsReplaced) {
  std::ofstream(folder_ / "target") << "old";
  fs::create_symlink(folder_ / "target", folder_ / "link");
  ASSERT_TRUE(replace_file((folder_ / "link").string(), "new").ok());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read(folder_ / "target"), "new");
}

TEST_F(ReplaceFile, AChainOfRelativeLinksIsFollowedToAFileThatIsNotThereYet) {
  fs::create_directory(folder_ / "inner");
  fs::create_symlink("inner/second", folder_ / "first");
  fs::create_symlink("target", folder_ / "inner" / "second");
  ASSERT_TRUE(replace_file((folder_ / "first").string(), "new").ok());
  EXPECT_TRUE(fs::is_symlink(folder_ / "first"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "inner" / "second"));
  EXPECT_EQ(read(folder_ / "inner" / "target"), "new");
}

TEST_F(ReplaceFile, ACircleOfLinksIsAnError) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  const auto status = replace_file((folder_ / "a").string(), "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_EQ(files(), 2u);
}

TEST_F(ReplaceFile, ADeviceIsWrittenAndStaysADevice) {
  EXPECT_TRUE(replace_file("/dev/null", "x").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const auto full = replace_file("/dev/full", "x");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().message,
            "/dev/full: cannot be written (No space left on device), expected a place that can be written");
}

TEST_F(ReplaceFile, APipeIsWrittenAndStaysAPipe) {
  const auto path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read(path); });
  EXPECT_TRUE(replace_file(path.string(), "through").ok());
  reader.join();
  EXPECT_EQ(received, "through");
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(ReplaceFile, ManyWritersLeaveOneWholeFile) {
  const auto path = folder_ / "a";
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back(
        [&, i] { EXPECT_TRUE(replace_file(path.string(), std::string(100'000, static_cast<char>('a' + i))).ok()); });
  }
  for (auto& writer : writers) writer.join();
  const auto contents = read(path);
  EXPECT_EQ(contents, std::string(100'000, contents.front()));
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace standfast::files
