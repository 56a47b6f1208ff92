// The machine's form. Keys keep the order in which they are written here; every number is exact.
#include <span>

#include <nlohmann/json.hpp>

#include "lab/hulls/hulls.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace standfast::lab
