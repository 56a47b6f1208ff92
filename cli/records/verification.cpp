// Radii are rounded down in the text and exact in JSON.
#include "cli/records/verification.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/records/record_text.hpp"
#include "cli/records/threat_text.hpp"
#include "cli/terminal/output.hpp"

namespace standfast::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRadiusDigits = 4;

/// The lower of the two in the middle: a radius that is there. Requires: at least one.

std::string refusal_line(const Verification::Refusal& refusal) {
  const std::string what = refusal.index ? fmt::format("input {}, {}: ", *refusal.index, refusal.norm) : std::string();
  return fmt::format("refused: {}{}\n", what, printable(refusal.reason));
}

std::string tally_line(const Verification::Tally& tally) {
  const std::string counts =
      fmt::format("{:<5} {} of {} confirmed", tally.norm.name(), tally.radii.size(), tally.total);
  if (tally.radii.empty()) return counts + "\n";
  return fmt::format("{}, smallest radius {}, median {}\n", counts,
                     radius_rounded_down(tally.radii.front(), kRadiusDigits),
                     radius_rounded_down(median(tally.radii), kRadiusDigits));
}

std::string threat_text(const Verification& verification) {
  std::string text;
  for (const std::string& line : threat_lines(verification.threat, verification.dim))
    text += fmt::format("{:<8}{}\n", text.empty() ? "threat" : "", line);
  const std::string& unit = verification.threat.price_unit;
  return text +
         fmt::format("{:<8}{}\n", "radii", unit.empty() ? "in the features' own units" : "in " + printable(unit));
}

Json number(double value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(number(value));
  return array;
}

/// The fields of a certificate file's threat: a list that is absent is the default.
Json threat_json(const ThreatModel& threat) {
  Json json = Json::object();
  const auto add = [&json](const char* name, const std::vector<double>& list) {
    if (!list.empty()) json[name] = numbers(list);
  };
  add("cost", threat.cost);
  add("lower", threat.lower);
  add("upper", threat.upper);
  add("max_decrease", threat.max_decrease);
  add("max_increase", threat.max_increase);
  if (!threat.price_unit.empty()) json["price_unit"] = threat.price_unit;
  return json;
}

}  // namespace

std::string to_text(const Verification& verification) {
  std::string text;
  for (const auto& refusal : verification.refusals) text += refusal_line(refusal);
  if (verification.dim == 0) return text;  // the model is another one: nothing else was looked at
  text += threat_text(verification);
  const bool whole_file = !verification.refusals.empty() && !verification.refusals.front().index;
  if (whole_file) return text;
  for (const auto& tally : verification.tallies) text += tally_line(tally);
  if (verification.tallies.empty()) text += "no certificates: nothing is verified\n";
  return text + fmt::format("{} of {} input{} without a certificate\n", verification.without, verification.inputs,
                            verification.inputs == 1 ? "" : "s");
}

std::string to_json(const Verification& verification) {
  Json refusals = Json::array();
  for (const auto& refusal : verification.refusals)
    refusals.push_back({{"index", refusal.index ? Json(*refusal.index) : Json()},
                        {"norm", refusal.index ? Json(refusal.norm) : Json()},
                        {"reason", refusal.reason}});
  Json norms = Json::array();
  for (const auto& tally : verification.tallies) {
    const bool any = !tally.radii.empty();
    norms.push_back({{"norm", tally.norm.name()},
                     {"certificates", tally.total},
                     {"confirmed", tally.radii.size()},
                     {"smallest_radius", any ? number(tally.radii.front()) : Json()},
                     {"median_radius", any ? number(median(tally.radii)) : Json()}});
  }
  const Json json = {{"schema", "standfast/verification/1"},
                     {"holds", verification.holds()},
                     {"certificates", verification.certificates},
                     {"model", verification.model},
                     {"model_sha256", verification.model_sha256},
                     {"data", verification.data},
                     {"inputs", verification.inputs},
                     {"inputs_without_certificate", verification.without},
                     {"features", verification.dim},
                     {"frozen_features", frozen_features(verification.threat, verification.dim)},
                     {"threat", threat_json(verification.threat)},
                     {"norms", norms},
                     {"refused", refusals}};
  // names may come from files that are not UTF-8; JSON must be
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast::cli
