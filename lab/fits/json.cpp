// The machine's form. Keys keep the order in which they are written here; every number is exact.
#include <nlohmann/json.hpp>

#include "lab/fits/fits.hpp"

namespace standfast::lab {
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

}  // namespace

std::string to_json(const std::vector<PerfectFit>& fits, const Dataset& train) {
  Json json = {{"schema", "standfast/perfect-fit/1"}, {"data", train.source}, {"fits", Json::array()}};
  for (const auto& fit : fits) json["fits"].push_back(fit_json(fit));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast::lab
