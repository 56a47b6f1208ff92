// Files for the tests of the readers: a folder that goes away, small files in each format, errors by code and text.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

#include "data/bytes.hpp"
#include "standfast/data.hpp"

namespace standfast::test {

/// A fresh folder for one test, removed at its end.
class TempFolder {
 public:
  TempFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("standfast_data_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  /// Writes a file, with the folders above it, and returns its path.
  [[nodiscard]] std::string write(const std::string& name, std::string_view bytes) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline std::string read_corpus(const std::string& name) {
  std::ifstream file(std::string(STANDFAST_TEST_DIR) + "/../fuzz/corpus/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Result<Dataset> read(const std::string& source) {
  DataRequest request;
  request.source = source;
  return read_data(request);
}

inline Result<Dataset> read_unlabelled(const std::string& source) {
  DataRequest request;
  request.source = source;
  request.require_labels = false;
  return read_data(request);
}

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

/// IDX files of `count` images of 2 x 3 pixels: pixel k of image i is 10 i + k.
inline std::string idx_images(std::uint32_t count) {
  std::string bytes = big_endian(0x803) + big_endian(count) + big_endian(2) + big_endian(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t k = 0; k < 6; ++k) bytes += static_cast<char>(10 * i + k);
  }
  return bytes;
}
inline std::string idx_labels(std::string_view labels) {
  return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(labels.size())) + std::string(labels);
}

/// One CIFAR-10 record whose pixels are all `value`.
inline std::string cifar_record(char label, char value) { return label + std::string(3072, value); }

template <class T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.ok()) << "expected an error with: " << part;
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

}  // namespace standfast::test
