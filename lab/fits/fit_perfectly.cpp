// fit_perfectly: models made to fit, and exact arithmetic's word on each.
#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/try.hpp"
#include "format/model_file.hpp"
#include "lab/fits/cone.hpp"
#include "lab/fits/contradictions.hpp"
#include "lab/fits/exact_score.hpp"
#include "lab/fits/fits.hpp"
#include "lab/fits/fitted_model.hpp"
#include "lab/fits/icnn.hpp"
#include "lab/fits/linear_discriminant.hpp"
#include "lab/fits/plane_scores.hpp"
#include "lab/fits/repair.hpp"
#include "lab/fits/sides.hpp"
#include "lab/fits/start_model.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::lab {
namespace {

Result<ExactAccuracy> exact_accuracy(const model::Model& model, const Dataset& data,
                                     std::span<const std::uint8_t> positive, const InputUnits& units,
                                     std::size_t threads, const ScoreProgress& progress = {}) {
  STANDFAST_TRY(const auto count, count_exactly(model, data, positive, units, threads, progress));
  return ExactAccuracy{count.right, count.count, count.bits};
}

/// The margins of the model's own planes: its weights are rounded to float32.
void measure_margins(const Prepared& prepared, const Side& side, const model::Model& model, PerfectFit& fit) {
  const model::Node& pieces = model.graph.nodes[0];
  const Planes planes{{pieces.weight.values.begin(), pieces.weight.values.end()},
                      {pieces.bias.values.begin(), pieces.bias.values.end()}};
  const auto margins = margins_lower(*prepared.data, planes, side.positive, prepared.options->threads);
  fit.smallest_margin_l2 = std::max(std::ranges::min(margins), 0.0);
  fit.median_margin_l2 = std::max(median(margins), 0.0);
}

Result<ExactAccuracy> test_accuracy(const model::Model& model, const Dataset& test, const std::string& above,
                                    std::size_t threads) {
  STANDFAST_TRY(const std::int32_t label, test.class_index(above));
  STANDFAST_TRY(const InputUnits units, dyadic_units(test));
  std::vector<std::uint8_t> positive;
  for (const auto own : test.labels) positive.push_back(own == label ? 1 : 0);
  return exact_accuracy(model, test, positive, units, threads);
}

/// The discriminant with the first class above; that with the other one above is its negative.
Planes first_above(const Dataset& train) {
  std::vector<std::uint8_t> positive;
  for (const auto label : train.labels) positive.push_back(label == 0 ? 1 : 0);
  return linear_discriminant(train, positive);
}

Result<std::optional<ExactAccuracy>> linear_accuracy(const Dataset& train, const Planes& first, const Dataset* test,
                                                     std::size_t threads) {
  if (test == nullptr) return std::optional<ExactAccuracy>{};
  const model::Model model = max_affine_model(train, first, train.class_names[0], train.class_names[1]);
  STANDFAST_TRY(const auto accuracy, test_accuracy(model, *test, train.class_names[0], threads));
  return std::optional(accuracy);
}

std::size_t count_twins(const Side& side) {
  return static_cast<std::size_t>(std::ranges::count_if(side.twins, [](std::size_t twin) { return twin != kNoTwin; }));
}

std::function<void(std::size_t, std::size_t)> task_progress(const SeparateOptions& options, std::string task) {
  return [&options, task = std::move(task)](std::size_t done, std::size_t total) {
    show_progress(options, task, done, total);
  };
}

/// What exact arithmetic says of the model, and the model as a file.
Status prove(const Prepared& prepared, const Side& side, const Dataset* test, model::Model model, PerfectFit& fit) {
  const Dataset& data = *prepared.data;
  const SeparateOptions& options = *prepared.options;
  model.provenance = {{"data", data.source},
                      {"method", "separate --fit, " + fit.method + ": made to fit every training input"},
                      {"seed", std::to_string(options.seed)},
                      {"version", STANDFAST_VERSION}};
  if (prepared.bytes) {
    STANDFAST_TRY(fit.bytes, exact_accuracy(model, data, side.positive, *prepared.bytes, options.threads,
                                            task_progress(options, "check on bytes")));
  }
  STANDFAST_TRY(fit.floats, exact_accuracy(model, data, side.positive, prepared.floats, options.threads,
                                           task_progress(options, "check on float32")));
  if (test != nullptr) {
    STANDFAST_TRY(fit.test, test_accuracy(model, *test, side.above, options.threads));
  }
  STANDFAST_TRY(fit.model, format::serialise_model(model));
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
  find_planes(prepared, side, {});
  PerfectFit fit = blank_fit(prepared, side, "pieces");
  fit.pieces = side.planes.count();
  if (fit.pieces == 0) return fit;
  model::Model model = max_affine_model(*prepared.data, side.planes, side.above, side.below);
  measure_margins(prepared, side, model, fit);
  STANDFAST_CHECK(prove(prepared, side, test, std::move(model), fit));
  return fit;
}

/// A linear classifier with scores of deviation 1, and these scores.
struct LinearScore {
  Planes plane;
  std::vector<float> scores;
};

/// `sign` times the plane, scaled.
LinearScore linear_score(const Dataset& data, Planes plane, double sign) {
  std::vector<double> scores(data.count(), plane.offsets[0]);
  double square = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t f = 0; f < data.dim(); ++f) scores[i] += plane.weights[f] * static_cast<double>(data.row(i)[f]);
    square += scores[i] * scores[i] / static_cast<double>(data.count());
  }
  const double scale = square > 0 ? sign / std::sqrt(square) : 0;
  for (double& weight : plane.weights) weight *= scale;
  plane.offsets[0] *= scale;
  LinearScore linear{std::move(plane), {}};
  linear.scores.reserve(scores.size());
  for (const double score : scores) linear.scores.push_back(static_cast<float>(score * scale));
  return linear;
}

template <class Options>
Options training_options(const SeparateOptions& options, std::string task) {
  Options training;
  training.seed = options.seed;
  training.threads = options.threads;
  training.progress = task_progress(options, std::move(task));
  return training;
}

Result<PerfectFit> fit_icnn(const Prepared& prepared, const Dataset* test, const Side& side) {
  PerfectFit fit = blank_fit(prepared, side, "icnn");
  if (fit.contradictions > 0) return fit;  // no number of epochs would do
  const auto training = training_options<IcnnOptions>(*prepared.options, "network for " + side.above);
  auto icnn = train_icnn(prepared.rows, prepared.data->dim(), side.positive, training);
  fit.epochs = icnn.epochs;
  icnn.affine = prepared.whitening.planes_on_inputs(icnn.affine, training.threads);
  STANDFAST_CHECK(prove(prepared, side, test, icnn_model(*prepared.data, icnn, side.above, side.below), fit));
  return fit;
}

Result<PerfectFit> fit_cone(const Prepared& prepared, const Dataset* test, const Side& side,
                            const LinearScore& linear) {
  const Dataset& data = *prepared.data;
  PerfectFit fit = blank_fit(prepared, side, "cone");
  if (fit.contradictions > 0) return fit;  // as above
  const auto training = training_options<ConeOptions>(*prepared.options, "cone for " + side.above);
  const auto cone = train_cone(prepared.rows, data.dim(), linear.scores, side.positive, training);
  fit.epochs = cone.epochs;
  auto affine = prepared.whitening.planes_on_inputs(cone.affine, training.threads);
  const std::size_t last = affine.weights.size() - data.dim();
  for (std::size_t f = 0; f < data.dim(); ++f) affine.weights[last + f] += linear.plane.weights[f];
  affine.offsets.back() += linear.plane.offsets[0];
  STANDFAST_CHECK(prove(prepared, side, test, cone_model(data, affine, side.above, side.below), fit));
  return fit;
}

/// As exact arithmetic has them, rounded once.
Result<StartScores> start_scores(const Prepared& prepared, const model::Model& start, const std::optional<Head>& head) {
  STANDFAST_TRY(const auto exact, ExactScore::make(start, prepared.bytes.value_or(prepared.floats)));
  const auto node = head ? std::optional(head->sums) : std::nullopt;
  auto all = exact.scores(*prepared.data, node, prepared.options->threads,
                          task_progress(*prepared.options, "scores of the start"));
  StartScores scores{std::move(all.scores), std::move(all.values), {}};
  if (!head) return scores;
  const auto& weights = start.graph.nodes[static_cast<std::size_t>(head->weights)].weight.values;
  scores.weights.assign(weights.begin(), weights.end());
  return scores;
}

Result<PerfectFit> fit_repair(const Prepared& prepared, const Dataset* test, const Side& side) {
  const Dataset& data = *prepared.data;
  const SeparateOptions& options = *prepared.options;
  PerfectFit fit = blank_fit(prepared, side, "repair");
  STANDFAST_TRY(const model::Model file, format::load_model(options.start));
  STANDFAST_TRY(const model::Model start, start_from(file, options.start, data, side.above, side.below));
  if (fit.contradictions > 0) return fit;  // as above
  const auto head = find_head(start.graph);
  STANDFAST_TRY(const auto scores, start_scores(prepared, start, head));
  const auto repairing = training_options<RepairOptions>(options, "repair for " + side.above);
  auto repair = find_repair(prepared.rows, data.dim(), scores, side.positive, repairing);
  fit.pieces = repair.lifts.count();
  repair.lowering = prepared.whitening.planes_on_inputs(repair.lowering, options.threads);
  repair.units = prepared.whitening.planes_on_inputs(repair.units, options.threads);
  repair.lifts = prepared.whitening.planes_on_inputs(repair.lifts, options.threads);
  STANDFAST_CHECK(prove(prepared, side, test, repaired_model(start, head, repair), fit));
  return fit;
}

Result<PerfectFit> fit_one(const Prepared& prepared, const Planes& first, const Dataset* test, std::int32_t above,
                           const std::string& method) {
  Side side = start_side(prepared, above);
  if (method == "pieces") return fit_pieces(prepared, test, std::move(side));
  if (method == "icnn") return fit_icnn(prepared, test, side);
  if (method == "cone") return fit_cone(prepared, test, side, linear_score(*prepared.data, first, above == 0 ? 1 : -1));
  if (method == "repair") return fit_repair(prepared, test, side);
  return Error{ErrorCode::kBadOption, "method: found \"" + method + "\", expected pieces, icnn, cone or repair"};
}

}  // namespace

/// A fit divides by the size of a feature, and its weights are float32.
Status check_sizes(const Dataset& data) {
  constexpr double kSmallest = 1e-25;
  constexpr double kLargest = 1e25;
  for (std::size_t f = 0; f < data.dim(); ++f) {
    double size = 0;
    for (std::size_t i = 0; i < data.count(); ++i) size = std::max(size, std::abs(double{data.row(i)[f]}));
    if (size == 0 || (size >= kSmallest && size <= kLargest)) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("{}: feature {} has values of up to {:.2g}, expected 0 or {} to {}; give it another unit",
                             data.source, data.feature_names.empty() ? std::to_string(f) : data.feature_names[f], size,
                             kSmallest, kLargest)};
  }
  return {};
}

Result<std::vector<PerfectFit>> fit_perfectly(const Dataset& train, const Dataset* test,
                                              const SeparateOptions& options) {
  try {
    if (test != nullptr && (test->dim() != train.dim() || test->labels.size() != test->count()))
      return Error{ErrorCode::kBadShape, fmt::format("{}: expected labelled inputs of {} features, as {} has",
                                                     test->source, train.dim(), train.source)};
    STANDFAST_CHECK(check_sizes(train));
    STANDFAST_TRY(const Prepared prepared, prepare_sides(train, options));
    STANDFAST_TRY(const auto labels, classes_above(train, options));
    const bool has_cone = std::ranges::find(options.methods, "cone") != options.methods.end();
    const auto first = test != nullptr || has_cone ? first_above(train) : Planes{};
    STANDFAST_TRY(const auto linear_test, linear_accuracy(train, first, test, options.threads));
    std::vector<PerfectFit> fits;
    for (const auto label : labels)
      for (const auto& method : options.methods) {
        STANDFAST_TRY(auto fit, fit_one(prepared, first, test, label, method));
        fit.linear_test = linear_test;
        fits.push_back(std::move(fit));
      }
    return fits;
  } catch (const std::bad_alloc&) {
    return too_large(train);
  }
}

Dataset shuffle_labels(const Dataset& data, std::uint64_t seed) {
  Dataset shuffled = data;
  Random(seed).shuffle(std::span(shuffled.labels));
  return shuffled;
}

}  // namespace standfast::lab
