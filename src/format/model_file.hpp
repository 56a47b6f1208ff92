// The model file v1: one safetensors file, read as hostile input. Field by field in docs/model-format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/model.hpp"
#include "standfast/result.hpp"

namespace standfast::format {

/// Twice this much memory is in use for a moment while a file is parsed.
inline constexpr std::uintmax_t kMaxModelBytes = std::uintmax_t{8} << 30;

/// Reads a model and validates it.
///
/// Fails: kIo; kBadFormat (not safetensors, lying lengths, unknown fields' types, duplicate or missing tensors);
/// kBadShape, kBadValue, kUnsupported; kNotConvex for a network that is not input-convex, naming the node.
Result<model::Model> load_model(const std::string& path);
/// Reads a model from memory; `name` stands for the path in messages. Cost: never allocates more than a small multiple
/// of bytes.size().
Result<model::Model> parse_model(std::span<const std::byte> bytes, const std::string& name);

/// Deterministic: equal models give equal bytes. Writes to a temporary file and renames it. Fails: kIo; the codes
/// of validate(Model) if a promise of the model does not hold.
Status save_model(const model::Model& model, const std::string& path);
/// The bytes of the file. Fails: the codes of validate(Model) if a promise of the model does not hold.
Result<std::string> serialise_model(const model::Model& model);

}  // namespace standfast::format
