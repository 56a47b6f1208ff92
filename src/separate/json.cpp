// The machine's form. Keys keep the order in which they are written here; every number is exact.
#include <span>

#include <nlohmann/json.hpp>

#include "standfast/separate.hpp"

namespace standfast {
namespace {

using Json = nlohmann::ordered_json;

Json accuracy_json(const ExactAccuracy& accuracy) {
  return {{"right", accuracy.right}, {"count", accuracy.count}, {"sums_below_2_to_the", accuracy.bits}};
}

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json fit_json(const PerfectFit& fit) {
  Json json = {{"method", fit.method},
               {"sensitive", fit.sensitive},
               {"other", fit.other},
               {"perfect", fit.perfect()},
               {"pieces", fit.pieces},
               {"epochs", fit.epochs},
               {"contradictions", fit.contradictions}};
  json["training"] = {{"stored_bytes", fit.bytes ? accuracy_json(*fit.bytes) : Json(nullptr)},
                      {"float32_inputs", accuracy_json(fit.floats)}};
  json["margin_l2"] = {{"smallest", optional_json(fit.smallest_margin_l2)},
                       {"median", optional_json(fit.median_margin_l2)}};
  json["linear_test"] = fit.linear_test ? accuracy_json(*fit.linear_test) : Json(nullptr);
  json["test"] = fit.test ? accuracy_json(*fit.test) : Json(nullptr);
  return json;
}

const char* side_name(HullAnswer::Side side) {
  switch (side) {
    case HullAnswer::Side::kOutside:
      return "outside";
    case HullAnswer::Side::kInside:
      return "inside";
    default:
      return "undecided";
  }
}

Json answer_json(std::size_t input, const HullAnswer& answer) {
  Json json = {{"input", input}, {"side", side_name(answer.side)}};
  if (answer.side == HullAnswer::Side::kOutside) {
    json["plane"] = answer.plane;
    json["distance_lower_l2"] = answer.distance_lower;
  }
  if (answer.side == HullAnswer::Side::kInside) {
    json["support"] = answer.support;
    json["weights"] = answer.weights;
    json["numerators"] = answer.numerators;
    json["denominator"] = answer.denominator;
  }
  if (answer.side == HullAnswer::Side::kUndecided)
    json["reason"] = answer.doubt == HullAnswer::Doubt::kTooLarge ? "too large" : "too near to the border";
  return json;
}

Json report_json(const HullReport& report, const Dataset& data) {
  const std::size_t others = data.count() - report.answers.size();
  Json json = {{"inputs_of", report.inner},
               {"hull_of", report.hull},
               {"outside", report.count(HullAnswer::Side::kOutside)},
               {"inside", report.count(HullAnswer::Side::kInside)},
               {"undecided", report.count(HullAnswer::Side::kUndecided)},
               {"planes", report.planes},
               {"sums_below_2_to_the", report.bits},
               {"log10_probability_bound", log10_separable_bound(report.answers.size(), others, data.dim())},
               {"stored_bytes", report.bytes},
               {"normals", Json::array()},
               {"answers", Json::array()}};
  for (std::size_t j = 0; j < report.planes; ++j)
    json["normals"].push_back(std::span(report.normals).subspan(j * data.dim(), data.dim()));
  for (std::size_t k = 0; k < report.answers.size(); ++k)
    json["answers"].push_back(answer_json(report.inputs[k], report.answers[k]));
  return json;
}

}  // namespace

std::string to_json(const std::vector<HullReport>& reports, const Dataset& data) {
  Json json = {{"schema", "standfast/convex-hulls/1"}, {"data", data.source}, {"directions", Json::array()}};
  for (const auto& report : reports) json["directions"].push_back(report_json(report, data));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const std::vector<PerfectFit>& fits, const Dataset& train) {
  Json json = {{"schema", "standfast/perfect-fit/1"}, {"data", train.source}, {"fits", Json::array()}};
  for (const auto& fit : fits) json["fits"].push_back(fit_json(fit));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast
