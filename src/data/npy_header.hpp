// The header of an NPY file: a Python dictionary with three known keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::data {

struct NpyHeader {
  std::string descr;  ///< The element type, as in "<f4".
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Fails: kBadFormat, kUnsupported (structured types). `name` stands for the file in messages.
Result<NpyHeader> parse_npy_header(std::string_view text, const std::string& name);

}  // namespace standfast::data
