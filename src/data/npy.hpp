// One array of an NPY file (versions 1 to 3), read as hostile input: the array stays in the file's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

enum class NpyKind {
  kBool,
  kSigned,
  kUnsigned,
  kFloat,   ///< 2, 4 or 8 bytes.
  kBytes,   ///< 'S': text of one byte per character.
  kUnicode  ///< 'U': text of four bytes per character.
};

/// A view of an array's elements. The file's bytes must outlive it.
class NpyArray {
 public:
  NpyKind kind = NpyKind::kFloat;
  std::size_t item_size = 0;  ///< The bytes of an element.
  bool big_endian = false;
  bool fortran_order = false;       ///< The first index runs fastest.
  std::vector<std::int64_t> shape;  ///< At least one entry; none is negative.
  files::Bytes data;                ///< The elements: item_size times the product of the shape, in bytes.

  [[nodiscard]] bool is_text() const { return kind == NpyKind::kBytes || kind == NpyKind::kUnicode; }
  /// Elements between neighbours along each axis.
  [[nodiscard]] std::vector<std::size_t> strides() const;
  /// The element at a position in the file. Requires: not text.
  [[nodiscard]] double number_at(std::size_t position) const;
  /// The element as a class name: "3" for 3 and 3.0, text as UTF-8, "nan" for NaN.
  [[nodiscard]] std::string label_at(std::size_t position) const;

 private:
  [[nodiscard]] std::uint64_t raw_at(std::size_t position) const;
  [[nodiscard]] std::uint64_t raw(std::size_t offset, std::size_t size) const;
  [[nodiscard]] std::string text_at(std::size_t position) const;
};

/// Fails: kBadFormat for a damaged header, kBadShape if shape and size of the file disagree, kUnsupported for
/// element types other than booleans, integers, floats of 16, 32 and 64 bits and (for labels) text. `name` stands for
/// the file in messages.
Result<NpyArray> parse_npy(files::Bytes bytes, const std::string& name);

}  // namespace standfast::data
