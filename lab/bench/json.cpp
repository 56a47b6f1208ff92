// A benchmark for other programs. Keys keep the order in which they are written here; what was not measured is null.
#include <string>

#include <nlohmann/json.hpp>

#include "lab/bench/bench.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

Json share(double value) { return value < 0 ? Json(nullptr) : Json(value); }

Json percentiles(const Spread& spread) {
  return {{"median", spread.median}, {"p10", spread.low}, {"p90", spread.high}};
}

Json extremes(const Spread& spread) {
  return {{"median", spread.median}, {"smallest", spread.low}, {"largest", spread.high}};
}

Json machine_json(const BenchReport& report) {
  Json peaks = Json::array();
  for (const auto& peak : report.peaks)
    peaks.push_back(Json{{"threads", peak.threads}, {"flops", peak.flops}, {"read_bytes", peak.read_bytes}});
  return {{"processor", report.processor},
          {"instructions", report.instructions},
          {"cores", report.cores},
          {"peaks", std::move(peaks)}};
}

Json model(const BenchModel& model) {
  return {{"name", model.name},
          {"summary", model.summary},
          {"features", model.features},
          {"multiply_adds", model.multiply_adds},
          {"weight_bytes", model.weight_bytes}};
}

Json cell_json(const BenchCell& cell) {
  return {{"model", cell.model},
          {"batch", cell.batch},
          {"threads", cell.threads},
          {"method", cell.certified ? Json(method_name(cell.method)) : Json("logits")},
          {"guarantee", cell.certified ? Json(guarantee_name(cell.guarantee)) : Json(nullptr)},
          {"precision", cell.proves() ? Json(precision_name(cell.precision)) : Json(nullptr)},
          {"rounds", cell.rounds},
          {"inputs_per_second", cell.inputs_per_second},
          {"latency_s", percentiles(cell.latency)},
          {"processor_s", extremes(cell.processor)},
          {"forward", share(cell.forward)},
          {"search", share(cell.search)},
          {"proof", share(cell.proof)},
          {"of_peak_flops", share(cell.of_flops)},
          {"of_peak_read", share(cell.of_read)}};
}

Json ratio(const BenchRatio& ratio) {
  return {{"model", ratio.model}, {"batch", ratio.batch}, {"threads", ratio.threads},
          {"what", ratio.what},   {"where", ratio.where}, {"ratio", extremes(ratio.ratio)}};
}

template <class Items, class Writer>
Json list(const Items& items, const Writer& write) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(write(item));
  return array;
}

}  // namespace

std::string to_json(const BenchReport& report) {
  const Json document = {{"schema", "standfast/bench/1"},
                         {"version", STANDFAST_VERSION},
                         {"norm", report.norm},
                         {"machine", machine_json(report)},
                         {"models", list(report.models, model)},
                         {"lines", list(report.cells, cell_json)},
                         {"ratios", list(report.ratios, ratio)},
                         {"left_out", report.left_out}};
  // a model's name is a path, which need not be UTF-8; the document must be
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast::lab
