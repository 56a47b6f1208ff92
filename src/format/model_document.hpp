// The JSON document of a model file and its tensors, to and from a Model. Field by field in docs/model-format.md.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/model.hpp"
#include "model/tensor.hpp"
#include "standfast/result.hpp"

namespace standfast::format {

using TensorMap = std::map<std::string, model::Tensor>;

/// Moves the tensors into the model they belong to. The caller validates the result.
/// Fails: kBadFormat for an unknown, missing or mistyped field, a tensor that is missing, used twice or never.
Result<model::Model> read_document(std::string_view text, TensorMap tensors, const std::string& place);

struct ModelDocument {
  std::string text;
  TensorMap tensors;
};

/// Requires: validate(model).
ModelDocument write_document(const model::Model& model);

}  // namespace standfast::format
