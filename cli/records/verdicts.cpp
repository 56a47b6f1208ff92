// A verdict is there unless float32 and float64 both overflow on an input; the library then has no logit for it.
#include "cli/records/verdicts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/terminal/command.hpp"
#include "cli/terminal/output.hpp"

namespace standfast::cli {

std::vector<Verdict> verdicts_of(const Certificates& certificates) {
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    const Verdict verdict = certificates.sensitive(i) ? Verdict::kSensitive : Verdict::kOther;
    verdicts.push_back(certificates.judged(i) ? verdict : Verdict::kNone);
  }
  return verdicts;
}

std::vector<Verdict> verdicts_of(const Attacks& attacks) {
  std::vector<Verdict> verdicts;
  for (const float logit : attacks.logits) {
    const Verdict verdict = logit > 0 ? Verdict::kSensitive : Verdict::kOther;
    verdicts.push_back(std::isnan(logit) ? Verdict::kNone : verdict);
  }
  return verdicts;
}

std::string verdict_word(Verdict verdict) {
  if (verdict == Verdict::kNone) return "none";
  return verdict == Verdict::kSensitive ? "sensitive" : "other";
}

std::string verdict_name(const ModelSummary& model, Verdict verdict) {
  if (verdict == Verdict::kNone) return "none";
  return verdict == Verdict::kSensitive ? model.sensitive_class : model.other_class;
}

std::size_t count_alarms(const std::vector<Verdict>& verdicts) {
  return static_cast<std::size_t>(std::ranges::count(verdicts, Verdict::kSensitive));
}

int report_unjudged(const std::vector<Verdict>& verdicts) {
  const auto unjudged = std::ranges::count(verdicts, Verdict::kNone);
  if (unjudged == 0) return kDone;
  const auto first = std::ranges::find(verdicts, Verdict::kNone) - verdicts.begin();
  say(fmt::format("input {}{}: the network overflows and has no verdict; --guarantee deployed raises an alarm there",
                  first, unjudged == 1 ? "" : fmt::format(" and {} more", unjudged - 1)));
  return kPropertyFails;
}

}  // namespace standfast::cli
