// Arrays as a NumPy archive: stored uncompressed in a zip file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::cli {

/// Members are stored as they are, with a fixed date: the same arrays give the same bytes.
class NpzWriter {
 public:
  // Each fails: kUnsupported if the archive would pass 4 GiB.
  Status add(const std::string& name, const std::vector<std::int64_t>& values);
  Status add(const std::string& name, const std::vector<float>& values);
  Status add(const std::string& name, const std::vector<double>& values);
  Status add(const std::string& name, const std::vector<std::string>& values);
  /// Shape: values is (rows, columns).
  Status add(const std::string& name, const std::vector<float>& values, std::size_t rows, std::size_t columns);

  /// The whole file.
  std::string finish() &&;

 private:
  Status add_member(const std::string& name, const std::string& contents);

  std::string bytes_;
  std::string directory_;
  std::uint32_t members_ = 0;
};

}  // namespace standfast::cli
