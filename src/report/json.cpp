// The machine's form of an evaluation. Keys keep the order in which they are written here; every number is exact.
#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "standfast/report.hpp"

namespace standfast {
namespace {

using Json = nlohmann::ordered_json;

// JSON has neither infinity nor NaN: an infinite radius is the string "inf", a rate of an empty class is null.
Json number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(number(value));
  return array;
}

Json counts_json(const Evaluation& evaluation) {
  return {{"sensitive", evaluation.sensitive_count},       {"other", evaluation.other_count},
          {"sensitive_right", evaluation.sensitive_right}, {"sensitive_wrong", evaluation.sensitive_wrong},
          {"other_right", evaluation.other_right},         {"other_wrong", evaluation.other_wrong}};
}

Json interval_json(const RateInterval& interval) { return {interval.lower, interval.upper}; }

Json rates_json(const Evaluation& evaluation) {
  return {{"confidence", kConfidence},
          {"false_positive_rate", number(evaluation.false_positive_rate)},
          {"false_positive_interval", interval_json(evaluation.false_positive_interval)},
          {"detection_rate", number(evaluation.accuracy_sensitive)},
          {"detection_interval", interval_json(evaluation.detection_interval)}};
}

Json operating_points_json(const Evaluation& evaluation) {
  Json array = Json::array();
  for (const auto& point : evaluation.operating_points) {
    array.push_back(Json{{"max_false_positive_rate", number(point.max_false_positive_rate)},
                         {"false_positive_rate", number(point.false_positive_rate)},
                         {"detection_rate", number(point.detection_rate)},
                         {"logit_threshold", number(point.logit_threshold)}});
  }
  return array;
}

Json roc_json(const Evaluation& evaluation) {
  std::vector<double> false_positive_rate;
  std::vector<double> detection_rate;
  for (const auto& point : evaluation.roc) {
    false_positive_rate.push_back(point.false_positive_rate);
    detection_rate.push_back(point.detection_rate);
  }
  return {{"false_positive_rate", numbers(false_positive_rate)}, {"detection_rate", numbers(detection_rate)}};
}

Json extremes_json(const Evaluation& evaluation, std::size_t norm_index, const std::vector<std::size_t>& rows) {
  Json array = Json::array();
  for (const auto row : rows) {
    array.push_back(Json{{"row", row},
                         {"logit", number(static_cast<double>(evaluation.certificates.logits[row]))},
                         {"radius", number(evaluation.certificates.radius(row, norm_index))}});
    if (!evaluation.attacked.empty()) array.back()["attack"] = number(evaluation.certificates.attack(row, norm_index));
  }
  return array;
}

Json quantiles_json(const std::vector<Evaluation::CertifiedCurve::Quantile>& values) {
  Json array = Json::array();
  for (const auto& [share, radius] : values) array.push_back(Json{{"share", share}, {"radius", number(radius)}});
  return array;
}

Json attacked_json(const Evaluation::AttackedCurve& curve) {
  return {{"accuracy", numbers(curve.accuracy)},
          {"quantiles", quantiles_json(curve.quantiles)},
          {"found", curve.rows.size()},
          {"none_found", curve.none_found},
          {"certified_share",
           {{"mean", number(curve.mean_certified_share)}, {"median", number(curve.median_certified_share)}}}};
}

Json curve_json(const Evaluation& evaluation, std::size_t norm_index) {
  const auto& curve = evaluation.curves[norm_index];
  Json least_robust = extremes_json(evaluation, norm_index, curve.least_robust);
  for (std::size_t i = 0; i < curve.least_robust_words.size(); ++i) {
    least_robust[i]["add"] = curve.least_robust_words[i].add;
    least_robust[i]["remove"] = curve.least_robust_words[i].remove;
  }
  return {{"radii", numbers(curve.radii)},
          {"accuracy", numbers(curve.accuracy)},
          {"quantiles", quantiles_json(curve.quantiles)},
          {"infinite_share", number(curve.infinite_share)},
          {"most_robust", extremes_json(evaluation, norm_index, curve.most_robust)},
          {"least_robust", least_robust}};
}

/// What a sender's moves cost in words, wherever in the message the word occurs: docs/tokenizer.md.
Json moves_json() {
  return {{"add", 1}, {"remove", 1}, {"replace", 2}, {"split", 3}, {"join", 3}, {"reorder", 0}, {"repeat", 0}};
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  Json certified = Json::object();
  for (std::size_t i = 0; i < evaluation.curves.size(); ++i) {
    certified[evaluation.curves[i].norm.name()] = curve_json(evaluation, i);
  }
  Json attacks = Json::object();
  for (std::size_t i = 0; i < evaluation.attacked.size(); ++i) {
    attacks[evaluation.curves[i].norm.name()] = attacked_json(evaluation.attacked[i]);
  }
  Json document = {{"schema", "standfast/evaluation/1"},
                   {"data", evaluation.data_source},
                   {"sensitive_class", evaluation.sensitive_class},
                   {"other_class", evaluation.other_class},
                   {"method", std::string(method_name(evaluation.method))},
                   {"guarantee", std::string(guarantee_name(evaluation.guarantee))},
                   {"both_classes", evaluation.both_classes},
                   {"threat", evaluation.threat_description},
                   {"price_unit", evaluation.price_unit},
                   {"counts", counts_json(evaluation)},
                   {"clean_accuracy",
                    {{"overall", number(evaluation.accuracy_overall)},
                     {"sensitive", number(evaluation.accuracy_sensitive)},
                     {"other", number(evaluation.accuracy_other)}}},
                   {"at_threshold", rates_json(evaluation)},
                   {"operating_points", operating_points_json(evaluation)},
                   {"roc", roc_json(evaluation)},
                   {"certified", certified},
                   {"attacked", attacks}};
  if (evaluation.whole_prices) document["moves"] = moves_json();
  // Names come from files and need not be UTF-8: a replacement character stands for what is not.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast
