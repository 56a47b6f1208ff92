// Checks the question, whitens the inputs once for both sides, and finds planes among the whitened rows. Planes are
// then written in terms of the inputs and checked there: those with an input of the class below above them are dropped.
#include "lab/fits/sides.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "lab/fits/contradictions.hpp"
#include "lab/fits/pieces.hpp"
#include "lab/fits/plane_scores.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

Status check_classes(const Dataset& data) {
  if (data.labels.size() != data.count() || data.class_names.size() != 2)
    return Error{ErrorCode::kBadOption, fmt::format("{}: found {} classes, expected two; name them with --classes A,B",
                                                    data.source, data.labels.empty() ? 0 : data.class_names.size())};
  for (std::int32_t label = 0; label < 2; ++label)
    if (std::ranges::count(data.labels, label) == 0)
      return Error{ErrorCode::kBadOption, fmt::format("{}: found no input of class \"{}\", expected some of both",
                                                      data.source, data.class_names[static_cast<std::size_t>(label)])};
  if (std::ranges::any_of(data.labels, [](std::int32_t label) { return label < 0 || label > 1; }))
    return Error{ErrorCode::kBadValue, data.source + ": found a label that names no class, expected 0 or 1"};
  return {};
}

Status check_options(const SeparateOptions& options) {
  if (options.pieces == 0) return Error{ErrorCode::kBadOption, "pieces: found 0, expected 1 or more"};
  if (!(options.linear_start >= 0 && options.linear_start <= 1000))
    return Error{ErrorCode::kBadOption,
                 fmt::format("linear start: found {}, expected a number from 0 to 1000", options.linear_start)};
  return {};
}

}  // namespace

void show_progress(const SeparateOptions& options, std::string_view task, std::size_t done, std::size_t total) {
  if (options.progress) options.progress(task, done, total);
}

Result<Prepared> prepare_sides(const Dataset& data, const SeparateOptions& options) {
  STANDFAST_CHECK(check_classes(data));
  STANDFAST_CHECK(check_options(options));
  show_progress(options, "whiten", 0, 2);
  STANDFAST_TRY(auto whitening, Whitening::fit(data, options.ridge, options.threads));
  STANDFAST_TRY(const InputUnits floats, dyadic_units(data));
  std::optional<InputUnits> bytes;
  if (holds_bytes(data)) bytes = byte_units();
  show_progress(options, "whiten", 1, 2);
  // a constant as long as the rest of the row: it moves as easily
  auto rows = whitening.apply(data, std::sqrt(static_cast<float>(data.dim())), options.threads);
  show_progress(options, "whiten", 2, 2);
  return Prepared{&data, &options, std::move(whitening), std::move(rows), bytes, floats};
}

Side start_side(const Prepared& prepared, std::int32_t above) {
  const Dataset& data = *prepared.data;
  Side side;
  side.above = data.class_names[static_cast<std::size_t>(above)];
  side.below = data.class_names[static_cast<std::size_t>(1 - above)];
  for (const auto label : data.labels) side.positive.push_back(label == above ? 1 : 0);
  side.twins = find_twins(data, side.positive);
  return side;
}

namespace {

/// The difference of the means, which is Fisher's discriminant if inputs are whitened, as long as to have its scores
/// deviate by `linear_start`.
std::vector<float> linear_start(const Prepared& prepared, const Side& side) {
  const Rows& rows = prepared.rows;
  const auto above = static_cast<float>(std::ranges::count(side.positive, 1));
  const float below = static_cast<float>(rows.count) - above;
  std::vector<float> w(rows.stride, 0.0F);
  for (std::size_t i = 0; i < rows.count; ++i)
    add_scaled(side.positive[i] != 0 ? 1 / above : -1 / below, rows.row(i), w.data(), rows.stride);
  double square = 0;
  for (std::size_t i = 0; i < rows.count; ++i) {
    const auto score = static_cast<double>(dot(w.data(), rows.row(i), rows.stride));
    square += score * score / static_cast<double>(rows.count);
  }
  const double scale = square > 0 ? prepared.options->linear_start / std::sqrt(square) : 0;
  for (float& value : w) value *= static_cast<float>(scale);
  return w;
}

}  // namespace

void find_planes(const Prepared& prepared, Side& side, const PlaneShare& share) {
  const Dataset& data = *prepared.data;
  const SeparateOptions& options = *prepared.options;
  std::vector<std::uint8_t> skipped;
  for (const auto twin : side.twins) skipped.push_back(twin != kNoTwin ? 1 : 0);
  PieceOptions pieces{options.pieces, share.part, share.least_share, {}, options.seed, options.threads, {}};
  if (!share.part && options.linear_start > 0) pieces.start = linear_start(prepared, side);
  pieces.progress = [&](std::size_t done, std::size_t total) { show_progress(options, side.above, done, total); };
  const auto found = find_pieces(prepared.rows, data.dim(), side.positive, skipped, pieces);
  const Planes planes = prepared.whitening.planes_on_inputs(found.planes, options.threads);
  // the search is in float32 and whitened; what did not survive the way back is no proof
  side.planes = keep_valid(planes, data.dim(), signed_distances(data, planes, options.threads), side.positive);
}

Result<std::vector<std::int32_t>> classes_above(const Dataset& data, const SeparateOptions& options) {
  if (options.sensitive.empty()) return std::vector<std::int32_t>{0, 1};
  std::vector<std::int32_t> labels;
  for (const auto& name : options.sensitive) {
    STANDFAST_TRY(const std::int32_t label, data.class_index(name));
    labels.push_back(label);
  }
  return labels;
}

Error too_large(const Dataset& data) { return {ErrorCode::kIo, data.source + ": does not fit into memory"}; }

}  // namespace standfast::lab
