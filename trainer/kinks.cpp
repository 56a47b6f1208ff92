// Adds the copies and the abs step of (C18) in docs/certificates.md. The kinks of a column are the quantiles of its
// distinct values, so that every kink parts values that occur. For images the channels stand for the columns.
// Takes for granted that the map before it keeps the shape of its input.
#include "trainer/kinks.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace standfast::trainer {
namespace {

constexpr std::int64_t kLargestLinearStep = 1 << 24;  // entries: 64 MiB

/// The values of features first, ..., first + count - 1 that occur, in order.
std::vector<float> distinct_values(const std::vector<float>& rows, std::size_t dim, std::size_t first,
                                   std::size_t count) {
  std::vector<float> values;
  for (std::size_t row = 0; row < rows.size(); row += dim) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(row + first);
    values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// 1 if copy o reads input o mod inputs. Shape: (kinks * inputs, inputs).
std::vector<float> copying_weights(std::size_t inputs, std::size_t kinks) {
  std::vector<float> weights(kinks * inputs * inputs, 0);
  for (std::size_t o = 0; o < kinks * inputs; ++o) weights[o * inputs + o % inputs] = 1;
  return weights;
}

}  // namespace

Result<model::FeatureMap> with_kinks(model::FeatureMap map, const std::vector<float>& rows, const model::Shape& shape,
                                     bool is_image, std::int64_t kinks) {
  const auto dim = static_cast<std::int64_t>(model::element_count(shape));
  const bool has_channels = is_image && shape.size() == 3;
  const std::int64_t groups = has_channels ? shape[0] : dim;
  if (groups > kLargestLinearStep / groups / kinks)
    return Error{
        ErrorCode::kBadOption,
        fmt::format("--kinks: {} kinks of {} features take a linear step of {} x {}, expected at most {} entries",
                    kinks, groups, kinks * groups, groups, kLargestLinearStep)};
  model::MapStep step;
  step.kind = has_channels ? model::MapKind::kConv2d : model::MapKind::kLinear;
  step.values.shape = {kinks * groups, groups};
  if (has_channels) step.values.shape.insert(step.values.shape.end(), {1, 1});
  step.values.values = copying_weights(static_cast<std::size_t>(groups), static_cast<std::size_t>(kinks));
  step.bias = {{kinks * groups}, std::vector<float>(static_cast<std::size_t>(kinks * groups))};
  const auto size = static_cast<std::size_t>(dim / groups);
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::vector<float> values =
        distinct_values(rows, static_cast<std::size_t>(dim), static_cast<std::size_t>(g) * size, size);
    for (std::int64_t j = 0; j < kinks; ++j) {
      const std::size_t at = values.size() * static_cast<std::size_t>(j + 1) / static_cast<std::size_t>(kinks + 1);
      step.bias.values[static_cast<std::size_t>(j * groups + g)] = -values[at];
    }
  }
  map.push_back(std::move(step));
  return model::with_abs(std::move(map));
}

std::vector<float> apply_copies(const model::MapStep& step, const std::vector<float>& u, std::size_t dim) {
  const auto groups = static_cast<std::size_t>(step.values.shape[1]);
  const std::size_t kinks = step.bias.values.size() / groups, size = dim / groups;
  std::vector<float> copies;
  copies.reserve(u.size() * kinks);
  for (std::size_t row = 0; row < u.size(); row += dim) {
    for (std::size_t j = 0; j < kinks; ++j) {
      for (std::size_t i = 0; i < dim; ++i) copies.push_back(u[row + i] + step.bias.values[j * groups + i / size]);
    }
  }
  return copies;
}

}  // namespace standfast::trainer
