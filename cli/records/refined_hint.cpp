// Alarms are taken at even distances, certified once more by `refined`, and compared norm by norm.
#include "cli/records/refined_hint.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/records/word_changes.hpp"
#include "cli/terminal/output.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kSmallestSample = 4, kLargestSample = 16;
constexpr std::size_t kAlarmsPerSample = 20;  // keeps the time of the sample below that of the alarms themselves
constexpr double kWorthSaying = 1.1;

std::vector<std::size_t> sample_of_alarms(const Certificates& certificates) {
  std::vector<std::size_t> alarms;
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    if (certificates.sensitive(i)) alarms.push_back(i);
  }
  const std::size_t wanted = std::clamp(alarms.size() / kAlarmsPerSample, kSmallestSample, kLargestSample);
  std::vector<std::size_t> sample;
  for (std::size_t k = 0; k < std::min(wanted, alarms.size()); ++k) {
    sample.push_back(alarms[k * alarms.size() / std::min(wanted, alarms.size())]);
  }
  return sample;
}

/// The median of refined / separable over the alarms whose radii say something; nothing if there is none.
std::optional<double> median_gain(const std::vector<std::size_t>& sample, const Certificates& separable,
                                  const Certificates& refined, std::size_t norm_index) {
  std::vector<double> gains;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    const double before = separable.radius(sample[k], norm_index), after = refined.radius(k, norm_index);
    if (before > 0 && std::isfinite(after)) gains.push_back(after / before);
  }
  if (gains.empty()) return std::nullopt;
  return median(gains);
}

}  // namespace

void suggest_refined(const Classifier& classifier, const Dataset& data, const CertifyOptions& options,
                     const Certificates& certificates) {
  const std::vector<std::size_t> sample = sample_of_alarms(certificates);
  if (sample.empty()) return;
  CertifyOptions refined = options;
  refined.method = Method::kRefined;
  refined.attack = refined.keep_proofs = refined.both_classes = false;
  refined.progress = nullptr;
  const Dataset some = data.subset(sample);
  auto found = standfast::certify(classifier, some, refined);
  if (!found.ok()) return;  // a feature map that `refined` does not know
  count_whole_prices(*found, some, options.threat);
  std::string gains;
  for (std::size_t n = 0; n < found->norms.size(); ++n) {
    const double gain = median_gain(sample, certificates, *found, n).value_or(1);
    if (gain <= kWorthSaying) continue;
    const std::string by = gain < 2 ? fmt::format("by {:.0f} %", 100 * (gain - 1)) : fmt::format("{:.1f} times", gain);
    gains += fmt::format("{}{} {}", gains.empty() ? "" : ", ", price_name(options.threat, found->norms[n]), by);
  }
  if (gains.empty()) return;
  say(fmt::format("--method refined would raise the radii: {} (median of {} of the alarms)", gains, sample.size()));
}

}  // namespace standfast::cli
