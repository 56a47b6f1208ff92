// Several kinks per feature: (x - mu_1, ..., x - mu_k, |x - mu_1|, ..., |x - mu_k|), where the training rows have
// values.
#pragma once

#include <cstdint>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/result.hpp"

namespace standfast::trainer {

/// The map, k copies of what it gives less one kink each, and an abs. The copies are one linear step, or for images a
/// 1x1 convolution whose channels share their kinks.
///
/// The kinks part the distinct values of a column, or channel, into k + 1 shares of equal size: most columns of a table
/// and most pixels of a digit are 0, where quantiles of the rows would put all of them.
/// Shape: rows is (count, elements of shape), what `map` gives; map keeps the shape.
/// Fails: kBadOption if the linear step would be huge.
Result<model::FeatureMap> with_kinks(model::FeatureMap map, const std::vector<float>& rows, const model::Shape& shape,
                                     bool is_image, std::int64_t kinks);

/// The copies of each row: what the step between `map` and the abs does. Shape: u is (count, dim), the result is
/// (count, kinks * dim).
std::vector<float> apply_copies(const model::MapStep& step, const std::vector<float>& u, std::size_t dim);

}  // namespace standfast::trainer
