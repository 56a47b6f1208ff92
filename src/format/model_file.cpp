// The model file v1: the safetensors container around one JSON document. The container is opened, the document read and
// its tensors put in place, and then the whole is validated: nobody gets a model that breaks a promise.
#include "format/model_file.hpp"

#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/message.hpp"
#include "files/read_file.hpp"
#include "files/replace_file.hpp"
#include "format/model_document.hpp"
#include "format/safetensors.hpp"

namespace standfast::format {
namespace {

constexpr const char* kFormatKey = "format";
constexpr const char* kFormatName = "standfast/1";
constexpr const char* kModelKey = "model";

Status check_format(const Safetensors& file, const std::string& name) {
  const auto format = file.metadata.find(kFormatKey);
  if (format == file.metadata.end() || !file.metadata.contains(kModelKey)) {
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: metadata have no \"{}\" and \"{}\", expected a Standfast model file", name,
                             kFormatKey, kModelKey)};
  }
  if (format->second == kFormatName) return {};
  return Error{ErrorCode::kUnsupported, fmt::format("{}: format is {}, expected \"{}\"", name,
                                                    files::quote_for_message(format->second), kFormatName)};
}

}  // namespace

Result<model::Model> parse_model(std::span<const std::byte> bytes, const std::string& name) {
  STANDFAST_TRY(Safetensors file, parse_safetensors(bytes, name));
  STANDFAST_CHECK(check_format(file, name));
  STANDFAST_TRY(model::Model model, read_document(file.metadata.at(kModelKey), std::move(file.tensors), name));
  const Status status = model::validate(model);
  if (!status.ok()) return Error{status.error().code, fmt::format("{}: {}", name, status.error().message)};
  return model;
}

Result<model::Model> load_model(const std::string& path) {
  STANDFAST_TRY(const files::Buffer bytes, files::read_regular_file(path, "a model file", kMaxModelBytes));
  return parse_model(bytes, path);
}

Result<std::string> serialise_model(const model::Model& model) {
  STANDFAST_CHECK(model::validate(model));
  ModelDocument document = write_document(model);
  Safetensors file;
  file.metadata = {{kFormatKey, kFormatName}, {kModelKey, std::move(document.text)}};
  file.tensors = std::move(document.tensors);
  return write_safetensors(file);
}

Status save_model(const model::Model& model, const std::string& path) {
  STANDFAST_TRY(const std::string bytes, serialise_model(model));
  return files::replace_file(path, bytes);
}

}  // namespace standfast::format
