// A list of a threat model that is empty stands for its default at every feature.
#include "cli/records/threat_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace standfast::cli {
namespace {

struct ThreatField {
  std::vector<double> ThreatModel::*list;
  double when_absent;
  const char* name;     ///< Of one feature's number: "the smallest value".
  const char* heading;  ///< Of all: "values of at least".
};

constexpr ThreatField kCost = {&ThreatModel::cost, 1, "the cost", "cost per unit of change"};
constexpr ThreatField kBounds[] = {
    {&ThreatModel::lower, -kInfinity, "the smallest value", "values of at least"},
    {&ThreatModel::upper, kInfinity, "the largest value", "values of at most"},
    {&ThreatModel::max_decrease, kInfinity, "the largest decrease", "decreases of at most"},
    {&ThreatModel::max_increase, kInfinity, "the largest increase", "increases of at most"}};

double at(const ThreatModel& threat, const ThreatField& field, std::size_t feature) {
  const auto& list = threat.*field.list;
  return list.empty() ? field.when_absent : list[feature];
}

/// "values of at least 0 to 1: 57 of 57 features"; empty if no feature differs from the default.
std::string field_line(const ThreatModel& threat, const ThreatField& field, std::size_t dim) {
  std::vector<double> given;
  for (std::size_t i = 0; i < dim; ++i)
    if (at(threat, field, i) != field.when_absent) given.push_back(at(threat, field, i));
  if (given.empty()) return {};
  const auto [least, most] = std::ranges::minmax(given);
  const std::string range = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  return fmt::format("{} {}: {} of {} feature{}", field.heading, range, given.size(), dim, dim == 1 ? "" : "s");
}

}  // namespace

std::size_t frozen_features(const ThreatModel& threat, std::size_t dim) {
  std::size_t frozen = 0;
  for (std::size_t i = 0; i < dim; ++i) {
    const bool at_rest = at(threat, kBounds[2], i) == 0 && at(threat, kBounds[3], i) == 0;
    frozen += at_rest || at(threat, kBounds[0], i) == at(threat, kBounds[1], i) ? 1 : 0;
  }
  return frozen;
}

std::vector<std::string> threat_lines(const ThreatModel& threat, std::size_t dim) {
  std::vector<std::string> lines = {field_line(threat, kCost, dim)};
  if (lines.front().empty()) lines.front() = "cost 1 per unit of change of every feature";
  for (const ThreatField& field : kBounds)
    if (const std::string line = field_line(threat, field, dim); !line.empty()) lines.push_back(line);
  if (lines.size() == 1) lines.push_back("no bounds");
  if (const std::size_t frozen = frozen_features(threat, dim); frozen > 0)
    lines.push_back(fmt::format("frozen: {} of {} feature{}", frozen, dim, dim == 1 ? "" : "s"));
  return lines;
}

std::string threat_difference(const ThreatModel& found, const ThreatModel& asked, const std::vector<std::string>& names,
                              std::size_t dim) {
  const auto compare = [&](const ThreatField& field) -> std::string {
    for (std::size_t i = 0; i < dim; ++i) {
      const double is = at(found, field, i), wanted = at(asked, field, i);
      if (is == wanted) continue;
      const std::string feature = names.empty() ? fmt::format("feature {}", i) : "`" + names[i] + "`";
      return fmt::format("{} of {} is {}, expected {}", field.name, feature, is, wanted);
    }
    return {};
  };
  std::string difference = compare(kCost);
  for (const ThreatField& field : kBounds)
    if (difference.empty()) difference = compare(field);
  return difference;
}

}  // namespace standfast::cli
