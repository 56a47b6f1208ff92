// CIFAR-10's binary version: records of one label byte and 3 x 32 x 32 pixels, channels first.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/bytes.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Lines of batches.meta.txt: ten class names. Fails: kBadFormat.
Result<std::vector<std::string>> parse_cifar_names(std::string_view text, const std::string& name);

/// The images of one unpacked batch; class names are the label numbers if `names` is empty.
///
/// Fails: kBadShape if the size is no multiple of 3073, kBadValue for a label above 9.
Result<Dataset> parse_cifar(files::Bytes batch, const std::string& name, std::span<const std::string> names);

}  // namespace standfast::data
