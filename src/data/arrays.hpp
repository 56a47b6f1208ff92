// NumPy arrays as a data set: one input per index of the first axis.
#pragma once

#include <string>

#include "data/bytes.hpp"
#include "data/npy.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Inputs from an array of 2 (table), 3 (grey images) or 4 dimensions (images, channels first or last). Pixels of type
/// uint8 are scaled to [0, 1]; all else is taken as it is.
///
/// Fails: kBadShape, kBadValue for NaN, infinity or a value above float32 (named by row and position), kUnsupported.
Result<Dataset> features_from_array(const NpyArray& array, const std::string& name);

/// Labels for `data` from an array of one dimension, (n, 1) allowed. Fails: kBadShape, kBadValue.
Status labels_from_array(const NpyArray& array, const std::string& name, Dataset& data);

/// An NPY file: features without labels. Fails: kBadFormat, kBadShape, kBadValue, kUnsupported for an array that is no
/// table of numbers or images; kBadOption if labels are required.
Result<Dataset> npy_dataset(files::Bytes bytes, const std::string& name, bool require_labels);

/// An NPZ file: features in X, x, features or images, labels in y or labels. Fails: kBadFormat (a damaged file, no
/// features, no labels if they are required), kBadShape, kBadValue, kUnsupported.
Result<Dataset> npz_dataset(files::Bytes bytes, const std::string& name, bool require_labels);

}  // namespace standfast::data
