// fit_perfectly and separate_hulls: the same planes, asked two questions; exact arithmetic gives the answers.
#include "standfast/separate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "format/model_file.hpp"
#include "separate/contradictions.hpp"
#include "separate/exact_score.hpp"
#include "separate/fitted_model.hpp"
#include "separate/pieces.hpp"
#include "separate/plane_scores.hpp"
#include "separate/whitening.hpp"

namespace standfast {
namespace {

using separate::InputUnits;
using separate::Planes;

/// The data with everything that does not depend on which class is above.
struct Prepared {
  const Dataset* data;
  const SeparateOptions* options;
  separate::Whitening whitening;
  separate::Rows rows;
  std::optional<InputUnits> bytes;
  InputUnits floats;
};

/// One class above the other.
struct Side {
  std::string above;
  std::string below;
  std::vector<std::uint8_t> positive;
  std::vector<std::size_t> twins;
  Planes planes;
};

void report(const SeparateOptions& options, std::string_view task, std::size_t done, std::size_t total) {
  if (options.progress) options.progress(task, done, total);
}

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
  return {};
}

Result<Prepared> prepare(const Dataset& data, const SeparateOptions& options) {
  STANDFAST_CHECK(check_classes(data));
  STANDFAST_CHECK(check_options(options));
  report(options, "whiten", 0, 2);
  STANDFAST_TRY(auto whitening, separate::Whitening::fit(data, options.ridge, options.threads));
  STANDFAST_TRY(const InputUnits floats, separate::dyadic_units(data));
  std::optional<InputUnits> bytes;
  if (separate::holds_bytes(data)) bytes = separate::byte_units();
  report(options, "whiten", 1, 2);
  // a constant as long as the rest of the row: it moves as easily
  auto rows = whitening.apply(data, std::sqrt(static_cast<float>(data.dim())), options.threads);
  report(options, "whiten", 2, 2);
  return Prepared{&data, &options, std::move(whitening), std::move(rows), bytes, floats};
}

Side start_side(const Prepared& prepared, std::int32_t above) {
  const Dataset& data = *prepared.data;
  Side side;
  side.above = data.class_names[static_cast<std::size_t>(above)];
  side.below = data.class_names[static_cast<std::size_t>(1 - above)];
  for (const auto label : data.labels) side.positive.push_back(label == above ? 1 : 0);
  side.twins = separate::find_twins(data, side.positive);
  return side;
}

void find_planes(const Prepared& prepared, Side& side, bool part) {
  const Dataset& data = *prepared.data;
  const SeparateOptions& options = *prepared.options;
  std::vector<std::uint8_t> skipped;
  for (const auto twin : side.twins) skipped.push_back(twin != separate::kNoTwin ? 1 : 0);
  separate::PieceOptions pieces{options.pieces, part, options.seed, options.threads, {}};
  pieces.progress = [&](std::size_t done, std::size_t total) { report(options, side.above, done, total); };
  const auto found = separate::find_pieces(prepared.rows, data.dim(), side.positive, skipped, pieces);
  const Planes planes = prepared.whitening.fold(found.planes, options.threads);
  // the search is in float32 and whitened; what did not survive the way back is no proof
  side.planes = separate::keep_valid(planes, data.dim(), separate::signed_distances(data, planes, options.threads),
                                     side.positive);
}

Result<ExactAccuracy> exact_accuracy(const Model& model, const Dataset& data, std::span<const std::uint8_t> positive,
                                     const InputUnits& units, std::size_t threads) {
  STANDFAST_TRY(const auto count, separate::count_exactly(model, data, positive, units, threads));
  return ExactAccuracy{count.right, count.count, count.bits};
}

void measure_margins(const Prepared& prepared, const Side& side, PerfectFit& fit) {
  const auto distances = separate::signed_distances(*prepared.data, side.planes, prepared.options->threads);
  const std::size_t count = side.planes.count();
  std::vector<double> margins;
  for (std::size_t i = 0; i < side.positive.size(); ++i) {
    const double largest = *std::max_element(distances.begin() + static_cast<std::ptrdiff_t>(i * count),
                                             distances.begin() + static_cast<std::ptrdiff_t>((i + 1) * count));
    margins.push_back(side.positive[i] != 0 ? largest : -largest);
  }
  std::ranges::sort(margins);
  fit.smallest_margin_l2 = std::max(margins.front(), 0.0);
  fit.median_margin_l2 = std::max(margins[margins.size() / 2], 0.0);
}

Result<ExactAccuracy> test_accuracy(const Model& model, const Dataset& test, const std::string& above,
                                    std::size_t threads) {
  STANDFAST_TRY(const std::int32_t label, test.class_index(above));
  STANDFAST_TRY(const InputUnits units, separate::dyadic_units(test));
  std::vector<std::uint8_t> positive;
  for (const auto own : test.labels) positive.push_back(own == label ? 1 : 0);
  return exact_accuracy(model, test, positive, units, threads);
}

std::size_t count_twins(const Side& side) {
  return static_cast<std::size_t>(
      std::ranges::count_if(side.twins, [](std::size_t twin) { return twin != separate::kNoTwin; }));
}

/// What exact arithmetic says of the model, and the model as a file.
Status prove(const Prepared& prepared, const Side& side, const Dataset* test, Model model, PerfectFit& fit) {
  const Dataset& data = *prepared.data;
  const SeparateOptions& options = *prepared.options;
  model.provenance = {{"data", data.source},
                      {"method", "separate --fit, " + fit.method + ": made to fit every training input"},
                      {"seed", std::to_string(options.seed)},
                      {"version", STANDFAST_VERSION}};
  report(options, "check", 0, 1);
  if (prepared.bytes) {
    STANDFAST_TRY(fit.bytes, exact_accuracy(model, data, side.positive, *prepared.bytes, options.threads));
  }
  STANDFAST_TRY(fit.floats, exact_accuracy(model, data, side.positive, prepared.floats, options.threads));
  if (test != nullptr) {
    STANDFAST_TRY(fit.test, test_accuracy(model, *test, side.above, options.threads));
  }
  STANDFAST_TRY(fit.model, serialise_model(model));
  report(options, "check", 1, 1);
  return {};
}

PerfectFit blank_fit(const Prepared& prepared, const Side& side, const std::string& method) {
  PerfectFit fit;
  fit.method = method;
  fit.sensitive = side.above;
  fit.other = side.below;
  fit.contradictions = count_twins(side);
  fit.floats.count = prepared.data->count();
  return fit;
}

Result<PerfectFit> fit_pieces(const Prepared& prepared, const Dataset* test, Side side) {
  find_planes(prepared, side, false);
  PerfectFit fit = blank_fit(prepared, side, "pieces");
  fit.pieces = side.planes.count();
  if (fit.pieces == 0) return fit;
  measure_margins(prepared, side, fit);
  STANDFAST_CHECK(prove(prepared, side, test,
                        separate::max_affine_model(*prepared.data, side.planes, side.above, side.below), fit));
  return fit;
}

Result<PerfectFit> fit_icnn(const Prepared& prepared, const Dataset* test, const Side& side) {
  const SeparateOptions& options = *prepared.options;
  PerfectFit fit = blank_fit(prepared, side, "icnn");
  if (fit.contradictions > 0) return fit;  // no number of epochs would do
  separate::IcnnOptions training;
  training.seed = options.seed;
  training.threads = options.threads;
  training.progress = [&](std::size_t right, std::size_t count) {
    report(options, "network for " + side.above, right, count);
  };
  auto icnn = separate::train_icnn(prepared.rows, prepared.data->dim(), side.positive, training);
  fit.epochs = icnn.epochs;
  icnn.affine = prepared.whitening.fold(icnn.affine, options.threads);
  STANDFAST_CHECK(prove(prepared, side, test, separate::icnn_model(*prepared.data, icnn, side.above, side.below), fit));
  return fit;
}

Result<PerfectFit> fit_one(const Prepared& prepared, const Dataset* test, std::int32_t above,
                           const std::string& method) {
  Side side = start_side(prepared, above);
  if (method == "pieces") return fit_pieces(prepared, test, std::move(side));
  if (method == "icnn") return fit_icnn(prepared, test, side);
  return Error{ErrorCode::kBadOption, "method: found \"" + method + "\", expected pieces or icnn"};
}

/// The plane that has x above it farthest from the hull below. Requires: at least one plane.
HullAnswer best_plane(std::span<const double> own, std::span<const double> nearest_below) {
  HullAnswer answer;
  for (std::size_t j = 0; j < own.size(); ++j) {
    const double gap = own[j] - nearest_below[j];
    if (own[j] <= 0 || gap <= answer.distance_lower) continue;
    answer.side = HullAnswer::Side::kOutside;
    answer.distance_lower = gap;
    answer.plane = j;
  }
  return answer;
}

/// Answers that are claims: by measured distances, and by twins.
void claim(const Prepared& prepared, const Side& side, HullReport& report) {
  const auto distances = separate::signed_distances(*prepared.data, side.planes, prepared.options->threads);
  const std::size_t count = side.planes.count();
  const auto own = [&](std::size_t i) { return std::span(distances).subspan(i * count, count); };
  std::vector<double> nearest_below(count, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < side.positive.size(); ++i)
    for (std::size_t j = 0; j < count && side.positive[i] == 0; ++j)
      nearest_below[j] = std::max(nearest_below[j], own(i)[j]);
  for (std::size_t i = 0; i < side.positive.size(); ++i) {
    if (side.positive[i] == 0) continue;
    report.inputs.push_back(i);
    report.answers.push_back(best_plane(own(i), nearest_below));
    if (side.twins[i] == separate::kNoTwin) continue;
    report.answers.back() = {};
    report.answers.back().side = HullAnswer::Side::kInside;  // equal numbers: nothing is left to prove
    report.answers.back().support = {side.twins[i]};
    report.answers.back().weights = {1.0};
  }
}

/// Takes back every kOutside that exact arithmetic does not confirm.
Status confirm(const Prepared& prepared, const Side& side, HullReport& report) {
  if (side.planes.count() == 0) return {};
  const Dataset& data = *prepared.data;
  const Model model = separate::max_affine_model(data, side.planes, side.above, side.below);
  // on the bytes where there are any: they are what is stored
  STANDFAST_TRY(const auto score,
                separate::ExactScore::make(model, prepared.bytes ? *prepared.bytes : prepared.floats));
  const auto signs = score.signs(data, prepared.options->threads);
  report.bits = score.bits();
  bool all_below = true;  // the largest plane is negative there, and so is every one
  for (std::size_t i = 0; i < signs.size(); ++i) all_below = all_below && (side.positive[i] != 0 || signs[i] < 0);
  for (std::size_t k = 0; k < report.answers.size(); ++k)
    if (report.answers[k].side == HullAnswer::Side::kOutside && !(all_below && signs[report.inputs[k]] > 0))
      report.answers[k] = {};
  return {};
}

Result<HullReport> hull_report(const Prepared& prepared, std::int32_t above) {
  Side side = start_side(prepared, above);
  find_planes(prepared, side, true);
  HullReport result;
  result.inner = side.above;
  result.hull = side.below;
  result.planes = side.planes.count();
  claim(prepared, side, result);
  STANDFAST_CHECK(confirm(prepared, side, result));
  return result;
}

/// The classes to put above, as labels.
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

}  // namespace

Result<std::vector<PerfectFit>> fit_perfectly(const Dataset& train, const Dataset* test,
                                              const SeparateOptions& options) {
  try {
    if (test != nullptr && (test->dim() != train.dim() || test->labels.size() != test->count()))
      return Error{ErrorCode::kBadShape, fmt::format("{}: expected labelled inputs of {} features, as {} has",
                                                     test->source, train.dim(), train.source)};
    STANDFAST_TRY(const Prepared prepared, prepare(train, options));
    STANDFAST_TRY(const auto labels, classes_above(train, options));
    std::vector<PerfectFit> fits;
    for (const auto label : labels)
      for (const auto& method : options.methods) {
        STANDFAST_TRY(auto fit, fit_one(prepared, test, label, method));
        fits.push_back(std::move(fit));
      }
    return fits;
  } catch (const std::bad_alloc&) {
    return too_large(train);
  }
}

std::size_t HullReport::count(HullAnswer::Side side) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(answers, [side](const HullAnswer& answer) { return answer.side == side; }));
}

Result<std::vector<HullReport>> separate_hulls(const Dataset& data, const SeparateOptions& options) {
  try {
    STANDFAST_TRY(const Prepared prepared, prepare(data, options));
    STANDFAST_TRY(const auto labels, classes_above(data, options));
    std::vector<HullReport> reports;
    for (const auto label : labels) {
      STANDFAST_TRY(auto one, hull_report(prepared, label));
      reports.push_back(std::move(one));
    }
    return reports;
  } catch (const std::bad_alloc&) {
    return too_large(data);
  }
}

double log10_separable_bound(std::size_t first, std::size_t second, std::size_t dim) {
  const auto log_factorial = [](std::size_t n) { return std::lgamma(static_cast<double>(n) + 1); };
  const double log_share = log_factorial(first) + log_factorial(second) - log_factorial(first + second);
  const double features = static_cast<double>(dim);
  const double share = std::exp(log_share);
  // where the share is tiny, 1 - (1 - share)^dim is dim * share
  if (share * features < 1e-12) return (std::log(features) + log_share) / std::log(10.0);
  return std::log10(-std::expm1(features * std::log1p(-share)));
}

Dataset shuffle_labels(const Dataset& data, std::uint64_t seed) {
  Dataset shuffled = data;
  Random(seed).shuffle(std::span(shuffled.labels));
  return shuffled;
}

}  // namespace standfast
