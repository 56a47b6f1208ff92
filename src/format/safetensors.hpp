// The safetensors container, read as hostile input: 8 bytes of header length, a JSON header, the tensors' bytes.
//
// Only F32. Tensors must fill the data section without gap or overlap, as the format demands.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "model/tensor.hpp"
#include "standfast/result.hpp"

namespace standfast::format {

/// Room for names and bounds of half a million features, and small enough to parse at once.
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{32} << 20;

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, model::Tensor> tensors;
};

/// `place` opens each message.
/// Fails: kBadFormat, kBadShape, kUnsupported for another dtype.
Result<Safetensors> parse_safetensors(std::span<const std::byte> bytes, const std::string& place);

/// Tensors in the order of their names; equal contents give equal bytes. Requires: all strings are UTF-8.
/// Fails: kUnsupported for a header beyond kMaxHeaderBytes.
Result<std::string> write_safetensors(const Safetensors& file);

}  // namespace standfast::format
